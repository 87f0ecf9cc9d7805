from __future__ import annotations

import pytest

from pipeline.redaction.validators.digits import are_digits, codes, weighted_sum


@pytest.mark.parametrize(
    ("text", "are"), [("0123", True), ("012", False), ("", False), ("12a4", False), ("٣٤٣٤", False), ("²²²²", False)]
)
def test_digits_are_the_ten_of_ascii_and_as_many_as_wanted(text: str, are: bool) -> None:
    assert are_digits(text, (4, 5)) is are


def test_a_weighted_sum_needs_a_weight_for_each_digit() -> None:
    assert weighted_sum("123", (3, 2, 1)) == 10
    with pytest.raises(ValueError, match="shorter"):
        weighted_sum("123", (3, 2))


def test_a_list_of_codes_is_a_set() -> None:
    assert codes("AB AL  B") == {"AB", "AL", "B"}
