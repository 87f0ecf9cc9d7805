"""Numbers that name a person, a firm or a vehicle in a register of a state."""

from __future__ import annotations

import re
from typing import Final

from pipeline.redaction.validators.digits import are_digits, weighted_sum

_NINO: Final = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]?")
_NHI: Final = re.compile(r"[A-HJ-NP-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})")
_NHI_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_VALUES: Final = {
    letter: value
    for value, letters in enumerate(("AJ", "BKS", "CLT", "DMU", "ENV", "FW", "GPX", "HY", "RZ"), 1)
    for letter in letters
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_SSN_VOID: Final = frozenset({"078051120", "219099999"})
"""Printed in advertisements, and voided."""
_ITIN_GROUPS: Final = (*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100))
_IRD_RANGE: Final = range(10_000_000, 150_000_001)
_IRD_WEIGHTS: Final = ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6))
_TFN_WEIGHTS: Final = {8: (10, 7, 8, 4, 6, 3, 5, 1), 9: (1, 4, 3, 7, 5, 8, 6, 9, 10)}
_ABN_WEIGHTS: Final = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def ssn(digits: str) -> bool:
    """Say whether the US Social Security Administration could have issued this.

    Source: SSA, "Social Security number randomization" (2011): areas 000, 666 and 900 to 999, group 00 and serial 0000
    are never issued.
    """
    if not are_digits(digits, (9,)) or digits in _SSN_VOID:
        return False
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def itin(digits: str) -> bool:
    """Say whether this has the form of a US individual taxpayer's number.

    Source: IRS Publication 1915: nine digits that begin with 9, the fourth and fifth in 50-65, 70-88, 90-92, 94-99.
    """
    return are_digits(digits, (9,)) and digits[0] == "9" and int(digits[3:5]) in _ITIN_GROUPS


def nino(code: str) -> bool:
    """Say whether this is a UK National Insurance number; its last letter may be missing.

    Source: HMRC, National Insurance manual, NIM39110.
    """
    return bool(_NINO.fullmatch(code.upper()))


def nhs(digits: str) -> bool:
    """Say whether a ten-digit number of the English or Welsh NHS, or a Scottish CHI, has the check digit that fits.

    Source: NHS data model and dictionary, "NHS number": modulus 11, a remainder of 10 is not issued.
    """
    if not are_digits(digits, (10,)):
        return False
    rest = 11 - weighted_sum(digits[:9], range(10, 1, -1)) % 11
    return rest != 10 and rest % 11 == int(digits[9])


def tfn(digits: str) -> bool:
    """Say whether an Australian tax file number's check digit fits; eight digits are an older form.

    Source: Australian Taxation Office, TFN check digit algorithm: weighted sum divisible by 11.
    """
    if not are_digits(digits, (8, 9)) or not int(digits):
        return False
    return weighted_sum(digits, _TFN_WEIGHTS[len(digits)]) % 11 == 0


def abn(digits: str) -> bool:
    """Say whether an Australian Business Number's check digits fit.

    Source: Australian Business Register, "Format of the ABN": one less in the first digit, then the
    weighted sum is divisible by 89.
    """
    if not are_digits(digits, (11,)) or digits[0] == "0":
        return False
    return (weighted_sum(digits, _ABN_WEIGHTS) - _ABN_WEIGHTS[0]) % 89 == 0


def medicare(digits: str) -> bool:
    """Say whether an Australian Medicare number's check digit fits: ten digits, eleven with the person's own.

    Source: Services Australia, Medicare card number: first digit 2 to 6, ninth the check digit (weights 1 3 7 9),
    tenth the issue of the card, eleventh the person on it.
    """
    if not are_digits(digits, (10, 11)) or digits[0] not in "23456" or "0" in digits[9:]:
        return False
    return weighted_sum(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def ird(digits: str) -> bool:
    """Say whether a New Zealand IRD number's check digit fits.

    Source: Inland Revenue, "IRD number format and validation": 10,000,000 to 150,000,000; modulus 11, with a second
    set of weights where the first gives 10.
    """
    if not are_digits(digits, (8, 9)) or int(digits) not in _IRD_RANGE:
        return False
    stem, check = digits[:-1].zfill(8), int(digits[-1])
    for weights in _IRD_WEIGHTS:
        rest = -weighted_sum(stem, weights) % 11
        if rest != 10:
            return rest == check
    return False


def nhi(code: str) -> bool:
    """Say whether this is a New Zealand NHI number, of the old form (AAANNNC) or the new one (AAANNAX).

    Source: HISO 10046:2023, consumer health identity standard: modulus 11 with a check digit, modulus 23 with a letter;
    no I and no O.
    """
    code = code.upper()
    if not _NHI.fullmatch(code):
        return False
    values = [_NHI_ALPHABET.index(c) + 1 if c.isalpha() else int(c) for c in code]
    total = sum(value * (7 - index) for index, value in enumerate(values[:6]))
    if code[6].isdecimal():
        return total % 11 != 0 and (11 - total % 11) % 10 == values[6]
    return 23 - total % 23 == values[6]


def vin(code: str) -> bool:
    """Say whether a vehicle identification number's check character fits, as in North America.

    Source: ISO 3779; 49 CFR 565.15(c): no I, O and Q; weighted sum modulus 11 in the ninth place, X for 10.
    """
    code = code.upper()
    if not _VIN.fullmatch(code):
        return False
    total = sum((int(c) if c.isdecimal() else _VIN_VALUES[c]) * w for c, w in zip(code, _VIN_WEIGHTS, strict=True))
    return code[8] == ("X" if total % 11 == 10 else str(total % 11))
