from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.redaction.check_digits import proven_type
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES, confidence, likely_type


@given(st.text("0123456789abcxyz", min_size=1, max_size=25), st.sampled_from(sorted(NUMBER_TYPES)))
def test_no_code_that_was_asked_for_is_ever_judged_harmless(code: str, type: EntityType) -> None:
    assert confidence(type, code) >= 0.6
    assert likely_type(code)[1] >= 0.5


def test_a_valid_number_is_surer_than_one_of_the_wrong_length() -> None:
    assert confidence(EntityType.CREDIT_CARD, "4111111111111111") > confidence(EntityType.CREDIT_CARD, "4111")


def test_a_card_that_was_asked_for_needs_no_issuer_that_we_know() -> None:
    assert proven_type("560000000003") is None
    assert confidence(EntityType.CREDIT_CARD, "560000000003") == confidence(EntityType.CREDIT_CARD, "4111111111111111")
    assert confidence(EntityType.CREDIT_CARD, "560000000004") < confidence(EntityType.CREDIT_CARD, "560000000003")
