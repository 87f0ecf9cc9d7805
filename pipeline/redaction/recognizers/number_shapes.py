"""What kind of number a run of digits and letters most likely is, from its form, its check digits and a cue if any."""

from __future__ import annotations

from typing import Final

import phonenumbers

from pipeline.model.entity import EntityType as T
from pipeline.redaction import validators
from pipeline.redaction.check_digits import proven_type

NUMBER_TYPES: Final = frozenset({
    T.PHONE_NUMBER, T.ZIP_CODE, T.DATE_OF_BIRTH, T.US_SSN, T.CREDIT_CARD, T.CREDIT_CARD_CVV, T.CREDIT_CARD_EXPIRY,
    T.ACCOUNT_NUMBER, T.IBAN_CODE, T.ID_NUMBER, T.PASSPORT, T.DRIVER_LICENSE, T.NATIONAL_ID, T.MEDICAL_RECORD, T.PIN,
    T.IP_ADDRESS, T.VEHICLE,
})  # fmt: skip
_ANY_CARD: Final = range(12, 20)
"""How long cards are, of issuers that we know and of those that we do not."""
_REGIONS: Final = ("US", "GB", "AU", "NZ")


def likely_type(code: str) -> tuple[T, float]:
    """Give the likeliest type of a run of seven or more characters, and how sure its form makes us."""
    proved = proven_type(code)
    if proved is not None:
        return proved, 0.95
    if not code.isdecimal():
        return T.ID_NUMBER, 0.6
    if 13 <= len(code) <= 19:
        return T.CREDIT_CARD, 0.8
    if _is_phone(code):
        return T.PHONE_NUMBER, 0.85
    if len(code) == 9:
        checked = validators.ssn(code), validators.ird(code), validators.tfn(code)
        return (T.US_SSN, 0.75) if checked[0] else (T.NATIONAL_ID, 0.7 if any(checked[1:]) else 0.6)
    if len(code) in (10, 11):
        return T.PHONE_NUMBER, 0.65
    return T.ACCOUNT_NUMBER, 0.6


def confidence(type: T, code: str) -> float:
    """Say how well a run fits the kind it was asked for; a bad check digit lowers, and never to nothing."""
    if proven_type(code) is type or (type is T.CREDIT_CARD and len(code) in _ANY_CARD and validators.luhn(code)):
        return 0.98
    lengths = _LENGTHS.get(type)
    return 0.9 if lengths is None or len(code) in lengths else 0.7


def _is_phone(code: str) -> bool:
    for region in _REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(code, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


_LENGTHS: Final = {
    T.CREDIT_CARD: range(13, 20), T.CREDIT_CARD_CVV: range(3, 5), T.CREDIT_CARD_EXPIRY: range(3, 7),
    T.US_SSN: (4, 9), T.PHONE_NUMBER: range(7, 14), T.ZIP_CODE: range(4, 10), T.PIN: range(4, 9),
}  # fmt: skip
