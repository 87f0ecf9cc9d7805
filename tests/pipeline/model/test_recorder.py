from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.recorder import (
    Pause,
    RecorderAct,
    RecorderEvent,
    is_stopped,
    open_reasons,
    pauses_of,
    stopped_at,
)

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAUSED, RESUMED, STARTED, STOPPED = (
    RecorderAct.PAUSED,
    RecorderAct.RESUMED,
    RecorderAct.STARTED,
    RecorderAct.STOPPED,
)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def an_event(act: RecorderAct, second: float, reason: str = "card", *, is_done: bool = True) -> RecorderEvent:
    return RecorderEvent(act=act, at=at(second), is_done=is_done, cause=f"{reason}:1:{act}", actor="test")


def test_a_pause_lasts_from_the_wish_to_the_wish_to_go_on():
    events = [an_event(PAUSED, 5, is_done=False), an_event(PAUSED, 6), an_event(RESUMED, 9, is_done=False)]
    assert pauses_of(events) == (Pause(began_at=at(5), ended_at=at(9), is_done=True),)
    assert open_reasons(events) == frozenset()


def test_a_wish_that_the_vendor_did_not_fulfil_is_told_apart():
    assert pauses_of([an_event(PAUSED, 5, is_done=False)]) == (Pause(began_at=at(5), ended_at=None, is_done=False),)


def test_a_pause_with_two_reasons_lasts_until_both_have_ended():
    events = [
        an_event(PAUSED, 5),
        an_event(PAUSED, 7, "joining-2"),
        an_event(RESUMED, 9, "joining-2"),
    ]
    assert open_reasons(events) == {"card"}
    assert pauses_of([*events, an_event(RESUMED, 12)]) == (Pause(began_at=at(5), ended_at=at(12), is_done=True),)


def test_a_resume_without_a_pause_is_nothing():
    assert pauses_of([an_event(RESUMED, 3), an_event(STOPPED, 4)]) == ()


def test_a_new_recorder_begins_without_the_pause_of_the_one_before():
    events = [an_event(PAUSED, 5), an_event(STOPPED, 6), an_event(STARTED, 20)]
    assert pauses_of(events) == (Pause(began_at=at(5), ended_at=at(20), is_done=True),)
    assert open_reasons(events) == frozenset()


def test_a_recorder_that_starts_during_a_pause_is_to_be_silent_too():
    events = [an_event(PAUSED, 5), an_event(STARTED, 20)]
    assert pauses_of(events) == (Pause(began_at=at(5), ended_at=None, is_done=True),)
    assert open_reasons(events) == {"card"}


def test_a_recorder_is_stopped_until_the_next_one_has_started():
    stopped = [an_event(STARTED, 1), an_event(STOPPED, 6, is_done=False)]
    assert not is_stopped(stopped[:1])
    assert is_stopped(stopped)
    assert is_stopped([*stopped, an_event(STARTED, 8, is_done=False)])
    assert not is_stopped([*stopped, an_event(STARTED, 8)])


def test_the_first_stop_after_a_moment_counts():
    events = [an_event(STOPPED, 30, is_done=False), an_event(STOPPED, 31), an_event(STOPPED, 5)]
    assert stopped_at(events, after=at(10)) == at(30)
    assert stopped_at(events, after=at(40)) is None


@given(
    st.lists(
        st.builds(
            an_event,
            st.sampled_from(list(RecorderAct)),
            st.integers(0, 100),
            st.sampled_from(["card", "joining-2"]),
            is_done=st.booleans(),
        ),
        unique_by=lambda e: e.at,
    )
)
def test_pauses_are_apart_in_order_and_cover_every_wish_to_pause(events):
    pauses = pauses_of(events)
    for before, after in pairwise(pauses):
        assert before.ended_at is not None
        assert before.began_at < before.ended_at <= after.began_at
    for event in events:
        if event.act is PAUSED:
            assert any(p.began_at <= event.at and (p.ended_at is None or event.at < p.ended_at) for p in pauses)
    assert bool(open_reasons(events)) == bool(pauses and pauses[-1].ended_at is None)
