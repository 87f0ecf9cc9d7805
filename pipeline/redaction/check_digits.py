"""Which check digits or strict grammar a number passes, given what it was taken for. Evidence alone: hides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction import validators
from pipeline.redaction.said_value import value_of

_PROOFS: Final[Mapping[T, tuple[tuple[str, Callable[[str], bool]], ...]]] = {
    T.CREDIT_CARD: (("card", validators.card),),
    T.IBAN_CODE: (("iban", validators.iban),),
    T.VEHICLE: (("vin", validators.vin),),
    T.MEDICAL_RECORD: (("nhs", validators.nhs), ("nhi", validators.nhi)),
    T.NATIONAL_ID: (
        ("nino", validators.nino),
        ("nhi", validators.nhi),
        ("nhs", validators.nhs),
        ("ird", validators.ird),
        ("tfn", validators.tfn),
        ("medicare", validators.medicare),
    ),
}


def passed_check(type: T, said: str) -> str | None:
    """Name the first check that what was said passes as a value of its type; None where it passes none."""
    proofs = _PROOFS.get(type, ())
    code = value_of(type, said).code if proofs else ""
    return next((name for name, passes in proofs if passes(code)), None)
