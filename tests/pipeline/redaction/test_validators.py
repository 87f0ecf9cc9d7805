from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction import validators

GENUINE: list[tuple[Callable[[str], bool], str]] = [
    (validators.luhn, "4111111111111111"),
    (validators.card, "378282246310005"),
    (validators.ssn, "219099999"),
    (validators.nino, "AB123456C"),
    (validators.nhs, "9434765919"),
    (validators.tfn, "123456782"),
    (validators.medicare, "2123456701"),
    (validators.ird, "49091850"),
    (validators.ird, "136410132"),
    (validators.nhi, "ZZZ0016"),
    (validators.nhi, "ZBN77VL"),
    (validators.iban, "GB82WEST12345698765432"),
    (validators.vin, "1M8GDM9AXKP042788"),
    (validators.gb_postcode, "SW1A1AA"),
]


@pytest.mark.parametrize(("is_valid", "code"), GENUINE)
def test_published_examples_are_valid(is_valid: Callable[[str], bool], code: str) -> None:
    assert is_valid(code)


@pytest.mark.parametrize(
    ("is_valid", "code"),
    [
        (validators.luhn, "4111111111111112"),
        (validators.card, "9111111111111111"),
        (validators.ssn, "000123456"),
        (validators.ssn, "900123456"),
        (validators.nino, "BG123456A"),
        (validators.nhs, "9434765918"),
        (validators.tfn, "123456781"),
        (validators.medicare, "2123456711"),
        (validators.ird, "49091851"),
        (validators.nhi, "ZZZ0017"),
        (validators.nhi, "ZBN77VM"),
        (validators.iban, "GB83WEST12345698765432"),
        (validators.vin, "1M8GDM9A1KP042788"),
        (validators.gb_postcode, "12345"),
    ],
)
def test_a_wrong_check_digit_or_range_is_not_valid(is_valid: Callable[[str], bool], code: str) -> None:
    assert not is_valid(code)


@given(st.text(max_size=25))
def test_no_text_breaks_a_validator(code: str) -> None:
    assert all(isinstance(is_valid(code), bool) for is_valid, _ in GENUINE)


@given(st.from_regex(r"[0-9]{15}", fullmatch=True), st.integers(0, 15), st.integers(1, 9))
def test_luhn_catches_every_single_wrong_digit(stem: str, at: int, by: int) -> None:
    check = next(d for d in "0123456789" if validators.luhn(stem + d))
    digits = list(stem + check)
    digits[at] = str((int(digits[at]) + by) % 10)
    assert not validators.luhn("".join(digits))
