from __future__ import annotations

import pytest

from pipeline.intake.begin_call import begin_call
from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import Act
from pipeline.intake.law_of_call import Ringing
from pipeline.intake.note_answer import note_announced, note_record_answer, reread
from pipeline.intake.note_message import MessageEnd, note_message_end
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.tenant import Topology
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.consents import list_consents
from tests.conftest import make_tenant

LAW = load_law()
CALL = "CA" + "0" * 32


@pytest.fixture
def message(database, keys) -> CallState:
    owner = make_tenant(database, keys, "message", topology=Topology.VOICEMAIL)
    ringing = Ringing(call_sid=CALL, direction="inbound", from_number="+12125550142", to_number="+13035550100")
    with database.transaction(owner.id) as tx:
        return begin_call(tx, ringing, owner=owner, keys=keys, law=LAW, bundle=load_bundle("nejix"))


def ended(database, state: CallState, digits: str) -> tuple[MessageEnd, CallState]:
    with database.transaction(state.owner.id) as tx:
        end = note_message_end(tx, reread(tx, state, law=LAW), digits=digits)
        return end, reread(tx, state, law=LAW)


def agreed(database, state: CallState) -> CallState:
    with database.transaction(state.owner.id) as tx:
        step = note_announced(tx, state, law=LAW)
        assert (step.act, step.is_recorded) == (Act.TAKE_MESSAGE, True)
        return reread(tx, state, law=LAW)


@pytest.mark.parametrize("digits", ["", "1", "5", "#"])
def test_a_message_that_is_over_is_thanked_for_and_nothing_more_is_asked(database, message, digits):
    end, after = ended(database, agreed(database, message), digits)
    assert (end.step.act, end.step.is_recorded, end.stop) == (Act.HANG_UP, False, None)
    assert end.step.lines[0].text == "Thank you for your message. Goodbye."
    assert after.outcome(LegRole.CALLER) is Outcome.GRANTED


def test_a_two_during_the_message_takes_every_permission_back_and_stops_the_recorder(database, message):
    end, after = ended(database, agreed(database, message), "2")
    assert end.step.act is Act.HANG_UP
    assert end.stop is not None
    assert {(s.purpose, s.outcome) for s in after.standings} == {(p, Outcome.WITHDRAWN) for p in Purpose}
    with database.transaction(message.owner.id) as tx:
        last = list_consents(tx, message.call.id)[-1]
    assert (last.method.value, last.digit) == ("dtmf", "2")
    again, still = ended(database, after, "2")
    assert (again.step, again.stop, still.standings) == (end.step, None, after.standings)


def test_the_end_of_a_message_that_nobody_agreed_to_starts_nothing(database, message):
    end, after = ended(database, message, "")
    assert (end.step.act, end.step.is_recorded) == (Act.ANNOUNCE, False)
    with database.transaction(message.owner.id) as tx:
        note_record_answer(tx, after, digits="2", attempt=1, law=LAW)
    refused, _ = ended(database, message, "")
    assert (refused.step.act, refused.step.is_recorded) == (Act.HANG_UP, False)
    assert "cannot take a message" in refused.step.lines[0].text
