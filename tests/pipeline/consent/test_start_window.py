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
    assert window(told(Act.STARTED, -20), noted=1).permitted_by == when(-1)
    assert window(replace(asked, is_done=True), noted=1.8).permitted_by == START
    assert window(asked, noted=1.8, source="DialVerb").permitted_by == when(-1)
    assert window(noted=0, source="OperatorUpload").permitted_by == START


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
    assert (found.ms_until(when(5)), found.ms_past(when(5))) == (4600, 6000)
    asked = window(told(Act.STARTED, 0.1), noted=0.4)
    assert (asked.ms_until(when(5)), asked.ms_past(when(5))) == (4600, 4900)
    assert (found.ms_until(when(0.2)), found.ms_past(when(-1))) == (0, 0)
    assert window(noted=-30).ms_past(when(5)) == 6000


@given(st.floats(-60, 60), st.lists(st.tuples(st.sampled_from(Act), st.floats(-60, 60), st.booleans()), max_size=4))
def test_the_window_is_never_empty_and_holds_the_vendors_second(noted, acts):
    events = [told(act, at, done=done) for act, at, done in acts]
    found = window(*events, noted=noted, length_ms=5000)
    assert START - CLOCK_TOLERANCE < found.first <= found.last <= START + CLOCK_TOLERANCE
    assert found.last >= START
    assert found.permitted_by <= START + CLOCK_TOLERANCE


FOREIGN = st.sampled_from(["DialVerb", "Trunking", "Conference", "SomethingNew"])
OURS = st.sampled_from(["StartCallRecordingTwiML", "StartCallRecordingAPI"])
fractions = st.floats(0, 0.999)
"""When the recorder really began, in seconds after START on our clock."""
skews = st.floats(-1, 1)
"""How far the vendor's clock is ahead of ours."""
delays = st.floats(0, 60)
"""How long after the real start we first heard of the recording."""


def as_told(began: float, skew: float, delay: float, source: str):
    """The recording as the vendor tells of it: its own clock, cut to whole seconds."""
    told_at = when(began + skew).replace(microsecond=0)
    return replace(a_recording(noted=began + delay, source=source), started_at=told_at)


@given(fractions, skews, delays, FOREIGN, st.floats(-5, 5))
def test_an_answer_after_a_strangers_recorder_really_began_is_never_in_time(began, skew, delay, source, answered_at):
    made = as_told(began, skew, delay, source)
    permitted_by = start_window(made, made.started_at, [told(Act.STARTED, answered_at)]).permitted_by
    assert when(answered_at) <= when(began) or when(answered_at) > permitted_by


@given(fractions, skews, delays, OURS, st.floats(0, 1))
def test_an_answer_after_which_we_asked_for_our_recorder_is_always_in_time_and_a_later_one_never(
    began, skew, delay, source, ahead
):
    made, asked = as_told(began, skew, delay, source), began - ahead
    permitted_by = start_window(made, made.started_at, [told(Act.STARTED, asked)]).permitted_by
    assert when(asked) <= permitted_by <= when(began)


@given(fractions, skews, delays, st.one_of(OURS, FOREIGN), st.floats(0, 90), st.booleans(), st.floats(0, 1))
def test_nothing_that_was_said_after_a_moment_lies_before_its_cut(began, skew, delay, source, at, is_stopped, lag):
    made = as_told(began, skew, delay, source)
    length_ms = round((at + lag - began) * 1000) if is_stopped and at + lag > began else None
    acts = [told(Act.STOPPED, at), told(Act.STOPPED, at + lag, done=True)] if length_ms is not None else []
    found = start_window(made, made.started_at, acts, length_ms=length_ms)
    kept_until = began + found.ms_until(when(at)) / 1000
    assert kept_until <= max(at, began) + 0.002
    assert began + found.ms_past(when(at)) / 1000 >= at - 1e-6  # a moment has whole microseconds
