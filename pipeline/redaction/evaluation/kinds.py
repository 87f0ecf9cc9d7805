"""Which names of a kind of personal data count as the same kind: every detector has its own.

Only typed recall asks for it. What is hidden under a wrong name is hidden all the same.
"""

from __future__ import annotations

from typing import Final

_SAME: Final = {
    "PERSON": "NAME USERNAME",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "STREET_ADDRESS": "ADDRESS LOCATION GPE FAC",
    "ZIP_CODE": "ZIP POSTCODE UK_POSTCODE STREET_ADDRESS ADDRESS LOCATION",
    "LOCATION": "GPE CITY STATE STREET_ADDRESS ADDRESS",
    "DATE_OF_BIRTH": "DOB DATE DATE_TIME",
    "US_SSN": "SSN NATIONAL_ID ID_NUMBER",
    "CREDIT_CARD": "CARD",
    "CREDIT_CARD_CVV": "CVV CREDIT_CARD",
    "CREDIT_CARD_EXPIRY": "CREDIT_CARD DATE DATE_TIME",
    "ACCOUNT_NUMBER": "BANK_ACCOUNT US_BANK_NUMBER ID_NUMBER",
    "ID_NUMBER": "ID ACCOUNT_NUMBER US_DRIVER_LICENSE US_PASSPORT",
    "PASSWORD": "PIN ID_NUMBER",
    "PIN": "PASSWORD ID_NUMBER",
}
_ACCEPTED: Final = {kind: frozenset([kind, *others.split()]) for kind, others in _SAME.items()}


def accepted_kinds(kind: str) -> frozenset[str]:
    """Give the names under which data labelled `kind` counts as found for what it is."""
    return _ACCEPTED.get(kind, frozenset([kind]))
