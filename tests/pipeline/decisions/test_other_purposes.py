from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decisions.other_purposes import is_allowed_for, record_consent, require_consent, revoke_consent
from pipeline.model.call import Leg, LegRole
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import CallId, LegId, new_id
from pipeline.model.other_purpose import TAKEN, EvidenceKind, PurposeConsent
from pipeline.store.audit import list_events
from pipeline.store.calls import add_leg
from tests.builders import a_call, a_recording

STUDY = "quality_study_2026"
BOTH = (LegRole.CALLER, LegRole.CALLEE)


def consent(call: str, role: LegRole = LegRole.CALLER, **changes) -> PurposeConsent:
    plain = PurposeConsent(
        id=new_id("pcs"), purpose=STUDY, scope_kind="call", scope_id=call, leg_role=role, ordinal=1,
        evidence_kind=EvidenceKind.RECEIPT, evidence_sha256="a" * 64, given_on=date(2026, 11, 20),
    )  # fmt: skip
    return replace(plain, **changes)


@pytest.mark.clause("nejix", "3", "with your explicit consent")
def test_nothing_is_allowed_before_everybody_agreed_or_after_anybody_took_it_back(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        call, other = a_call(tx, keys, roles=BOTH), a_call(tx, keys)
        caller, callee = consent(call), consent(call, LegRole.CALLEE)
        allowed = [is_allowed_for(tx, STUDY, call)]
        for one in (caller, callee):
            record_consent(tx, one, actor="user:1")
            allowed.append(is_allowed_for(tx, STUDY, call))
        assert allowed == [False, False, True]
        assert not is_allowed_for(tx, "another_study", call)
        assert not is_allowed_for(tx, STUDY, other)
        revoke_consent(tx, callee.id, actor="user:1")
        assert not is_allowed_for(tx, STUDY, call)
        with pytest.raises(IllegalTransition):
            revoke_consent(tx, callee.id, actor="user:1")
    clock.move(minutes=1)
    with database.transaction(tenant.id) as tx:
        record_consent(tx, consent(call, LegRole.CALLEE), actor="user:1")
        assert is_allowed_for(tx, STUDY, call)
        events = [e.entry.tag for e in list_events(tx, target=callee.id)]
    assert events == ["consent:purpose:agreed", "consent:purpose:withdrawn"]


@pytest.mark.clause("nejix", "3", "with your explicit consent")
def test_a_recording_is_used_for_another_purpose_by_everybodys_consent_alone_and_that_is_audited(
    database, tenant, keys
):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
        for purpose in (STUDY, "Not An Id 5550100"):
            with pytest.raises(NotPermitted) as refused:
                require_consent(tx, purpose, recording.id, actor="user:1")
            assert "5550100" not in str(refused.value)
        record_consent(tx, consent(recording.call), actor="user:1")
        require_consent(tx, STUDY, recording.id, actor="user:1")
        (event,) = [e.entry for e in list_events(tx, target=recording.id) if e.entry.tag == "consent:purpose:relied"]
    assert dict(event.facts) == {"purpose": STUDY}


@pytest.mark.clause("nejix", "3", "with your explicit consent")
def test_a_persons_consent_covers_their_calls_and_a_later_no_on_one_ends_it_there(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        call, other = a_call(tx, keys, roles=()), a_call(tx, keys)
        leg = Leg(id=LegId(new_id("leg")), call=call, role=LegRole.CALLER, leg_sid=None, number_ref="b" * 64,
                  candidates=("US-NY",))  # fmt: skip
        add_leg(tx, leg)
        for_one = consent(call)
        record_consent(tx, for_one, actor="user:1")
        of_person = consent("", scope_kind="party", scope_id="b" * 64)
        record_consent(tx, of_person, actor="user:1")
        assert (is_allowed_for(tx, STUDY, call), is_allowed_for(tx, STUDY, other)) == (True, False)
    clock.move(minutes=1)
    with database.transaction(tenant.id) as tx:
        revoke_consent(tx, for_one.id, actor="user:1")
        assert not is_allowed_for(tx, STUDY, call)


@pytest.mark.clause("nejix", "3", "with your explicit consent")
@pytest.mark.parametrize("purpose", sorted(TAKEN))
def test_what_a_call_is_asked_for_is_never_allowed_this_way(database, tenant, keys, purpose):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        assert not is_allowed_for(tx, purpose, call)
        with pytest.raises(InvalidInput):
            record_consent(tx, consent(call, purpose=purpose), actor="user:1")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"purpose": "for the +12125550142 study"}, InvalidInput),
        ({"evidence_sha256": "abc"}, InvalidInput),
        ({"given_on": date(2030, 1, 1)}, InvalidInput),
        ({"leg_role": LegRole.AGENT}, InvalidInput),
        ({"ordinal": 0}, InvalidInput),
        ({"ordinal": 2}, NotFound),
        ({"leg_role": LegRole.CALLEE}, NotFound),
        ({"scope_id": "call_none"}, NotFound),
        ({"scope_kind": "tenant"}, InvalidInput),
        ({"scope_kind": "party", "scope_id": "+12125550142"}, InvalidInput),
    ],
)
def test_a_consent_without_purpose_person_or_proof_is_not_recorded(database, tenant, keys, changes, error):
    with database.transaction(tenant.id) as tx:
        made = consent(a_call(tx, keys), **changes)
        with pytest.raises(error):
            record_consent(tx, made, actor="user:1")


def test_a_call_that_is_not_there_allows_nothing(database, tenant):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            is_allowed_for(tx, STUDY, CallId("call_none"))
        with pytest.raises(NotFound):
            revoke_consent(tx, "pcs_none", actor="user:1")


@pytest.mark.clause("nejix", "3", "with your explicit consent")
@given(acts=st.lists(st.tuples(st.sampled_from(BOTH), st.booleans()), max_size=8))
@settings(max_examples=25)
def test_a_call_is_allowed_exactly_while_everybodys_last_word_is_a_yes(database, tenant, keys, clock, acts):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys, roles=BOTH)
    standing: dict[LegRole, list[str]] = {role: [] for role in BOTH}
    for role, is_yes in acts:
        clock.move(seconds=1)
        with database.transaction(tenant.id) as tx:
            if is_yes:
                made = consent(call, role)
                record_consent(tx, made, actor="user:1")
                standing[role].append(made.id)
            for given_before in [] if is_yes else standing[role]:
                revoke_consent(tx, given_before, actor="user:1")
            standing[role] = standing[role] if is_yes else []
            assert is_allowed_for(tx, STUDY, call) is all(standing.values())
