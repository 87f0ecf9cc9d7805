from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import RecordingId
from pipeline.model.review import (
    CAN_BE_UNDONE,
    HIGH_RISK,
    PENDING,
    STANDING,
    UNDER_REVIEW,
    ChangeKind,
    ChangeState,
    FindingPlace,
    ReviewState,
    first_state,
    is_same_place,
    move_review,
)
from pipeline.model.span import TimeSpan

SPANS = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda t: TimeSpan(t[0], t[0] + t[1]))
R = ReviewState


def a_finding(**chosen) -> FindingPlace:
    values = {
        "recording": RecordingId("rec_1"),
        "version": 1,
        "turn": 3,
        "start": 18,
        "end": 28,
        "type": EntityType.PERSON,
        "label": "PERSON_1",
        "score": 0.9,
        "channel": 0,
        "time": TimeSpan(0, 10),
    }
    return FindingPlace(**values | chosen)


@given(SPANS, SPANS)
def test_two_places_are_one_the_same_way_round_and_only_if_they_share_half(one, other):
    shared = len(set(range(one.start_ms, one.end_ms)) & set(range(other.start_ms, other.end_ms)))
    assert is_same_place(one, other) == (2 * shared >= max(one.duration_ms, other.duration_ms))
    assert is_same_place(one, other) == is_same_place(other, one)


def test_to_show_what_opens_doors_takes_two_and_to_hide_it_one():
    assert first_state(ChangeKind.NOT_PERSONAL, is_high_risk=True) is ChangeState.AWAITING_SECOND
    assert first_state(ChangeKind.NOT_PERSONAL, is_high_risk=False) is ChangeState.WAITING
    assert first_state(ChangeKind.ADD, is_high_risk=True) is ChangeState.WAITING
    assert first_state(ChangeKind.CONFIRM, is_high_risk=True) is ChangeState.NOTED


@pytest.mark.parametrize("name", ["CREDIT_CARD", "CREDIT_CARD_CVV", "US_SSN", "NATIONAL_ID", "ACCOUNT_NUMBER", "PIN"])
def test_numbers_of_cards_accounts_and_people_are_of_high_risk(name):
    assert a_finding(type=EntityType[name]).is_high_risk
    assert EntityType.PERSON not in HIGH_RISK


def test_what_passes_a_check_digit_is_of_high_risk_whatever_it_was_taken_for():
    assert a_finding(type=EntityType.ID_NUMBER, is_checked=True).is_high_risk
    assert not a_finding(type=EntityType.ID_NUMBER).is_high_risk


def test_a_finding_is_named_by_its_place():
    assert a_finding().key == "3.18.28"


@pytest.mark.parametrize("state", sorted(UNDER_REVIEW))
def test_what_is_under_review_can_end_either_way(state):
    for new in (R.APPROVED, R.REJECTED, R.OPEN, R.PURGED):
        assert move_review(state, new) is new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (R.APPROVED, R.APPROVED),
        (R.REJECTED, R.APPROVED),
        (R.REJECTED, R.REJECTED),
        (R.PURGED, R.OPEN),
        (R.APPROVED, R.CLAIMED),
        (R.PURGED, R.PURGED),
    ],
)
def test_there_is_no_other_way(old, new):
    with pytest.raises(IllegalTransition):
        move_review(old, new)


def test_a_review_that_ended_can_open_again_and_what_is_approved_can_be_rejected():
    assert [move_review(R.APPROVED, R.OPEN), move_review(R.REJECTED, R.OPEN)] == [R.OPEN, R.OPEN]
    assert move_review(R.APPROVED, R.REJECTED) is R.REJECTED


def test_what_is_being_rendered_cannot_be_undone_and_what_is_pending_stands():
    assert ChangeState.RENDERING not in CAN_BE_UNDONE
    assert PENDING <= STANDING
    assert {ChangeState.FAILED, ChangeState.REFUSED, ChangeState.UNDONE}.isdisjoint(STANDING)
