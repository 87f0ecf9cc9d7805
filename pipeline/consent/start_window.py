"""When a recorder really began, on our own clock: the vendor tells whole seconds of another clock, so it is a window.

Whatever depends on the start is judged at that edge of the window which keeps less: permissions must stand at its
first moment, and what must go is measured from its last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.model.recording import UPLOADED, Recording

CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""How far the vendor's word may lie from our clock: one second is cut off, another is for clocks that differ."""

_CLOCKS_DIFFER: Final = timedelta(seconds=1)
_WHOLE_SECOND: Final = timedelta(milliseconds=999)
_MS: Final = timedelta(milliseconds=1)
STARTED_BY_DOCUMENT: Final = "StartCallRecordingTwiML"
STARTED_BY_REQUEST: Final = "StartCallRecordingAPI"
OUR_SOURCES: Final = frozenset({STARTED_BY_DOCUMENT, STARTED_BY_REQUEST})
"""The only two ways in which Earmark has a recorder started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWindow:
    """Bounds of a recording's start.

    `permitted_by` is when every permission must stand: where we asked for this recorder ourselves, the moment we did,
    because nothing can have been heard before; for any other the first moment that the vendor's word leaves open.
    """

    permitted_by: datetime
    first: datetime
    last: datetime

    def ms_until(self, moment: datetime) -> int:
        """Give the offset that surely lies before a moment; 0 where the moment may have come before the start."""
        return max(0, (moment - self.last) // _MS)

    def ms_past(self, moment: datetime) -> int:
        """Give the offset that surely lies after a moment; 0 where the moment came before the start."""
        return max(0, -((self.first - moment) // _MS))


def start_window(
    recording: Recording, started_at: datetime, acts: Sequence[RecorderEvent], *, length_ms: int | None = None
) -> StartWindow:
    """Bound the start of a recording by all that is known of it.

    Args:
        recording: as the vendor told of it; `noted_at` is when we first heard, so it had begun by then.
        started_at: the vendor's word.
        acts: what the call's recorders were told.
        length_ms: how long its audio is, where that is known exactly.
    """
    noted_at = recording.noted_at or started_at
    asked_at = _asked_at(recording, started_at, noted_at, acts)
    first = started_at if recording.source == UPLOADED else started_at - _CLOCKS_DIFFER
    first = max(first, asked_at) if asked_at is not None else first
    last = _last(started_at, noted_at)
    if length_ms is not None and recording.source in OUR_SOURCES:
        last = min([last, *_ends(recording, started_at, acts, length_ms)])
    is_unasked = recording.source in OUR_SOURCES and asked_at is None
    permitted_by = min(started_at if is_unasked else first, noted_at)
    return StartWindow(permitted_by=permitted_by, first=first, last=max(last, started_at, first))


def _asked_at(
    recording: Recording, started_at: datetime, noted_at: datetime, acts: Sequence[RecorderEvent]
) -> datetime | None:
    """Find when we asked for this very recorder; None where it is not, or not surely, ours."""
    if recording.source not in OUR_SOURCES:
        return None
    starts = [act for act in acts if act.act is RecorderAct.STARTED]
    answered = {act.recording_sid for act in starts if act.recording_sid is not None}
    is_others = recording.source == STARTED_BY_REQUEST and answered and recording.recording_sid not in answered
    limit = min(started_at + CLOCK_TOLERANCE, max(noted_at, started_at))
    asked = [act.at for act in starts if not act.is_done and act.at <= limit]
    return max(asked, default=None) if not is_others else None


def _last(started_at: datetime, noted_at: datetime) -> datetime:
    if noted_at > started_at + CLOCK_TOLERANCE:  # it was told late, or recovered: nothing narrows the vendor's word
        return started_at + CLOCK_TOLERANCE
    if noted_at >= started_at:
        return noted_at
    return started_at if started_at.microsecond else started_at + _WHOLE_SECOND


def _ends(recording: Recording, started_at: datetime, acts: Sequence[RecorderEvent], length_ms: int) -> list[datetime]:
    """Give starts that are the latest possible because the recorder was seen to have stopped by a moment."""
    stops = [
        act.at - length_ms * _MS
        for act in acts
        if act.act is RecorderAct.STOPPED and act.is_done and act.recording_sid in (None, recording.recording_sid)
    ]
    # What outlasted a stop was not stopped by it: then the moment says nothing of this recording.
    return [start for start in stops if start >= started_at - _CLOCKS_DIFFER]
