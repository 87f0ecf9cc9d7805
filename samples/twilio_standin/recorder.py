"""A recorder on a call: it captures exactly from when it is told until it is stopped, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from samples.twilio_standin.audio import RATE, Samples, Timeline, down_mix, trim_silence

DEFAULT_TRIM: Final = {
    "StartCallRecordingTwiML": "trim-silence",
    "DialVerb": "trim-silence",
    "OutboundAPI": "trim-silence",
    "RecordVerb": "trim-silence",
    "StartCallRecordingAPI": "do-not-trim",
    "Conference": "do-not-trim",
}
"""What Twilio does when it is not told (consent.md B.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderSettings:
    """How a recorder was told to record. `callback_events` are those that its callback URL is to hear of."""

    source: str
    channels: int = 2
    track: str = "both"
    trim: str = "do-not-trim"
    callback: str | None = None
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ("completed",)
    name: str | None = None
    max_length_s: float | None = None
    is_order_reversed: bool = False


@dataclass(slots=True)
class Recorder:
    """Spans of the call's timeline; `gaps` are pauses and whether they left silence or took their time out."""

    settings: RecorderSettings
    started_s: float
    stopped_s: float | None = None
    gaps: list[tuple[float, float, str]] = field(default_factory=list)
    paused: tuple[float, Literal["silence", "skip"]] | None = None

    @property
    def is_running(self) -> bool:
        """Say whether it has not been stopped; a paused recorder runs."""
        return self.stopped_s is None

    def pause(self, at_s: float, behaviour: Literal["silence", "skip"]) -> None:
        """Capture silence, or nothing, from here."""
        if self.paused is None:
            self.paused = (at_s, behaviour)

    def resume(self, at_s: float) -> None:
        """Capture again."""
        if self.paused is not None:
            self.gaps.append((self.paused[0], at_s, self.paused[1]))
            self.paused = None

    def stop(self, at_s: float) -> None:
        """Stop for good; stopping twice changes nothing."""
        if self.stopped_s is None:
            self.resume(at_s)
            end = at_s if self.settings.max_length_s is None else min(at_s, self.started_s + self.settings.max_length_s)
            self.stopped_s = end

    def capture(self, timeline: Timeline) -> Samples:
        """Give what it heard, as (samples, channels)."""
        end = self.stopped_s if self.stopped_s is not None else self.started_s
        sound = timeline.render(self.started_s, end)
        keep = np.ones(len(sound), dtype=bool)
        for from_s, to_s, behaviour in self.gaps:
            gap = slice(round((from_s - self.started_s) * RATE), round((to_s - self.started_s) * RATE))
            sound[gap] = 0
            if behaviour == "skip":
                keep[gap] = False
        sound = self._tracks(sound[keep])
        return trim_silence(sound) if self.settings.trim == "trim-silence" else sound

    def _tracks(self, sound: Samples) -> Samples:
        wanted = {"inbound": [0], "outbound": [1]}.get(self.settings.track, [0, 1])
        for track in (0, 1):
            if track not in wanted:
                sound[:, track] = 0
        if self.settings.channels == 1:
            return down_mix(sound)
        return sound[:, ::-1].copy() if self.settings.is_order_reversed else sound
