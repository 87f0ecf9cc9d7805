from __future__ import annotations

import itertools

import pytest

from pipeline.model.errors import IllegalTransition
from pipeline.model.subject import (
    NEEDS_NO_IDENTITY,
    Identifier,
    IdentifierKind,
    RequestKind,
    RequestState,
    SubjectDetails,
    advance_request,
)

S = RequestState
LINE = (S.OPEN, S.IDENTITY_ASKED, S.VERIFIED, S.WORKING, S.ANSWERED, S.CLOSED)


@pytest.mark.parametrize("kind", RequestKind)
def test_a_request_goes_its_way_to_an_answer_and_repeating_a_step_changes_nothing(kind):
    for before, after in itertools.pairwise(LINE):
        assert advance_request(kind, before, after) is after
        assert advance_request(kind, after, after) is after


@pytest.mark.parametrize("kind", sorted(set(RequestKind) - NEEDS_NO_IDENTITY))
def test_nothing_is_worked_on_or_answered_before_it_is_known_who_asks(kind):
    for before, after in itertools.product((S.OPEN, S.IDENTITY_ASKED), (S.WORKING, S.ANSWERED)):
        with pytest.raises(IllegalTransition, match="who asks"):
            advance_request(kind, before, after)


@pytest.mark.clause("nejix", "8", "Right to Opt Out of Sale or Sharing")
def test_what_only_keeps_more_from_happening_is_done_for_whoever_asks():
    for kind in NEEDS_NO_IDENTITY:
        assert advance_request(kind, S.OPEN, S.WORKING) is S.WORKING


def test_what_is_over_stays_over():
    for after in set(S) - {S.CLOSED}:
        with pytest.raises(IllegalTransition):
            advance_request(RequestKind.ACCESS, S.CLOSED, after)
    with pytest.raises(IllegalTransition):
        advance_request(RequestKind.ACCESS, S.ANSWERED, S.WORKING)


def test_what_names_a_person_is_in_no_repr():
    named = Identifier(kind=IdentifierKind.NAME, value="canaryname")
    details = SubjectDetails(identifiers=(named,), note="canarynote", agent="canaryagent")
    assert "canary" not in repr(named) + repr(details)
