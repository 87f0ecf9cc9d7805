from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType as T
from pipeline.redaction.check_digits import passed_check, proven_type


@pytest.mark.parametrize(
    ("type", "said", "proof"),
    [
        (T.CREDIT_CARD, "four five three two oh one five one one two eight three oh three double six", "card"),
        (T.CREDIT_CARD, "4532 0151 1283 0366", "card"),
        (T.IBAN_CODE, "GB82 WEST 1234 5698 7654 32", "iban"),
        (T.VEHICLE, "1M8GDM9AXKP042788", "vin"),
        (T.NATIONAL_ID, "a b one two three four five six c", "nino"),
        (T.MEDICAL_RECORD, "943 476 5919", "nhs"),
    ],
)
def test_a_number_that_passes_names_its_check(type: T, said: str, proof: str) -> None:
    assert passed_check(type, said) == proof


@pytest.mark.parametrize(
    ("type", "said"),
    [
        (T.CREDIT_CARD, "4532 0151 1283 0367"),
        (T.ACCOUNT_NUMBER, "4532 0151 1283 0366"),
        (T.PERSON, "anna bell"),
        (T.IBAN_CODE, "um"),
        (T.VEHICLE, "1" * 17),
    ],
)
def test_what_passes_no_check_of_its_type_names_none(type: T, said: str) -> None:
    assert passed_check(type, said) is None


@pytest.mark.parametrize(
    ("code", "type"),
    [
        ("4111111111111111", T.CREDIT_CARD),
        ("GB82WEST12345698765432", T.IBAN_CODE),
        ("AB123456C", T.NATIONAL_ID),
        ("1M8GDM9AXKP042788", T.VEHICLE),
        ("SW1A2AA", T.ZIP_CODE),
        ("7788123", None),
        ("1" * 17, None),
    ],
)
def test_check_digits_and_grammars_prove_a_type(code: str, type: T | None) -> None:
    assert proven_type(code) is type
