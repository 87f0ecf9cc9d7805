"""A tenant's telephone numbers beside what its vendor has: masked, so that a list can be shown around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from pipeline.ports.telephony import NumberUrls, VendorNumber
from pipeline.store.numbers import OwnNumber

_SHOWN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """One number as a list shows it. `state` is None where it is not listed here; the rest is the vendor's."""

    id: str | None
    number: str
    state: str | None
    number_sid: str | None
    is_in_account: bool
    points_at_us: bool | None
    """None where the vendor was not asked, or somebody else points the number."""
    is_handled_elsewhere: bool | None
    armed_at: str | None
    read_back_at: str | None
    attestation_id: str | None

    def facts(self) -> Mapping[str, object]:
        """Give everything by its name."""
        return asdict(self)


def mask_number(number: str) -> str:
    """Leave enough of a number to tell it from the tenant's others, and not enough to call it."""
    scheme, colon, rest = number.partition(":")
    if not colon:
        return "…" + number[-_SHOWN:]
    _, at, host = rest.partition("@")
    return f"{scheme}:…{at}{host}"


def compare_numbers(
    ours: tuple[OwnNumber, ...], theirs: tuple[VendorNumber, ...] | None, urls: NumberUrls
) -> Iterator[NumberLine]:
    """Pair what is listed here with what the vendor has; each number of either has a line.

    Args:
        ours: the tenant's listed numbers.
        theirs: the vendor's; None where it was not asked.
        urls: where the vendor should ask.
    """
    left = {number.number_sid: number for number in theirs or ()}
    sids = {number.number: number.number_sid for number in theirs or ()}
    for number in ours:
        sid = number.number_sid if number.number_sid in left else sids.get(number.number)
        yield _line(number, left.pop(sid, None) if sid else None, urls)
    for found in left.values():
        yield _line(None, found, urls)


def _line(ours: OwnNumber | None, theirs: VendorNumber | None, urls: NumberUrls) -> NumberLine:
    number = ours.number if ours else theirs.number if theirs else ""
    return NumberLine(
        id=ours.id if ours else None,
        number=mask_number(number),
        state=ours.state if ours else None,
        number_sid=theirs.number_sid if theirs else ours.number_sid if ours else None,
        is_in_account=theirs is not None,
        points_at_us=theirs.urls == urls if theirs else None,
        is_handled_elsewhere=theirs.is_voice_handled_elsewhere if theirs else None,
        armed_at=ours.armed_at.isoformat() if ours and ours.armed_at else None,
        read_back_at=ours.read_back_at.isoformat() if ours and ours.read_back_at else None,
        attestation_id=ours.attestation_id if ours else None,
    )
