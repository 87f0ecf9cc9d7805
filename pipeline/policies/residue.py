"""What the types of personal data that were found say about what may still be in an artifact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pipeline.policies.facts import Residue

_OF_TYPE: Final[Mapping[str, Residue]] = {
    "CREDIT_CARD": Residue.CARD_NUMBER,
    "CREDIT_CARD_CVV": Residue.CARD_NUMBER,
    "US_SSN": Residue.GOVERNMENT_ID,
    "NATIONAL_ID": Residue.GOVERNMENT_ID,
    "PASSPORT": Residue.GOVERNMENT_ID,
    "DRIVER_LICENSE": Residue.GOVERNMENT_ID,
    "ACCOUNT_NUMBER": Residue.FINANCIAL,
    "IBAN_CODE": Residue.FINANCIAL,
    "MEDICAL_RECORD": Residue.SPECIAL_CATEGORY,
}
_STAYS_AFTER_REDACTION: Final = frozenset({Residue.SPECIAL_CATEGORY})
"""Hiding a number hides it; hiding a record number does not hide that health was spoken of."""


def residue_of(types: Iterable[str], *, is_hidden: bool) -> tuple[Residue, ...]:
    """Say what may still be in an artifact.

    Args:
        types: types that were found in what it was made from.
        is_hidden: it is proved that they are hidden in it.
    """
    found = {_OF_TYPE[type] for type in types if type in _OF_TYPE}
    return tuple(sorted(found & _STAYS_AFTER_REDACTION if is_hidden else found))
