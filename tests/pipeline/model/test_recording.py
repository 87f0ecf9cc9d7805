from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.recording import TOLD, Recording, RecordingState, advance, merge_news

S = RecordingState
ENDS = (S.ABSENT, S.FAILED, S.REFUSED)


def last(news, start=S.ANNOUNCED) -> RecordingState:
    state = start
    for item in news:
        state = advance(state, item)
    return state


@given(st.lists(st.sampled_from([s for s in S if s not in ENDS]), max_size=6), st.sampled_from(ENDS), st.randoms())
def test_any_order_and_repetition_of_the_same_news_gives_one_state(news, end, random):
    told = [*news, end, *news]
    shuffled = [*told, *told]
    random.shuffle(shuffled)
    assert last(shuffled) is last(told)


@pytest.mark.parametrize("state", S)
def test_the_same_news_again_changes_nothing(state):
    assert advance(state, state) is state


def test_a_recording_goes_forward_and_never_back():
    line = [S.ANNOUNCED, S.COMPLETED, S.AUTHORISED, S.CAPTURED, S.WITHHELD, S.PUBLISHED, S.FAILED, S.PURGED]
    for earlier, later in itertools.combinations(line, 2):
        assert advance(earlier, later) is later
        assert advance(later, earlier) is later


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(ENDS, 2)))
def test_one_end_never_becomes_another(one, other):
    with pytest.raises(IllegalTransition, match=f"{one} cannot become {other}"):
        advance(one, other)


@pytest.mark.parametrize("state", [s for s in S if s is not S.PURGED])
def test_everything_can_be_purged_and_nothing_follows(state):
    assert advance(state, S.PURGED) is S.PURGED
    assert advance(S.PURGED, state) is S.PURGED


def a_recording(state: RecordingState, **more) -> Recording:
    blank = {"call": None, "source": "", "channels": 0, "started_at": None, "duration_s": None}
    named = {"id": RecordingId("rec_1"), "tenant": TenantId("acme"), "recording_sid": "RE1"}
    return Recording(**(named | blank | {"state": state} | more))


@given(st.lists(st.sampled_from(TOLD), min_size=1, max_size=8), st.randoms())
def test_what_a_vendor_tells_in_any_order_ends_as_the_last_of_it_in_order(told, random):
    news = [a_recording(state, reason=f"vendor_{state}", error_code=TOLD.index(state)) for state in told]
    random.shuffle(news)
    known = news[0]
    for item in [*news[1:], *news]:
        known = merge_news(known, item)
    last = max(told, key=TOLD.index)
    assert (known.state, known.reason, known.error_code) == (last, f"vendor_{last}", TOLD.index(last))


@given(st.sampled_from([s for s in S if s not in TOLD]), st.sampled_from(TOLD))
def test_work_that_has_begun_is_never_undone_by_news_and_only_what_is_empty_is_filled(state, told):
    known = a_recording(state, source="DialVerb", channels=1)
    after = merge_news(known, a_recording(told, source="Other", channels=2, duration_s=9, call=CallId("call_1")))
    assert after == a_recording(state, source="DialVerb", channels=1, duration_s=9, call=CallId("call_1"))


def test_what_outweighs_replaces_what_it_has_a_value_for():
    known = a_recording(S.ANNOUNCED, source="DialVerb", channels=1)
    after = merge_news(known, a_recording(S.COMPLETED, channels=2))
    assert after == a_recording(S.COMPLETED, source="DialVerb", channels=2)
