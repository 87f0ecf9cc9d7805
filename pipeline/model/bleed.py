"""Speech of one channel that can be heard on another: an echo, a loudspeaker, two telephones in one room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.span import TimeSpan


class BleedSign(StrEnum):
    """How it is known."""

    WAVEFORM = "waveform"
    """The sound of the one is found in the other."""
    LOUDNESS = "loudness"
    """The other grows loud and quiet with the one, band by band, though its sound is another."""
    TOO_LITTLE_SPEECH = "too_little_speech"
    """Not known: too little is said to tell, and the other is not silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleed:
    """Speech of `channel` is heard on channel `on`, `delay_ms` later; earlier where that is negative."""

    channel: int
    on: int
    delay_ms: int
    sign: BleedSign

    def cover(self, time: TimeSpan) -> TimeSpan:
        """Give when words of the channel may be heard on the other: from their own time to the delayed one."""
        return TimeSpan(max(0, time.start_ms + min(0, self.delay_ms)), time.end_ms + max(0, self.delay_ms))
