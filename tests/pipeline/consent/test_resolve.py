from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.resolve import CallResolution, mask, resolve_call, resolve_leg, to_place
from pipeline.model.errors import InvalidInput
from pipeline.policies.jurisdictions import UNKNOWN
from pipeline.policies.loader import load_law

LAW = load_law()
EVERY_STATE = ("AU-ACT", "AU-NSW", "AU-NT", "AU-QLD", "AU-SA", "AU-TAS", "AU-VIC", "AU-WA")


def candidates(number: str | None) -> tuple[str, ...]:
    return resolve_leg(number, law=LAW).candidates


# Each number with where its numbering plan says it is. NANP: the administrator's codes; 555-01xx is for fiction.
NORTH_AMERICA = {
    "+14155550123": "US-CA", "+13105550123": "US-CA", "+12065550123": "US-WA", "+12035550123": "US-CT",
    "+12125550123": "US-NY", "+13125550123": "US-IL", "+13055550123": "US-FL", "+12155550123": "US-PA",
    "+16175550123": "US-MA", "+14105550123": "US-MD", "+17025550123": "US-NV", "+16035550123": "US-NH",
    "+14065550123": "US-MT", "+13135550123": "US-MI", "+13025550123": "US-DE", "+15035550123": "US-OR",
    "+12145550123": "US-TX", "+18015550123": "US-UT", "+12075550123": "US-ME", "+12025550123": "US-DC",
    "+17375550123": "US-TX", "+17875550123": "US-PR", "+16715550123": "US-GU", "+13405550123": "US-VI",
    "+16705550123": "US-MP", "+16845550123": "US-AS", "+19075550123": "US-AK", "+18085550123": "US-HI",
    "+14165550123": "CA-ON", "+15145550123": "CA-QC", "+14185550123": "CA-QC", "+16045550123": "CA-BC",
    "+14035550123": "CA-AB", "+12045550123": "CA-MB", "+13065550123": "CA-SK", "+15065550123": "CA-NB",
    "+17095550123": "CA-NL",
}  # fmt: skip

# Ofcom, ACMA and other administrators reserve some of these for fiction; the rest are well-formed numbers of a region.
ELSEWHERE = {
    "+442079460958": "GB", "+441514960001": "GB", "+4930123456": "DE", "+4915112345678": "DE", "+33123456789": "FR",
    "+33612345678": "FR", "+34912345678": "ES", "+34612345678": "ES", "+351212345678": "PT", "+35312345678": "IE",
    "+31201234567": "NL", "+3225123456": "BE", "+4315123456": "AT", "+41441234567": "CH", "+390612345678": "IT",
    "+4532123456": "DK", "+4681234567": "SE", "+4721234567": "NO", "+358912345678": "FI", "+48221234567": "PL",
    "+420212345678": "CZ", "+3612345678": "HU", "+40211234567": "RO", "+302101234567": "GR", "+35621234567": "MT",
    "+3726123456": "EE", "+37167123456": "LV", "+35227123456": "LU", "+6492345678": "NZ", "+64211234567": "NZ",
    "+6561234567": "SG", "+81312345678": "JP", "+919812345678": "IN", "+5511912345678": "BR", "+27111234567": "ZA",
    "+525512345678": "MX", "+97223456789": "IL", "+97142345678": "AE", "+82212345678": "KR", "+85221234567": "HK",
    "+886221234567": "TW", "+639171234567": "PH",
}  # fmt: skip


@pytest.mark.parametrize(("number", "place"), [*NORTH_AMERICA.items(), *ELSEWHERE.items()])
def test_a_number_belongs_to_the_place_of_its_numbering_plan(number: str, place: str) -> None:
    assert candidates(number) == (place,)


@pytest.mark.parametrize(
    ("number", "places"),
    [
        ("+61291234567", ("AU-ACT", "AU-NSW", "AU-VIC")),
        ("+61391234567", ("AU-NSW", "AU-TAS", "AU-VIC")),
        ("+61731234567", ("AU-NSW", "AU-QLD")),
        ("+61881234567", ("AU-NSW", "AU-NT", "AU-SA", "AU-VIC", "AU-WA")),
        ("+61412345678", ("AU", *EVERY_STATE)),
        ("+61491570156", ("AU", *EVERY_STATE)),
        ("+19025550123", ("CA-NS", "CA-PE")),
        ("+18675550123", ("CA-NT", "CA-NU", "CA-YT")),
    ],
)
def test_a_number_that_fits_several_places_has_them_all(number: str, places: tuple[str, ...]) -> None:
    assert candidates(number) == places


