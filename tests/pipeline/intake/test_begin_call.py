from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from pipeline.intake.begin_call import begin_call, begin_calls
from pipeline.intake.call_state import find_state
from pipeline.intake.law_of_call import UNRECORDED, Ringing
from pipeline.model.call import LegRole
from pipeline.model.tenant import Topology
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.audit import list_events
from pipeline.store.calls import number_ref, read_numbers
from tests.conftest import make_tenant

CALL, NEW_YORK, DENVER = "CA" + "0" * 32, "+12125550142", "+13035550100"


def begin(database, keys, owner, **given):
    fields = {"direction": "inbound", "from_number": NEW_YORK, "to_number": DENVER} | given
    with database.transaction(owner.id) as tx:
        return begin_call(
            tx,
            Ringing(call_sid=CALL, **fields),
            owner=owner,
            keys=keys,
            law=load_law(),
            bundle=load_bundle(owner.policy_id),
        )


def test_a_call_is_kept_with_its_law_its_legs_and_one_audit_event(database, keys, tenant):
    state = begin(database, keys, tenant)
    assert (state.call.mode, "".join(state.call.tokens)) == ("notice_continue", "NPOT")
    assert state.call.policy_digest == load_bundle("nejix").digest
    assert {leg.role: leg.candidates for leg in state.legs} == {
        LegRole.CALLER: ("US-NY",),
        LegRole.AGENT: ("US-CO",),
    }
    with database.transaction(tenant.id) as tx:
        (event,) = list_events(tx, target=state.call.id)
    assert event.entry.tag == "call:call:begun"
    assert event.entry.facts["mode"] == "notice_continue"
    assert event.entry.facts["places"] == "US-CO US-NY"


def test_beginning_again_changes_nothing(database, keys, tenant):
    first = begin(database, keys, tenant)
    again = begin(database, keys, tenant, from_number="+493012345678")
    assert again == first
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select count(*) from earmark.legs")).scalar() == 2
        assert len(list(list_events(tx, target=first.call.id))) == 1


def test_numbers_are_kept_sealed_and_referred_to_by_a_keyed_digest(database, keys, tenant):
    state = begin(database, keys, tenant)
    refs = {leg.role: leg.number_ref for leg in state.legs}
    assert refs[LegRole.CALLER] == number_ref(NEW_YORK, keys=keys, tenant=tenant.id)
    with database.transaction(tenant.id) as tx:
        assert read_numbers(tx, state.call.id, keys=keys) == {"from": NEW_YORK, "to": DENVER}
        for table in ("calls", "legs", "audit_events"):
            rows = str(tx.connection.execute(text(f"select * from earmark.{table}")).all())
            assert NEW_YORK not in rows
            assert DENVER not in rows


def test_a_withheld_number_has_no_reference(database, keys, tenant):
    state = begin(database, keys, tenant, from_number="")
    assert {leg.role: leg.number_ref for leg in state.legs}[LegRole.CALLER] is None


@pytest.mark.parametrize(
    ("policy", "wanted", "asked"), [("connekz", True, True), ("connekz", False, False), ("nejix", True, False)]
)
def test_training_is_asked_for_where_both_tenant_and_policy_want_it(database, keys, policy, wanted, asked):
    owner = make_tenant(database, keys, "trainer", policy_id=policy, asks_for_training=wanted)
    assert begin(database, keys, owner).has_training_gate is asked


def test_a_machine_is_never_recorded(database, keys, tenant):
    state = begin(database, keys, tenant, direction="outbound-api", answered_by="machine_start")
    assert state.call.mode == UNRECORDED
    assert not state.is_recordable


