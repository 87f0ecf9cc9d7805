from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.law_of_call import (
    UNRECORDED,
    Ringing,
    candidates_of,
    locales_of,
    mode_of,
    plan_of,
    purposes_of,
    voice_of,
    why_unrecorded,
)
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Purpose
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId, LegId
from pipeline.model.tenant import Topology
from pipeline.policies.loader import load_bundle, load_law
from tests.pipeline.intake.conftest import MODES, TRANSCRIPT_ALONE, an_owner

LAW = load_law()
NEW_YORK, DENVER, BERLIN, SEATTLE = "+12125550142", "+13035550100", "+493012345678", "+12065550142"


def ringing(**given) -> Ringing:
    fields = {"from_number": NEW_YORK, "to_number": DENVER, "direction": "inbound"} | given
    return Ringing(call_sid="CA" + "0" * 32, **fields)


def legs_of(given: Ringing, owner) -> list[Leg]:
    return [
        Leg(id=LegId(r.value), call=CallId("c"), role=r, leg_sid=None, number_ref=None, candidates=places)
        for r, places in candidates_of(given, owner, law=LAW).items()
    ]


def tokens_of(given: Ringing, owner) -> str:
    return "".join(plan_of(legs_of(given, owner), owner, law=LAW).tokens)


def test_the_tenants_leg_carries_its_establishment_and_the_place_of_its_number():
    found = candidates_of(ringing(), an_owner(establishment=("nz", "US-CA")), law=LAW)
    assert found == {LegRole.CALLER: ("US-NY",), LegRole.AGENT: ("NZ", "US-CA", "US-CO")}


def test_a_number_of_the_tenants_without_a_place_is_unknown_until_the_tenant_says_where_it_is():
    toll_free = ringing(to_number="+18005550100")
    assert candidates_of(toll_free, an_owner(), law=LAW)[LegRole.AGENT] == ("unknown",)
    assert candidates_of(toll_free, an_owner(establishment=("NZ",)), law=LAW)[LegRole.AGENT] == ("NZ",)


def test_on_a_call_that_we_make_the_person_is_the_one_called():
    found = candidates_of(ringing(direction="outbound-api", to_number=BERLIN), an_owner(), law=LAW)
    assert found == {LegRole.CALLER: ("DE",), LegRole.AGENT: ("US-NY",)}


def test_the_callee_of_a_forwarded_call_is_a_person_with_a_law():
    owner = an_owner(topology=Topology.FORWARD, forward_to=BERLIN)
    assert candidates_of(ringing(), owner, law=LAW)[LegRole.CALLEE] == ("DE",)


def test_what_the_network_adds_of_a_place_adds_and_never_replaces():
    assert candidates_of(ringing(from_place="US-CA"), an_owner(), law=LAW)[LegRole.CALLER] == ("US-NY", "US-CA")
    assert candidates_of(ringing(from_place="ZZ-99"), an_owner(), law=LAW)[LegRole.CALLER] == ("US-NY",)
    withheld = candidates_of(ringing(from_number="+266696687", from_place="US-NY"), an_owner(), law=LAW)
    assert withheld[LegRole.CALLER] == ("unknown", "US-NY")


def test_an_establishment_that_is_not_written_as_a_place_is_refused():
    with pytest.raises(InvalidInput):
        candidates_of(ringing(), an_owner(establishment=("Atlantis",)), law=LAW)


numbers = st.sampled_from(
    [NEW_YORK, DENVER, BERLIN, SEATTLE, "+14155550142", "+6421123456", "+266696687", "", "sip:x@y"]
)
places = st.lists(st.sampled_from(["NZ", "US-CA", "US-WA", "DE", "AU-NSW", "GB"]), max_size=3)


@given(number=numbers, other=numbers, established=places, more=places, hint=st.sampled_from(["", "US-CA", "US-WA"]))
def test_another_leg_place_or_hint_never_loosens(number, other, established, more, hint):
    plain = an_owner(establishment=tuple(established or ["NZ"]))
    wider = an_owner(establishment=(*(established or ["NZ"]), *more), topology=Topology.FORWARD, forward_to=other)
    before = tokens_of(ringing(from_number=number), plain)
    after = tokens_of(ringing(from_number=number, forwarded_from=other, from_place=hint), wider)
    assert set(before) <= set(after)