WITHHELD = ["+266696687", "+7378742833", "+17378742833", "+86282452253", "+2562533", "+8656696", "266696687"]
NO_TELEPHONE = [
    "client:alice", "Client:+14155550123", "sip:+14155550123@example.com", "sips:a@b", "whatsapp:+14155550123",
    "messenger:123", "SIM:DE123", "rcs:agent",
]  # fmt: skip
NO_PLACE = [
    "+18005550199", "+18885550123", "+18335550123", "+19005550123", "+15005550006", "+17005550123", "+17105550123",
    "+16005550123", "+448001234567", "+443001234567", "+449012345678", "+445612345678", "+611300123456",
    "+611800123456",    "+61190012345", "+498001234567", "+80012345678", "+88213300001", "+8835100123456",
]  # fmt: skip
NOT_LISTED = ["+12785550123", "+16275550123", "+18225550123", "+18895550123", "+13875550123", "+19325550123"]
NO_ROW = [
    "+12425550123", "+18765550123", "+18095550123", "+447911123456", "+77012345678", "+79123456789", "+66212345678",
    "+861012345678", "+6723123456", "+26226212345", "+37744123456", "+390669812345", "+4779123456", "+61891621234",
]  # fmt: skip
MALFORMED = [
    "", " ", "+", "+1", "+1415", "14155550123", "4155550123", " 14155550123", "++14155550123", "+1415555012",
    "+0123456789", "+141555501234", "+11155550123", "+14150550123", "+14151550123", "anonymous", "Restricted",
    "unknown", "+\uff14155550123", "+1\uff14155550123", "+1415555o123", "+1415\u200b5550123", "tel:+14155550123",
    "+1415555012\u0663", "\x00", "\U0001f600", "+" + "9" * 400, "+44 20 7946", "+49", "+99912345678", "+447700900123",
]  # fmt: skip


@pytest.mark.parametrize("number", [None, *WITHHELD, *NO_TELEPHONE, *NO_PLACE, *NOT_LISTED, *NO_ROW, *MALFORMED])
@pytest.mark.acceptance(2)
def test_what_is_withheld_malformed_or_of_no_place_is_unknown_and_no_error(number: str | None) -> None:
    leg = resolve_leg(number, law=LAW)

    assert leg.candidates == (UNKNOWN,)
    assert leg.is_unknown


@pytest.mark.parametrize("number", WITHHELD)
def test_a_withheld_caller_is_recognised_before_the_number_is_parsed(number: str) -> None:
    assert resolve_leg(number, law=LAW).how == "withheld"


@pytest.mark.parametrize("number", ["+1 (415) 555-0123", "+1-415-555-0123", "+1.415.555.0123", "+14155550123 "])
def test_separators_that_people_write_do_not_matter(number: str) -> None:
    assert candidates(number) == ("US-CA",)


@given(number=st.text(max_size=40) | st.from_regex(r"\+?[0-9a-z: ()-]{0,20}", fullmatch=True))
def test_nothing_that_a_network_may_send_raises_or_goes_without_a_candidate(number: str) -> None:
    leg = resolve_leg(number, law=LAW)

    assert leg.candidates
    assert all(LAW.matrix.is_known(c) or c == UNKNOWN for c in leg.candidates)


@given(digits=st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_the_number_itself_is_not_kept(digits: str) -> None:
    leg = resolve_leg(digits, law=LAW)

    assert digits[1:] not in repr(leg)
    assert leg.number is not None
    assert len(leg.number) <= 8


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, None),
        (" ", None),
        ("+14155550123", "+1415…23"),
        ("client:alice.smith", "client:…"),
        ("sip:alice@example.com", "sip:…"),
        ("alice", "…"),
        ("+2562533", "…"),
    ],
)
def test_a_mask_tells_legs_apart_and_names_nobody(number: str | None, shown: str | None) -> None:
    assert mask(number) == shown


def test_the_establishment_and_addresses_add_and_replace_nothing() -> None:
    legs = [resolve_leg("+14155550123", law=LAW), resolve_leg("+12065550123", law=LAW)]
    call = resolve_call(legs, establishment="nz", addresses=["de", "US-CA"])

    assert call.places == ("US-CA", "US-WA", "NZ", "DE")


def test_a_call_without_legs_is_unknown() -> None:
    assert CallResolution(legs=()).places == (UNKNOWN,)
    assert resolve_call([], establishment="NZ").places == (UNKNOWN, "NZ")


@pytest.mark.parametrize("text", ["California", "", "U", "US_CA", "US-", "1A", "US-CALI", "ＤＥ"])
def test_a_place_that_is_not_written_as_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="such as NZ"):
        to_place(text)


def test_a_place_without_a_row_is_accepted_and_asks_for_everything() -> None:
    assert to_place(" th ") == "TH"
    assert resolve_call([], establishment="TH").establishment == "TH"


numbers = st.sampled_from([*NORTH_AMERICA, *ELSEWHERE, *NO_PLACE, *NO_ROW, *WITHHELD, *MALFORMED])
places = st.sampled_from(["NZ", "US-CA", "US-WA", "DE", "TH", "XX", "AU-NSW"])


@given(some=st.lists(numbers, min_size=1, max_size=3), establishment=st.none() | places, addresses=st.lists(places))
def test_an_establishment_and_addresses_never_take_a_legs_place_away(
    some: list[str], establishment: str | None, addresses: list[str]
) -> None:
    legs = [resolve_leg(number, law=LAW) for number in some]
    bare = resolve_call(legs)
    call = resolve_call(legs, establishment=establishment, addresses=addresses)

    assert call.places[: len(bare.places)] == bare.places
    assert set(call.places) == {*bare.places, *addresses} | ({establishment} if establishment else set())
    assert call.legs == bare.legs


@pytest.mark.parametrize("number", ["+14159110123", "+12124110123", "+19005550123", "+14150550123"])
def test_a_code_that_no_subscriber_has_is_no_place(number: str) -> None:
    assert candidates(number) == (UNKNOWN,)
