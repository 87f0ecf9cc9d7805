from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.validators import abn, ird, itin, medicare, nhi, nhs, nino, ssn, tfn, vin

Validator = Callable[[str], bool]

GENUINE: list[tuple[Validator, str]] = [
    (ssn, "536904399"),
    (itin, "912903456"),
    (nino, "AB123456C"),
    (nino, "ab123456"),
    (nhs, "9434765919"),
    (nhs, "4010232137"),
    (tfn, "123456782"),
    (tfn, "876543210"),
    (tfn, "81854402"),
    (medicare, "2428778132"),
    (medicare, "24287781321"),
    (ird, "49091850"),
    (ird, "35901981"),
    (ird, "49098576"),
    (ird, "136410132"),
    (nhi, "ZZZ0016"),
    (nhi, "ZAC5361"),
    (nhi, "WLD9413"),
    (nhi, "ZBN77VL"),
    (nhi, "zsc21tn"),
    (nhi, "ZVB97XQ"),
    (abn, "51824753556"),
    (abn, "53004085616"),
    (vin, "1M8GDM9AXKP042788"),
    (vin, "11111111111111111"),
]
"""Examples that the registers, their documents or other implementations publish."""


@pytest.mark.parametrize(("is_valid", "code"), GENUINE)
def test_published_examples_are_valid(is_valid: Validator, code: str) -> None:
    assert is_valid(code)


@pytest.mark.parametrize(
    ("is_valid", "code"),
    [
        (ssn, "000123456"),
        (ssn, "666123456"),
        (ssn, "900123456"),
        (ssn, "536004399"),
        (ssn, "536900000"),
        (ssn, "078051120"),
        (ssn, "53690439"),
        (itin, "812903456"),
        (itin, "912933456"),
        (nino, "BG123456A"),
        (nino, "AO123456A"),
        (nino, "DA123456A"),
        (nino, "AB123456E"),
        (nhs, "9434765918"),
        (nhs, "0000000100"),
        (tfn, "123456781"),
        (tfn, "000000000"),
        (medicare, "1428778132"),
        (medicare, "2428778130"),
        (medicare, "24287781320"),
        (ird, "49091851"),
        (ird, "136410133"),
        (ird, "9125568"),
        (ird, "150000109"),
        (nhi, "ZZZ0017"),
        (nhi, "ZZZ0044"),
        (nhi, "ZZZ00AA"),
        (nhi, "ZIO0016"),
        (abn, "51824753557"),
        (abn, "01824753556"),
        (vin, "1M8GDM9A1KP042788"),
        (vin, "1M8GDM9AXKP04278O"),
    ],
)
def test_a_wrong_check_digit_or_range_is_not_valid(is_valid: Validator, code: str) -> None:
    assert not is_valid(code)


CHECKED = [(v, c) for v, c in GENUINE if v in (nhs, tfn, medicare, nhi, abn, vin) and c != "1" * 17]


@given(st.sampled_from(CHECKED), st.data(), st.integers(1, 9))
def test_one_changed_digit_is_not_valid(genuine: tuple[Validator, str], data: st.DataObject, by: int) -> None:
    is_valid, code = genuine
    # A Medicare card's issue and person are not covered by its check digit.
    places = [i for i, c in enumerate(code) if c.isdecimal() and not (is_valid is medicare and i > 8)]
    at = data.draw(st.sampled_from(places))
    assert not is_valid(code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :])


@pytest.mark.parametrize("code", ["49091850", "35901981"])
def test_a_changed_digit_of_an_ird_number_is_valid_only_where_the_second_weights_come_in(code: str) -> None:
    changed = {code[:at] + d + code[at + 1 :] for at in range(len(code)) for d in "0123456789"} - {code}
    assert sum(ird(other) for other in changed) <= 2
