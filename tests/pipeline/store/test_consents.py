from __future__ import annotations

from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.model.ids import CallId
from pipeline.store.audit import list_events
from pipeline.store.consents import add_consent, list_consents


def an_event(tx, purpose: Purpose = Purpose.RECORD) -> ConsentEvent:
    return ConsentEvent(
        leg_role=LegRole.CALLER,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.DTMF,
        at=tx.now,
        script=ScriptRef(id="ask_record", locale="en-US", sha256="0" * 64),
        digit="1",
    )


def test_an_answer_is_noted_once_for_its_cause_and_audited_once(database, tenant):
    call = CallId("call_one")
    with database.transaction(tenant.id) as tx:
        noted = [add_consent(tx, call, an_event(tx), cause="ask_record:1", actor="test") for _ in range(3)]
    assert noted == [True, False, False]
    with database.transaction(tenant.id) as tx:
        assert list_consents(tx, call) == (an_event(tx),)
        assert [e.entry.tag for e in list_events(tx, target=call)] == ["call:consent:noted"]


def test_one_cause_is_noted_for_each_purpose(database, tenant):
    call = CallId("call_one")
    with database.transaction(tenant.id) as tx:
        assert all(add_consent(tx, call, an_event(tx, p), cause="ask_record:1", actor="test") for p in Purpose)
        assert {e.purpose for e in list_consents(tx, call)} == set(Purpose)