@pytest.mark.parametrize(
    ("chosen", "given", "reason"),
    [
        ({}, {}, None),
        ({}, {"to_number": "+12125550199"}, "number_not_armed"),
        ({}, {"direction": "outbound-api", "from_number": "+12125550199", "to_number": DENVER}, "number_not_armed"),
        ({}, {"direction": "outbound-api", "from_number": DENVER, "answered_by": "fax"}, "machine"),
        ({"is_recording_on": False, "is_transcription_on": False}, {}, "recording_off"),
        ({}, {"from_number": "+358912345678"}, "unscripted"),
    ],
)
def test_a_call_that_nobody_is_asked_on_says_why(database, keys, chosen, given, reason):
    state = begin(database, keys, make_tenant(database, keys, "quiet", **chosen), **given)
    assert (state.call.mode == UNRECORDED, state.is_recordable) == (reason is not None, reason is None)
    with database.transaction(state.owner.id) as tx:
        (event,) = list_events(tx, target=state.call.id)
    assert event.entry.facts["reason"] == reason


@pytest.mark.clause("nejix", "3", "only to perform services on our behalf")
def test_without_evidence_in_force_about_the_vendor_a_call_is_answered_and_not_recorded(database, keys, tenant):
    expired = tuple(replace(entry, expires_on=date(2026, 11, 21)) for entry in tenant.registry)
    for registry in ((), expired):
        state = begin(database, keys, replace(tenant, registry=registry))
        assert state.call.mode == UNRECORDED
        with database.transaction(tenant.id) as tx:
            (event,) = list_events(tx, target=state.call.id)
            tx.connection.execute(text("update earmark.calls set call_sid = call_sid || 'x'"))
        assert event.entry.facts["reason"] == "no_evidence"


def test_a_number_that_is_disarmed_during_a_call_starts_no_recorder_any_more(database, keys, tenant):
    assert begin(database, keys, tenant).is_recordable
    assert not begin(database, keys, replace(tenant, armed=frozenset())).is_recordable


@pytest.mark.parametrize(
    ("answered_by", "mode"),
    [("human", "notice_continue"), ("unknown", "explicit_gate"), ("", "explicit_gate"), ("robot", "explicit_gate")]
    + [(machine, UNRECORDED) for machine in ("machine_start", "machine_end_beep", "machine_end_other", "fax")],
)
def test_only_a_person_who_picked_up_for_certain_can_agree_by_staying(database, keys, tenant, answered_by, mode):
    state = begin(
        database,
        keys,
        tenant,
        direction="outbound-api",
        from_number=DENVER,
        to_number=NEW_YORK,
        answered_by=answered_by,
    )
    assert state.call.mode == mode


def test_a_tenant_that_asks_everyone_asks_where_the_law_is_content_with_an_announcement(database, keys):
    state = begin(database, keys, make_tenant(database, keys, "careful", asks_everyone=True))
    assert ("".join(state.call.tokens), state.call.mode) == ("NPOT", "explicit_gate")


@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
@pytest.mark.contradiction(7)
def test_a_developers_instance_is_kept_with_the_call(database, keys):
    owner = make_tenant(database, keys, "developer", policy_id="connekz", instance="inst-1")
    assert begin(database, keys, owner).call.instance == "inst-1"


@pytest.mark.parametrize(
    "chosen", [{}, {"topology": Topology.FORWARD}, {"establishment": ("DE",)}, {"asks_for_training": True}]
)
def test_calls_that_begin_together_stand_as_if_each_had_begun_alone_and_as_they_are_read_back(database, keys, chosen):
    owner = make_tenant(database, keys, "together", policy_id="connekz", **chosen)
    ringing = [
        Ringing(call_sid=f"CA{number:032x}", direction="inbound", from_number=caller, to_number=DENVER)
        for number, caller in enumerate(("+12125550142", "+266696687", "+493012345678", "", "client:x"))
    ]
    law, bundle = load_law(), load_bundle(owner.policy_id)
    with database.transaction(owner.id) as tx:
        first = begin_call(tx, ringing[0], owner=owner, keys=keys, law=law, bundle=bundle)
        states = begin_calls(tx, [*ringing, ringing[1]], owner=owner, keys=keys, law=law, bundle=bundle)
        read = [find_state(tx, call.call_sid, owner=owner, law=law) for call in [*ringing, ringing[1]]]
        begun = [e.entry.target for e in list_events(tx) if e.entry.tag == "call:call:begun"]
    assert list(states) == read
    assert states[0] == first
    assert len(begun) == len(set(begun)) == len(ringing)
