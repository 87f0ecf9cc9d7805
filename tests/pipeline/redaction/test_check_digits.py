from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType as T
from pipeline.model.entity import Evidence
from pipeline.redaction import validators
from pipeline.redaction.check_digits import PROOFS, passed_check, proven_type
from pipeline.redaction.explain import explain


@pytest.mark.parametrize(
    ("type", "said", "proof"),
    [
        (T.CREDIT_CARD, "four five three two oh one five one one two eight three oh three double six", "card"),
        (T.CREDIT_CARD, "4532 0151 1283 0366", "card"),
        (T.IBAN_CODE, "GB82 WEST 1234 5698 7654 32", "iban"),
        (T.VEHICLE, "1M8GDM9AXKP042788", "vin"),
        (T.NATIONAL_ID, "a b one two three four five six c", "nino"),
        (T.MEDICAL_RECORD, "943 476 5919", "nhs"),
        (T.NATIONAL_ID, "51 824 753 556", "abn"),
        (T.NATIONAL_ID, "nine one two nine oh three four five six", "itin"),
        (T.US_SSN, "912-90-3456", "itin"),
        (T.ACCOUNT_NUMBER, "one two one oh four two eight eight two", "aba_routing"),
        (T.ZIP_CODE, "s w one a two a a", "gb_postcode"),
        (T.ZIP_CODE, "k one a zero b one", "ca_postcode"),
        (T.ZIP_CODE, "nine oh two one oh", "us_zip"),
        (T.ZIP_CODE, "90210 1234", "us_zip"),
        (T.ZIP_CODE, "560 001", "in_pin_code"),
        (T.ZIP_CODE, "two thousand", "au_nz_postcode"),
        (T.ZIP_CODE, "0110", "au_nz_postcode"),
        (T.ZIP_CODE, "9999", "au_nz_postcode"),
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
        (T.VEHICLE, "1" * 17),
        (T.US_SSN, "536 90 4399"),
        (T.ACCOUNT_NUMBER, "121042883"),
        (T.ZIP_CODE, "0100"),
        (T.ZIP_CODE, "99999"),
        (T.ZIP_CODE, "springfield"),
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


def test_every_check_is_explained_by_a_sentence_of_its_own() -> None:
    sentences = {proof.name: explain(Evidence(recognizer="CheckDigits", pattern=proof.name)) for proof in PROOFS}
    assert explain(Evidence(recognizer="CheckDigits")) not in sentences.values()
    assert len(set(sentences.values())) == len(sentences)


def test_every_validator_is_somebodys_check() -> None:
    alone = {"luhn", "ssn"}  # the last digit of cards, and what tells a social security number from other nine digits
    part = {"au_postcode", "nz_postcode"}
    assert {proof.name for proof in PROOFS} - {"au_nz_postcode"} == set(validators.__all__) - alone - part
