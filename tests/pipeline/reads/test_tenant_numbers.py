from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.ports.telephony import NumberUrls, VendorNumber
from pipeline.reads.tenant_numbers import compare_numbers, mask_number
from pipeline.store.numbers import OwnNumber

OURS = NumberUrls(voice="https://e.example/v", fallback="https://e.example/f", status="https://e.example/s")
THEIRS = NumberUrls(voice="https://x.example/v", fallback="https://x.example/f", status="https://x.example/s")
SID, OTHER = "PN" + "a" * 32, "PN" + "b" * 32


def own(number: str, *, sid: str | None = None, state: str = "armed") -> OwnNumber:
    return OwnNumber(
        id="num_1",
        number=number,
        number_sid=sid,
        state=state,
        attestation_id=None,
        listed_at=datetime(2026, 11, 21, tzinfo=UTC),
        armed_at=None,
        read_back_at=None,
    )


def at_vendor(number: str, sid: str, urls: NumberUrls | None = OURS) -> VendorNumber:
    return VendorNumber(number_sid=sid, number=number, urls=urls)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+12125550123", "…0123"),
        ("sip:jane.roe@acme.sip.twilio.com", "sip:…@acme.sip.twilio.com"),
        ("client:jane.roe", "client:…"),
        ("", "…"),
    ],
)
def test_a_number_is_told_from_others_and_cannot_be_called(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_each_number_of_either_side_has_one_line() -> None:
    ours = (own("+12125550123", sid=SID), own("client:desk"))
    lines = list(compare_numbers(ours, (at_vendor("+12125550123", SID), at_vendor("+12125550199", OTHER)), OURS))
    assert [(line.number, line.state, line.is_in_account, line.points_at_us) for line in lines] == [
        ("…0123", "armed", True, True),
        ("client:…", "armed", False, None),
        ("…0199", None, True, True),
    ]
    assert "555" not in str([line.facts() for line in lines])


@pytest.mark.parametrize("urls", [None, THEIRS])
def test_a_number_that_points_elsewhere_or_nowhere_says_so(urls: NumberUrls | None) -> None:
    (line,) = compare_numbers((own("+12125550123", sid=SID),), (at_vendor("+12125550123", SID, urls),), OURS)
    assert line.points_at_us is False


def test_a_number_listed_without_a_sid_finds_its_own() -> None:
    (line,) = compare_numbers((own("+12125550123"),), (at_vendor("+12125550123", SID),), OURS)
    assert (line.number_sid, line.is_in_account) == (SID, True)


def test_where_the_vendor_was_not_asked_nothing_is_said_of_it() -> None:
    (line,) = compare_numbers((own("+12125550123", sid=SID),), None, OURS)
    assert (line.number_sid, line.points_at_us, line.is_handled_elsewhere) == (SID, None, None)
