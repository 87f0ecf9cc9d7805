"""Check digits and grammars of numbers: pure functions from a run of digits and letters, without spaces, to yes or no.

They raise or lower a score; none decides alone that a number is harmless. Letters count in either case. A number that
fits was not thereby issued, and one that does not may still have been misheard.
"""

from __future__ import annotations

from pipeline.redaction.validators.identities import (
    abn,
    ird,
    itin,
    medicare,
    nhi,
    nhs,
    nino,
    ssn,
    tfn,
    vin,
)
from pipeline.redaction.validators.payments import aba_routing, card, iban, luhn
from pipeline.redaction.validators.postcodes import (
    au_postcode,
    ca_postcode,
    gb_postcode,
    in_pin_code,
    nz_postcode,
    us_zip,
)

__all__ = [
    "aba_routing",
    "abn",
    "au_postcode",
    "ca_postcode",
    "card",
    "gb_postcode",
    "iban",
    "in_pin_code",
    "ird",
    "itin",
    "luhn",
    "medicare",
    "nhi",
    "nhs",
    "nino",
    "nz_postcode",
    "ssn",
    "tfn",
    "us_zip",
    "vin",
]