def test_nothing_is_recorded_without_a_switch_or_a_script_and_the_reason_is_told():
    agent, off = an_owner(), an_owner(is_recording_on=False)
    closed, message = an_owner(is_active=False), an_owner(topology=Topology.VOICEMAIL, **TRANSCRIPT_ALONE)
    desk = an_owner(topology=Topology.FORWARD, forward_to=DENVER, **TRANSCRIPT_ALONE)
    cases = [
        (off, NEW_YORK, "recording_off"),
        (closed, NEW_YORK, "tenant_closed"),
        (agent, "+358912345678", "unscripted"),
        (message, NEW_YORK, "recording_off"),
        (desk, NEW_YORK, "recording_off"),
    ]
    for owner, number, reason in cases:
        plan = plan_of(legs_of(ringing(from_number=number), owner), owner, law=LAW)
        assert mode_of(plan, owner) == UNRECORDED
        assert why_unrecorded(plan, owner) == reason
    for owner, number in [(agent, SEATTLE), (agent, ""), (an_owner(**TRANSCRIPT_ALONE), NEW_YORK)]:
        plan = plan_of(legs_of(ringing(from_number=number), owner), owner, law=LAW)
        assert mode_of(plan, owner) != UNRECORDED


def test_a_transcript_alone_is_asked_for_where_software_listens_that_can_make_one():
    for topology in Topology:
        listens = topology in (Topology.AGENT, Topology.RELAY)
        purposes = purposes_of(an_owner(topology=topology, **TRANSCRIPT_ALONE))
        assert purposes == (tuple(p for p in RECORDING_PURPOSES if p is not Purpose.RECORD) if listens else ())
        assert purposes_of(an_owner(topology=topology)) == RECORDING_PURPOSES
        assert purposes_of(an_owner(topology=topology, is_recording_on=False)) == ()


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
def test_a_policy_that_forbids_it_is_a_reason(policy):
    bundle = load_bundle(policy)
    forbidding = bundle.model_copy(update={"record": bundle.record.model_copy(update={"allowed": False})})
    plan = plan_of(legs_of(ringing(), an_owner()), an_owner(), law=LAW)
    assert why_unrecorded(plan, an_owner(), bundle=bundle) is None
    assert why_unrecorded(plan, an_owner(), bundle=forbidding) == "policy"
    assert why_unrecorded(plan, an_owner(**TRANSCRIPT_ALONE), bundle=forbidding) is None


@given(
    number=numbers,
    asks=st.booleans(),
    outbound=st.booleans(),
    answered=st.sampled_from(["", "human", "unknown", "machine_start", "fax"]),
)
def test_asking_everyone_and_doubt_about_who_picked_up_never_loosen(number, asks, outbound, answered):
    given_call = ringing(
        from_number=DENVER if outbound else number,
        to_number=number if outbound else DENVER,
        direction="outbound-api" if outbound else "inbound",
        answered_by=answered,
    )
    owner = an_owner(asks_everyone=asks)
    plan = plan_of(legs_of(given_call, owner), owner, law=LAW)
    mode, least = mode_of(plan, owner, given_call), mode_of(plan, an_owner())
    assert mode == UNRECORDED or MODES.index(mode) >= MODES.index(least)
    if mode not in (UNRECORDED, "explicit_gate"):
        assert not asks
        assert not outbound or answered == "human"


@pytest.mark.parametrize(
    ("number", "established", "spoken"),
    [
        (NEW_YORK, (), ("en-NZ",)),
        (BERLIN, (), ("de-DE",)),
        (NEW_YORK, ("DE",), ("de-DE", "en-NZ")),
        ("", (), ("en-NZ",)),
    ],
)
def test_the_languages_are_those_the_law_asks_for_and_the_tenants_where_it_asks_for_none(number, established, spoken):
    owner = an_owner(establishment=established, locale="en-NZ")
    legs = legs_of(ringing(from_number=number), owner)
    assert locales_of(plan_of(legs, owner, law=LAW), legs, owner, law=LAW) == spoken


def test_the_languages_do_not_depend_on_the_order_in_which_legs_are_read():
    owner = an_owner(establishment=("FR",), topology=Topology.FORWARD, forward_to="+34912345678")
    legs = legs_of(ringing(from_number=BERLIN), owner)
    orders = [legs, legs[::-1], sorted(legs, key=lambda leg: leg.role)]
    spoken = {locales_of(plan_of(o, owner, law=LAW), o, owner, law=LAW) for o in orders}
    assert spoken == {("de-DE", "es-ES", "fr-FR", "en-US")} or spoken == {("de-DE", "es-ES", "fr-FR")}


def test_a_machine_and_a_person_that_pick_up_are_told_apart():
    assert ringing(answered_by="machine_start").is_machine
    assert ringing(answered_by="fax").is_machine
    assert not ringing(answered_by="human").is_machine
    assert not ringing().is_machine


def test_a_call_never_shows_its_numbers():
    assert NEW_YORK not in repr(ringing(forwarded_from=BERLIN))
    assert BERLIN not in repr(ringing(forwarded_from=BERLIN))


def test_there_always_is_a_voice():
    assert [voice_of(an_owner(locale=x), law=LAW) for x in ("en-GB", "fr-CA", "tlh-QO")] == ["en-GB", "fr-FR", "en-US"]
