from __future__ import annotations

import pytest

from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.reveal import RevealPurpose, RevealState
from pipeline.model.review import ChangeKind, ChangeState, NotPersonal, Rejection, ReviewState
from webhooks.review.words import REFUSED, SAID, choices, refusal


@pytest.mark.parametrize(
    "kind", [NotPersonal, Rejection, RevealPurpose, RevealState, ChangeKind, ChangeState, ReviewState]
)
def test_every_code_has_its_words(kind):
    assert all(SAID[code] for code in kind)
    assert [value for value, _ in choices(kind)] == [code.value for code in kind]


def test_codes_of_two_kinds_with_the_same_value_keep_their_own_words():
    assert RevealState.REFUSED == ChangeState.REFUSED
    assert (SAID[RevealState.REFUSED], SAID[ChangeState.REFUSED]) == ("refused", "refused by the second reviewer")


def test_a_refusal_says_what_to_do_and_repeats_nothing_of_the_error():
    for error in (Conflict("rec_1"), IllegalTransition("rec_1"), InvalidInput("rec_1"), NotPermitted("rec_1")):
        assert refusal(error)
        assert "rec_1" not in refusal(error)
        assert type(error) in REFUSED
