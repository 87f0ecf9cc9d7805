"""From what a network says of a leg to the places whose law may rule it.

A number is a hint and never lowers anything: what is withheld, malformed, not a telephone, or belongs to no place is
unknown, which asks for everything. Nothing here raises for what a caller sends. The full number is never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from pipeline.model.errors import InvalidInput
from pipeline.model.telephone import is_e164
from pipeline.policies.jurisdictions import PLACE, UNKNOWN
from pipeline.policies.loader import Law
from pipeline.policies.numbers import NumberTables

_SEPARATORS: Final = re.compile(r"(?<=[0-9+)])[ .()/-]+")
_NANP: Final = re.compile(r"\+1([2-9][0-9]{2})(?!.11)[2-9][0-9]{6}")
_NOT_A_TELEPHONE: Final = re.compile(r"(client|sip|sips|whatsapp|sim|messenger|rcs):", re.IGNORECASE)
_SITUATED: Final = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


@dataclass(frozen=True, slots=True, kw_only=True)
class LegResolution:
    """Where one leg may be. `number` shows at most four leading and two last digits, None where there was none."""

    label: str
    number: str | None
    candidates: tuple[str, ...]
    how: str

    @property
    def is_unknown(self) -> bool:
        """Say whether the leg could be anywhere."""
        return UNKNOWN in self.candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResolution:
    """Every leg, and the places that are joined to them because the tenant or an authenticated party is there."""

    legs: tuple[LegResolution, ...]
    establishment: str | None = None
    addresses: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Every candidate once, in the order found; a call without a leg is unknown."""
        found = [place for leg in self.legs for place in leg.candidates] or [UNKNOWN]
        added = [self.establishment] if self.establishment is not None else []
        return tuple(dict.fromkeys([*found, *added, *self.addresses]))


def resolve_leg(number: str | None, *, law: Law, label: str = "leg") -> LegResolution:
    """Find the places a leg may be at; sentinels of withheld callers first, then the numbering plans.

    Args:
        number: `From` or `To` as the network gave it; None or empty where it gave none.
        law: rows and number tables.
        label: what citations call this leg, such as `from`.
    """
    given = (number or "").strip(" \t")
    candidates, how = _candidates(_SEPARATORS.sub("", given), law=law)
    return LegResolution(label=label, number=mask(number), candidates=candidates, how=how)


def resolve_call(
    legs: Sequence[LegResolution], *, establishment: str | None = None, addresses: Iterable[str] = ()
) -> CallResolution:
    """Join the legs of the people on a call with the places that add to them.

    Args:
        legs: one for each person; software of the tenant and vendors' seats are no legs.
        establishment: where the tenant is, such as `NZ` or `US-CA`.
        addresses: places of parties who proved who they are. They add, never replace.

    Raises:
        InvalidInput: an establishment or address is not written as a place.
    """
    return CallResolution(
        legs=tuple(legs),
        establishment=None if establishment is None else to_place(establishment),
        addresses=tuple(to_place(address) for address in addresses),
    )


def to_place(text: str) -> str:
    """Accept a place as the rows write it: a country, or a country and its part.

    Raises:
        InvalidInput: another shape.
    """
    place = text.strip().upper()
    if not PLACE.fullmatch(place):
        raise InvalidInput("a place is written as a country or a country and its part, such as NZ or US-CA")
    return place


def mask(number: str | None) -> str | None:
    """Show enough of a number to tell legs apart, and too little to call it."""
    text = (number or "").strip()
    if not text:
        return None
    scheme = _NOT_A_TELEPHONE.match(text)
    if scheme:
        return f"{scheme[0].lower()}…"
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) < 8:
        return "…"
    return f"+{digits[:4]}…{digits[-2:]}"


def _candidates(number: str, *, law: Law) -> tuple[tuple[str, ...], str]:
    unknown = (UNKNOWN,)
    if not number:
        return unknown, "no number"
    digits = number.removeprefix("+")
    if digits in law.numbers.withheld:
        return unknown, "withheld"
    if _NOT_A_TELEPHONE.match(number):
        return unknown, "not a telephone"
    if not is_e164(number):
        return unknown, "malformed"
    if number.startswith("+1"):
        places, how = _north_american(number, law.numbers)
    else:
        places, how = _elsewhere(number, law.numbers)
    known = tuple(place for place in places if law.matrix.is_known(place))
    if len(known) < len(places) or not places:
        return (*known, UNKNOWN), how if not places else "a place without a row"
    return known, how


def _north_american(number: str, tables: NumberTables) -> tuple[tuple[str, ...], str]:
    shape = _NANP.fullmatch(number)
    if shape is None:
        return (), "malformed"
    code = tables.area_codes.get(shape[1])
    if code is None:
        return (), "area code not listed"
    return code.regions, "area code" if code.regions else f"area code without a place: {code.kind}"


def _elsewhere(number: str, tables: NumberTables) -> tuple[tuple[str, ...], str]:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return (), "malformed"
    if not phonenumbers.is_valid_number(parsed):
        return (), "not a number in service"
    if phonenumbers.number_type(parsed) not in _SITUATED:
        return (), "a number without a place"
    region = phonenumbers.region_code_for_number(parsed)
    if region == "AU":
        return _australian(parsed, tables)
    return ((region,), "country code") if region else ((), "a number without a place")


def _australian(parsed: PhoneNumber, tables: NumberTables) -> tuple[tuple[str, ...], str]:
    digits = f"61{parsed.national_number}"
    row = next((r for r in tables.australia if digits.startswith(r.digits)), None)
    if row is None or not row.states:
        return (), "a number without a place"
    if row.kind == "mobile":
        return ("AU", *row.states), "Australian mobile"
    return row.states, "Australian area code"
