from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import IllegalTransition
from pipeline.model.recording import RecordingState, advance

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
