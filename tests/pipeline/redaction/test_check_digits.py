from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType as T
from pipeline.redaction.check_digits import passed_check


@pytest.mark.parametrize(
    ("type", "said", "proof"),
    [
        (T.CREDIT_CARD, "four five three two oh one five one one two eight three oh three double six", "card"),
        (T.CREDIT_CARD, "4532 0151 1283 0366", "card"),
        (T.IBAN_CODE, "GB82 WEST 1234 5698 7654 32", "iban"),
        (T.VEHICLE, "1M8GDM9AXKP042788", "vin"),
        (T.NATIONAL_ID, "a b one two three four five six c", "nino"),
        (T.MEDICAL_RECORD, "943 476 5919", "nhs"),
        (T.MEDICAL_RECORD, "nine four three uh four seven six um five nine one nine", "nhs"),
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
    ],
)
def test_what_passes_no_check_of_its_type_names_none(type: T, said: str) -> None:
    assert passed_check(type, said) is None
