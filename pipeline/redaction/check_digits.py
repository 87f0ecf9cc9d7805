"""Which check digits or strict grammar a number passes: as evidence of what it was taken for, or of what it is alone.

Evidence alone: hides nothing, and clears nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction import validators
from pipeline.redaction.said_value import value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A check by its name: what it shows a value of its type to be, and whether it shows the type as well."""

    name: str
    type: T
    passes: Callable[[str], bool]
    shows_type: bool = False
    """Whether hardly any other number passes, so that one of which nothing is known is of this type."""


def _vin(code: str) -> bool:
    """Say whether a vehicle's check character fits; seventeen digits alone are rather a card or an account."""
    return not code.isdecimal() and validators.vin(code)


def _au_or_nz_postcode(code: str) -> bool:
    """Say whether a code lies where Australia's or New Zealand's postcodes lie: nearly all of theirs are both."""
    return validators.au_postcode(code) or validators.nz_postcode(code)


PROOFS: Final = (
    Proof(name="card", type=T.CREDIT_CARD, passes=validators.card, shows_type=True),
    Proof(name="iban", type=T.IBAN_CODE, passes=validators.iban, shows_type=True),
    Proof(name="vin", type=T.VEHICLE, passes=_vin, shows_type=True),
    Proof(name="nhs", type=T.MEDICAL_RECORD, passes=validators.nhs),
    Proof(name="nhi", type=T.MEDICAL_RECORD, passes=validators.nhi),
    Proof(name="nino", type=T.NATIONAL_ID, passes=validators.nino, shows_type=True),
    Proof(name="nhi", type=T.NATIONAL_ID, passes=validators.nhi, shows_type=True),
    Proof(name="nhs", type=T.NATIONAL_ID, passes=validators.nhs),
    Proof(name="ird", type=T.NATIONAL_ID, passes=validators.ird),
    Proof(name="tfn", type=T.NATIONAL_ID, passes=validators.tfn),
    Proof(name="abn", type=T.NATIONAL_ID, passes=validators.abn),
    Proof(name="medicare", type=T.NATIONAL_ID, passes=validators.medicare),
    Proof(name="itin", type=T.NATIONAL_ID, passes=validators.itin),
    Proof(name="itin", type=T.US_SSN, passes=validators.itin),
    Proof(name="aba_routing", type=T.ACCOUNT_NUMBER, passes=validators.aba_routing),
    Proof(name="gb_postcode", type=T.ZIP_CODE, passes=validators.gb_postcode, shows_type=True),
    Proof(name="ca_postcode", type=T.ZIP_CODE, passes=validators.ca_postcode),
    Proof(name="us_zip", type=T.ZIP_CODE, passes=validators.us_zip),
    Proof(name="in_pin_code", type=T.ZIP_CODE, passes=validators.in_pin_code),
    Proof(name="au_nz_postcode", type=T.ZIP_CODE, passes=_au_or_nz_postcode),
)
"""The first that is passed counts: those that least other numbers pass stand first within a type."""


def proven_type(code: str) -> T | None:
    """Give the type that check digits or a strict grammar prove of a run alone; None when nothing is proved."""
    return next((proof.type for proof in PROOFS if proof.shows_type and proof.passes(code)), None)


def passed_check(type: T, said: str) -> str | None:
    """Name the first check that what was said passes as a value of its type; None where it passes none."""
    proofs = [proof for proof in PROOFS if proof.type is type]
    code = value_of(type, said).code if proofs else ""
    return next((proof.name for proof in proofs if proof.passes(code)), None)
