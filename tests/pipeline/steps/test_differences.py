from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState as S
from pipeline.ports.recordings import VendorRecording
from pipeline.steps.differences import Due, gone_and_overdue, judge, never_made, reach_back
from pipeline.store.reconciliations import KnownRecording

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def ours(state: S = S.ANNOUNCED, *, days_ago: float = 0, deleted_days_ago: float | None = None) -> KnownRecording:
    return KnownRecording(
        id=RecordingId("rec"),
        call=None,
        recording_sid="RE1",
        state=state,
        started_at=None,
        noted_at=NOW - timedelta(days=days_ago),
        vendor_deleted_at=None if deleted_days_ago is None else NOW - timedelta(days=deleted_days_ago),
    )


def theirs(status: str = "completed", *, sid: str = "RE1", is_deleted: bool = False) -> VendorRecording:
    return VendorRecording(
        recording_sid=sid,
        call_sid="",
        status=status,
        source="",
        channels=2,
        started_at=NOW,
        duration_s=None,
        is_deleted=is_deleted,
    )


@pytest.mark.parametrize(
    ("status", "state", "due"),
    [
        ("completed", None, Due.TAKE_UP),
        ("completed", S.ANNOUNCED, Due.TAKE_UP),
        ("completed", S.COMPLETED, Due.NOTHING),
        ("completed", S.FAILED, Due.NOTHING),
        ("completed", S.REFUSED, Due.DELETE_AGAIN),
        ("completed", S.ABSENT, Due.DELETE_AGAIN),
        ("absent", None, Due.TAKE_UP),
        ("absent", S.COMPLETED, Due.TAKE_UP),
        ("absent", S.PUBLISHED, Due.NOTHING),
        ("failed", S.ANNOUNCED, Due.TAKE_UP),
        ("in-progress", None, Due.JUDGE_RUNNING),
        ("in-progress", S.REFUSED, Due.JUDGE_RUNNING),
        ("paused", S.ANNOUNCED, Due.JUDGE_RUNNING),
        ("processing", None, Due.NOTHING),
        ("stopped", S.ANNOUNCED, Due.NOTHING),
        ("a word of tomorrow", None, Due.NOTHING),
    ],
)
def test_what_a_listed_recording_asks_for(status, state, due):
    assert judge(theirs(status), None if state is None else ours(state)) is due


def test_one_that_is_deleted_there_asks_for_no_more_than_a_note():
    deleted = theirs("deleted", is_deleted=True)
    assert judge(deleted, None) is Due.NOTHING
    assert judge(deleted, ours(S.PUBLISHED)) is Due.NOTE_DELETED
    assert judge(deleted, ours(S.PUBLISHED, deleted_days_ago=1)) is Due.NOTHING


@given(status=st.text(max_size=12), state=st.sampled_from([None, *S]), deleted=st.booleans())
def test_nothing_that_a_vendor_may_say_is_without_an_answer_and_work_under_way_is_never_deleted(status, state, deleted):
    due = judge(theirs(status, is_deleted=deleted), None if state is None else ours(state))
    if state in (S.ANNOUNCED, S.COMPLETED, S.AUTHORISED, S.CAPTURED, S.PUBLISHED, S.WITHHELD, S.FAILED):
        assert due is not Due.DELETE_AGAIN


def test_a_comparison_reaches_back_to_the_oldest_it_has_to_look_at():
    def reach(last_at=None, announced=(), followed=()):
        return NOW - reach_back(now=NOW, last_at=last_at, announced=announced, followed=followed)

    hour = timedelta(hours=1)
    assert reach() == 48 * hour
    assert reach(NOW - hour) == 26 * hour
    assert reach(NOW - hour, [ours(days_ago=3)]) == 73 * hour
    assert reach(NOW - hour, [], [ours(days_ago=39)]) == 39 * 24 * hour + hour
    assert reach(NOW - hour, [ours(days_ago=0.5)]) == 26 * hour


def test_only_a_list_that_reaches_back_far_enough_shows_that_something_was_never_made():
    old = ours(days_ago=3)

    def found(listed=(), since=timedelta(days=4)):
        return never_made([old], listed, since=NOW - since, now=NOW)

    assert found() == (old,)
    assert found([theirs("processing")]) == ()
    assert found([theirs(is_deleted=True)]) == ()
    assert found(since=timedelta(days=2)) == ()
    assert never_made([ours(days_ago=1.9)], [], since=NOW - timedelta(days=4), now=NOW) == ()


@pytest.mark.parametrize(
    ("deleted_days_ago", "is_listed", "gone", "overdue"),
    [(39, False, 0, 0), (39, True, 0, 0), (41, False, 1, 0), (41, True, 0, 1)],
)
def test_metadata_is_called_gone_only_after_forty_days(deleted_days_ago, is_listed, gone, overdue):
    one = ours(S.PUBLISHED, days_ago=42, deleted_days_ago=deleted_days_ago)
    listed = [theirs("deleted", is_deleted=True)] if is_listed else []
    found = gone_and_overdue([one], listed, since=NOW - timedelta(days=50), now=NOW)
    assert tuple(map(len, found)) == (gone, overdue)
    assert gone_and_overdue([one], listed, since=NOW - timedelta(days=1), now=NOW) == ((), ())
