"""Numbers that move money: cards, accounts, banks."""

from __future__ import annotations

import re
from typing import Final

from pipeline.redaction.validators.digits import are_digits, codes, weighted_sum

_CARD_LENGTHS: Final = range(12, 20)
_ISSUERS: Final = (
    # First and last prefix, lengths.
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", range(14, 20)),  # Diners Club
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("3528", "3589", range(16, 20)),  # JCB
    ("6011", "6011", range(16, 20)),  # Discover
    ("644", "659", range(16, 20)),
    ("62", "62", range(16, 20)),  # UnionPay
    ("60", "60", (16,)),  # RuPay
    ("81", "82", (16,)),
    ("508", "508", (16,)),
    ("5018", "5018", range(12, 20)),  # Maestro: what it shares with others is theirs above
    ("5020", "5020", range(12, 20)),
    ("5038", "5038", range(12, 20)),
    ("5893", "5893", range(12, 20)),
    ("6304", "6304", range(12, 20)),
    ("6390", "6390", range(12, 20)),
    ("6759", "6759", range(12, 20)),
    ("6761", "6763", range(12, 20)),
    ("67", "67", range(16, 20)),
    ("5019", "5019", (16,)),  # Dankort
    ("2200", "2204", range(16, 20)),  # Mir
)
_IBAN_LENGTHS: Final = {
    length: codes(countries)
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
}
_ABA_PREFIXES: Final = (*range(13), *range(21, 33), *range(61, 73), 80)


def luhn(digits: str) -> bool:
    """Say whether the last digit is the check digit of the others.

    Source: ISO/IEC 7812-1, annex B.
    """
    if not digits.isascii() or not digits.isdecimal():
        return False
    doubled = (int(d) * 2 if index % 2 else int(d) for index, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def card(digits: str) -> bool:
    """Say whether this is a payment card: the prefix and length of a known issuer, and the check digit.

    Source: ISO/IEC 7812-1; the issuers' published ranges of identification numbers.
    """
    if not are_digits(digits, _CARD_LENGTHS) or not luhn(digits):
        return False
    return any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _ISSUERS)


def iban(code: str) -> bool:
    """Say whether this is an IBAN: its country's length, and check digits that fit.

    Source: ISO 13616-1; lengths from SWIFT's IBAN registry, release 99.
    """
    code = code.upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", code) or code[:2] not in _IBAN_LENGTHS.get(len(code), ()):
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def aba_routing(digits: str) -> bool:
    """Say whether this is a US bank's routing number.

    Source: American Bankers Association, routing number policy: prefixes of the Federal Reserve districts,
    weights 3 7 1.
    """
    if not are_digits(digits, (9,)) or int(digits[:2]) not in _ABA_PREFIXES or digits == "0" * 9:
        return False
    return weighted_sum(digits, (3, 7, 1) * 3) % 10 == 0
