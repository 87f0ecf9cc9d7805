"""Check digits and grammars of numbers. They raise or lower a score; none decides alone that a number is harmless.

Sources: ISO/IEC 7812 (Luhn), ISO 13616 (IBAN), HMRC NIM39110 (NINO), NHS data dictionary (modulus 11), ATO TFN and
Medicare algorithms, IRD validation (modulus 11), HISO 10046 (NHI), SSA randomisation rules, ISO 3779 (VIN).
"""

from __future__ import annotations

import re
from typing import Final

_NHI_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_VIN_VALUES: Final = {
    letter: value
    for value, letters in enumerate(("AJ", "BKS", "CLT", "DMU", "ENV", "FW", "GPX", "HY", "RZ"), 1)
    for letter in letters
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_GB_POSTCODE: Final = re.compile(r"(?:GIR0AA|[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2})")
_NINO: Final = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?")


def luhn(digits: str) -> bool:
    """Say whether a card number's check digit fits."""
    doubled = (int(d) * 2 if index % 2 else int(d) for index, d in enumerate(reversed(digits)))
    return digits.isdecimal() and sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def card(digits: str) -> bool:
    """Say whether this is a payment card: 13 to 19 digits of a known range, Luhn."""
    return digits.isdecimal() and 13 <= len(digits) <= 19 and digits[0] in "3456" and luhn(digits)


def ssn(digits: str) -> bool:
    """Say whether the Social Security Administration could have issued this."""
    ranges = digits[:3] not in ("000", "666") and digits[:1] != "9" and digits[3:5] != "00" and digits[5:] != "0000"
    return len(digits) == 9 and digits.isdecimal() and ranges


def nino(code: str) -> bool:
    """Say whether this is a UK National Insurance number."""
    return bool(_NINO.fullmatch(code.upper()))


def nhs(digits: str) -> bool:
    """Say whether a ten-digit NHS number's check digit fits."""
    if len(digits) != 10 or not digits.isdecimal():
        return False
    rest = 11 - sum(int(d) * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return rest != 10 and rest % 11 == int(digits[9])


def tfn(digits: str) -> bool:
    """Say whether an Australian tax file number's check digit fits."""
    return digits.isdecimal() and len(digits) == 9 and _weighted(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def medicare(digits: str) -> bool:
    """Say whether an Australian Medicare number's check digit fits."""
    if not digits.isdecimal() or len(digits) not in (10, 11) or digits[0] not in "23456":
        return False
    return _weighted(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def ird(digits: str) -> bool:
    """Say whether a New Zealand IRD number's check digit fits."""
    if not digits.isdecimal() or len(digits) not in (8, 9):
        return False
    base, check = digits[:-1].zfill(8), int(digits[-1])
    for weights in ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6)):
        rest = -_weighted(base, weights) % 11
        if rest != 10:
            return rest == check
    return False


def nhi(code: str) -> bool:
    """Say whether this is a New Zealand NHI number, old form (AAANNNC) or new (AAANNAX)."""
    code = code.upper()
    if not re.fullmatch(r"[A-HJ-NP-Z]{3}(?:\d{4}|\d{2}[A-HJ-NP-Z]{2})", code):
        return False
    values = [_NHI_ALPHABET.index(c) + 1 if c.isalpha() else int(c) for c in code]
    total = sum(value * (7 - index) for index, value in enumerate(values[:6]))
    if code[6].isdecimal():
        return total % 11 != 0 and (11 - total % 11) % 10 == values[6]
    return 23 - total % 23 == values[6]


def iban(code: str) -> bool:
    """Say whether an IBAN's check digits fit."""
    code = code.upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z\d]{11,30}", code):
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def vin(code: str) -> bool:
    """Say whether a vehicle identification number's check character fits."""
    code = code.upper()
    if not re.fullmatch(r"[A-HJ-NPR-Z\d]{17}", code):
        return False
    total = sum((int(c) if c.isdecimal() else _VIN_VALUES[c]) * w for c, w in zip(code, _VIN_WEIGHTS, strict=True))
    return code[8] == ("X" if total % 11 == 10 else str(total % 11))


def gb_postcode(code: str) -> bool:
    """Say whether this has the form of a UK postcode."""
    return bool(_GB_POSTCODE.fullmatch(code.upper()))


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True))
