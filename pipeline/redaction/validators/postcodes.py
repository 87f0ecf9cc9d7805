"""Postal codes of the countries whose callers we know best."""

from __future__ import annotations

import re
from typing import Final

from pipeline.redaction.validators.digits import are_digits, codes

_GB_AREAS: Final = codes(
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX "
    "FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN "
    "NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB "
    "W WA WC WD WF WN WR WS WV YO ZE"
)
"""Royal Mail's 124 areas, and two that lie nowhere: BF (forces) and BX (banks)."""
_GB: Final = re.compile(
    r"(?P<area>[A-PR-UWYZ][A-HK-Y]?)(?:[0-9][0-9]?|(?<![A-Z]{2})[0-9][ABCDEFGHJKPSTUW]|(?<=[A-Z]{2})[0-9][ABEHMNPRVWXY])"
    r"[0-9][ABD-HJLNP-UW-Z]{2}"
)
_GIROBANK: Final = "GIR0AA"
_CA: Final = re.compile(r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]")
_US_FIRST, _US_LAST = 501, 99950
_AU_RANGES: Final = (range(200, 300), range(800, 10_000))
_NZ_RANGE: Final = range(110, 9894)
_IN_UNUSED: Final = codes("10 29 35 54 55 65 66 86 87 88 89")


def gb_postcode(code: str) -> bool:
    """Say whether this is a UK postcode: a real area, a district and unit of the form that Royal Mail uses.

    Source: Royal Mail, Programmers' Guide to the Postcode Address File: letters that a place does not use.
    """
    found = _GB.fullmatch(code.upper())
    return code.upper() == _GIROBANK or (found is not None and found["area"] in _GB_AREAS)


def us_zip(digits: str) -> bool:
    """Say whether this is a US ZIP code of five digits, or of nine.

    Source: USPS Publication 65; the lowest in use is 00501, the highest 99950.
    """
    return are_digits(digits, (5, 9)) and _US_FIRST <= int(digits[:5]) <= _US_LAST


def ca_postcode(code: str) -> bool:
    """Say whether this has the form of a Canadian postal code.

    Source: Canada Post, Addressing guidelines: no D, F, I, O, Q, U anywhere, and no W, Z in the first place.
    """
    return bool(_CA.fullmatch(code.upper()))


def au_postcode(digits: str) -> bool:
    """Say whether this lies in the ranges of Australian postcodes.

    Source: Australia Post, postcode ranges of the states and territories.
    """
    return are_digits(digits, (4,)) and any(int(digits) in numbers for numbers in _AU_RANGES)


def nz_postcode(digits: str) -> bool:
    """Say whether this lies in the range of New Zealand postcodes.

    Source: NZ Post, Postcode finder: 0110 (Whangārei) to 9893 (Invercargill).
    """
    return are_digits(digits, (4,)) and int(digits) in _NZ_RANGE


def in_pin_code(digits: str) -> bool:
    """Say whether this has the form of an Indian PIN code: six digits that begin with a circle in use.

    Source: India Post, Postal Index Number: first digit the region, first two the circle, 9 the army.
    """
    return are_digits(digits, (6,)) and digits[0] != "0" and digits[:2] not in _IN_UNUSED
