"""What came to nothing, a page at a time: each recording with its meaning, what to do, and whether to try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState, is_retryable
from pipeline.ports.keys import Keys
from pipeline.reads.vendor_trouble import Explanation, explain
from pipeline.store.figures import count_states
from pipeline.store.reasons import GivenReason, list_reasons
from pipeline.store.recording_pages import ListedRecording, read_listed, read_page
from pipeline.store.session import Transaction

STATES: Final = (RecordingState.FAILED, RecordingState.WITHHELD, RecordingState.REFUSED, RecordingState.ABSENT)
"""Where a recording is that nobody will hear: a page for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One recording, with its sentence."""

    listed: ListedRecording
    why: Explanation
    is_retryable: bool

    @property
    def id(self) -> RecordingId:
        """Which recording."""
        return self.listed.recording.id


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckPage:
    """Some of them, how many there are in each state, and what asks for the next page."""

    shown: tuple[Stuck, ...]
    counts: Mapping[RecordingState, int]
    cursor: str | None


def read_stuck(tx: Transaction, state: RecordingState, *, cursor: str | None = None, limit: int = 50) -> StuckPage:
    """Read a page of what is in a state, the newest first.

    Raises:
        InvalidInput: another state than those of `STATES`, or a cursor that no page gave.
    """
    if state not in STATES:
        raise InvalidInput("this page shows what failed, was withheld, refused, or is absent")
    page, counts = read_page(tx, state=state, cursor=cursor, limit=limit), count_states(tx)
    return StuckPage(
        shown=tuple(_stuck(listed) for listed in page.recordings),
        counts={one: counts.get(one.value, 0) for one in STATES},
        cursor=page.cursor,
    )


def read_one_stuck(tx: Transaction, recording: RecordingId, *, keys: Keys) -> tuple[Stuck, tuple[GivenReason, ...]]:
    """Read one recording, with why it was tried again before.

    Raises:
        NotFound: the tenant has no such recording.
    """
    return _stuck(read_listed(tx, recording)), list_reasons(tx, recording, keys=keys)


def _stuck(listed: ListedRecording) -> Stuck:
    return Stuck(listed=listed, why=explain(listed.recording), is_retryable=is_retryable(listed.recording))
