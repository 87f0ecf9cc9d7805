from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.start_window import CLOCK_TOLERANCE, start_window
from pipeline.model.recorder import RecorderAct as Act
from tests.pipeline.consent.basis import SID, START, a_recording, told, when


def window(*acts, noted=0.0, length_ms=None, **recording):
    made = a_recording(noted=noted, **recording)
    return start_window(made, START, acts, length_ms=length_ms)


@pytest.mark.parametrize(
    ("noted", "permitted_by", "last"),
    [(-30, -30, 0.999), (-0.1, -0.1, 0.999), (0, 0, 0), (0.4, 0, 0.4), (2, 0, 2), (2.1, 0, 2), (9999, 0, 2)],
)
def test_the_start_lies_between_the_vendors_second_and_when_we_first_heard(noted, permitted_by, last):
    found = window(noted=noted)
    assert (found.permitted_by, found.last) == (when(permitted_by), when(last))


def test_a_start_told_to_the_microsecond_is_taken_as_it_is():
    exact = replace(a_recording(noted=-5), started_at=when(0.25))
    assert start_window(exact, when(0.25), []).last == when(0.25)


def test_permission_may_come_until_we_asked_for_this_recorder_and_not_later():
    asked = told(Act.STARTED, 1.5)
    assert window(asked, noted=1.8).permitted_by == when(1.5)
    assert window(asked, noted=1.2).permitted_by == START
    assert window(told(Act.STARTED, 2.1), noted=3).permitted_by == START
    assert window(told(Act.STARTED, -20), noted=1).permitted_by == START
    assert window(replace(asked, is_done=True), noted=1.8).permitted_by == START
    assert window(asked, noted=1.8, source="DialVerb").permitted_by == START


def test_a_stop_bounds_the_start_by_the_length_only_of_our_own_recordings_and_only_what_it_stopped():
    stop = told(Act.STOPPED, 10, done=True)
    assert window(stop, noted=9, length_ms=9500).last == when(0.5)
    assert window(stop, noted=9, length_ms=9500, source="Conference").last == when(2)
    assert window(replace(stop, is_done=False), noted=9, length_ms=9500).last == when(2)
    assert window(replace(stop, recording_sid="RE" + "2" * 32), noted=9, length_ms=9500).last == when(2)
    assert window(replace(stop, recording_sid=SID), noted=9, length_ms=9500).last == when(0.5)
    assert window(stop, noted=9, length_ms=60_000).last == when(2)


def test_what_must_go_is_measured_from_the_last_possible_start_and_what_may_stay_from_the_first():
    found = window(noted=0.4)
    assert (found.ms_until(when(5)), found.ms_past(when(5))) == (4600, 5000)
    assert (found.ms_until(when(0.2)), found.ms_past(when(-1))) == (0, 0)
    assert window(noted=-30).ms_past(when(5)) == 6000


@given(st.floats(-60, 60), st.lists(st.tuples(st.sampled_from(Act), st.floats(-60, 60), st.booleans()), max_size=4))
def test_the_window_is_never_empty_and_holds_the_vendors_second(noted, acts):
    events = [told(act, at, done=done) for act, at, done in acts]
    found = window(*events, noted=noted, length_ms=5000)
    assert found.first <= START <= found.last <= START + CLOCK_TOLERANCE
    assert found.permitted_by <= START + CLOCK_TOLERANCE
