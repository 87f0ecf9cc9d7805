"""What a difference between the vendor's word and ours asks for. Pure: it asks nobody and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pipeline.model.recording import RecordingState
from pipeline.ports.recordings import VendorRecording
from pipeline.store.reconciliations import KnownRecording

OVERLAP: Final = timedelta(hours=25)
"""A call lasts a day at most, so whatever ran at the last comparison began within this before it."""
FIRST_REACH: Final = timedelta(hours=48)
NEVER_MADE_AFTER: Final = timedelta(hours=48)
"""A recording that was begun so long ago, and that the vendor does not list, was never made."""
METADATA_FOR: Final = timedelta(days=40)
"""How long the vendor keeps the metadata of a deleted recording (consent.md B.5)."""
MARGIN: Final = timedelta(hours=1)
"""The vendor's clock and ours."""

_RUNNING: Final = frozenset({"in-progress", "paused"})
_NEVER_MADE: Final = frozenset({"absent", "failed"})
_BEFORE_WORK: Final = frozenset({RecordingState.ANNOUNCED, RecordingState.COMPLETED})
_OVER: Final = frozenset({RecordingState.ABSENT, RecordingState.REFUSED, RecordingState.PURGED})


class Due(StrEnum):
    """What is to be done about one recording."""

    NOTHING = "nothing"
    TAKE_UP = "take_up"
    """The news of it was lost."""
    JUDGE_RUNNING = "judge_running"
    """It runs: may it?"""
    DELETE_AGAIN = "delete_again"
    """It is there although we know it deleted, or to be none."""
    NOTE_DELETED = "note_deleted"
    """Somebody else deleted it there."""


def judge(theirs: VendorRecording, ours: KnownRecording | None) -> Due:
    """Say what one listed recording asks for; a status that is neither running nor an end asks for nothing yet."""
    if theirs.is_deleted:
        return Due.NOTHING if ours is None or ours.is_deleted_there else Due.NOTE_DELETED
    if theirs.status in _RUNNING:
        return Due.JUDGE_RUNNING
    if theirs.status in _NEVER_MADE:
        return Due.TAKE_UP if ours is None or ours.state in _BEFORE_WORK else Due.NOTHING
    if theirs.status != "completed":
        return Due.NOTHING
    if ours is None or ours.state is RecordingState.ANNOUNCED:
        return Due.TAKE_UP
    is_to_go = ours.is_deleted_there or ours.is_held_there or ours.state in _OVER
    return Due.DELETE_AGAIN if is_to_go else Due.NOTHING


def reach_back(
    *, now: datetime, last_at: datetime | None, announced: Iterable[KnownRecording], followed: Iterable[KnownRecording]
) -> datetime:
    """Say since when to compare: over the last comparison, and over all that is to be looked at again.

    Args:
        now: the present.
        last_at: when the last comparison was carried to its end; None where there was none.
        announced: recordings of which only the beginning is known.
        followed: deleted recordings to be looked at again; none but in a wide comparison.
    """
    usual = now - FIRST_REACH if last_at is None else last_at - OVERLAP
    return min([usual, *(one.not_before - MARGIN for one in (*announced, *followed))])


def never_made(
    announced: Iterable[KnownRecording], listed: Iterable[VendorRecording], *, since: datetime, now: datetime
) -> tuple[KnownRecording, ...]:
    """Name recordings that were begun long ago and that a list which reaches back to them does not hold."""
    there = {one.recording_sid for one in listed}
    return tuple(
        one
        for one in announced
        if one.recording_sid not in there and now - one.noted_at > NEVER_MADE_AFTER and one.not_before - MARGIN >= since
    )


def gone_and_overdue(
    followed: Iterable[KnownRecording], listed: Iterable[VendorRecording], *, since: datetime, now: datetime
) -> tuple[tuple[KnownRecording, ...], tuple[KnownRecording, ...]]:
    """Tell the deleted recordings whose forty days are over: those with no metadata left, and those that have some.

    Before that nothing is said of one: a list without it would prove only that it was not asked for.
    """
    there = {one.recording_sid for one in listed}
    due = [
        one
        for one in followed
        if one.vendor_deleted_at is not None and now - one.vendor_deleted_at > METADATA_FOR and one.not_before >= since
    ]
    gone = tuple(one for one in due if one.recording_sid not in there)
    return gone, tuple(one for one in due if one.recording_sid in there)
