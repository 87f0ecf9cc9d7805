from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from pipeline.decisions.subject_requests import (
    alert_late,
    answer,
    attest_identity,
    close,
    give_reason,
    refuse,
)
from pipeline.intake.open_request import Ask, open_request
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.subject import Identifier, IdentifierKind, Identity, RequestKind, RequestState, SubjectDetails
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.audit import list_events
from pipeline.store.subject_requests import get_request, list_acts, move_request
from pipeline.store.subject_words import ATTESTED, CLOSED, REASONED, REFUSED, read_words

WHO = SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.EMAIL, value="anna@example.com"),), agent="an agent")


def opened(tx, keys, kind=RequestKind.ACCESS):
    ask = Ask(kind=kind, details=WHO, channel="cli")
    return open_request(tx, ask, bundle=load_bundle("nejix"), matrix=load_law().matrix, keys=keys, actor="test").request


@pytest.mark.clause("nejix", "8", "Right to Know")
@pytest.mark.parametrize("identity", [Identity.OPERATOR, Identity.AGENT])
def test_an_operator_attests_for_the_person_or_for_an_authorised_agent_with_a_reason(database, keys, tenant, identity):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys)
        for wrong in ({"reason": " "}, {"reason": "x" * 501}, {"identity": Identity.CODE}, {"identity": Identity.NONE}):
            with pytest.raises(InvalidInput):
                attest_identity(
                    tx, made.id, **({"identity": identity, "actor": "cli", "reason": "seen", "keys": keys} | wrong)
                )
        found = attest_identity(tx, made.id, identity=identity, actor="cli", reason="power of attorney seen", keys=keys)
        assert (found.state, found.identity, found.verified_terms) == (RequestState.VERIFIED, identity, made.terms)


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_asking_who_they_are_never_stops_the_clock_and_alerts_come_on_day_15_and_25_once_each(
    database, keys, tenant, clock
):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys)
        asked = move_request(tx, made, RequestState.IDENTITY_ASKED, actor="cli")
        assert asked.deadline == made.deadline
        told = []
        for day in (14, 15, 16, 24, 25, 26, 40):
            found = alert_late(tx, made.received_on + timedelta(days=day), actor="system")
            told.append((day, len(found), [a.act for a in list_acts(tx, made.id)].count("alerted_late")))
        assert told == [(14, 0, 0), (15, 1, 0), (16, 1, 0), (24, 1, 0), (25, 1, 1), (26, 1, 1), (40, 1, 1)]
        alerts = [e.entry.facts for e in list_events(tx, target=made.id) if e.entry.tag == "subject:clock:alerted"]
        assert [(a["alert"], a["days_left"]) for a in alerts] == [("alerted_half", 15), ("alerted_late", 5)]
        assert get_request(tx, made.id).deadline == made.deadline
        refuse(tx, made.id, actor="cli", reason="nobody could show who they are", keys=keys)
        assert alert_late(tx, made.received_on + timedelta(days=40), actor="system") == ()


def test_a_request_is_answered_refused_and_closed_for_a_reason(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys)
        with pytest.raises(IllegalTransition, match="who asks"):
            answer(tx, made.id, actor="cli", reason="sent", keys=keys)
        attest_identity(tx, made.id, identity=Identity.OPERATOR, actor="cli", reason="seen", keys=keys)
        for act in (answer, refuse, close):
            with pytest.raises(InvalidInput):
                act(tx, made.id, actor="cli", reason="", keys=keys)
        assert answer(tx, made.id, actor="cli", reason="sent by post", keys=keys).state is RequestState.ANSWERED
        assert close(tx, made.id, actor="cli", reason="done", keys=keys).state is RequestState.CLOSED


@pytest.mark.clause("nejix", "8", "Right to Opt Out of Sale or Sharing")
def test_an_opt_out_of_sale_is_noted_and_answered_though_nothing_is_sold(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys, RequestKind.OPT_OUT_OF_SALE)
        assert answer(tx, made.id, actor="cli", reason="nothing is sold", keys=keys).state is RequestState.ANSWERED
        assert "subject:request:opened" in [e.entry.tag for e in list_events(tx, target=made.id)]


def test_why_a_request_is_answered_is_kept_sealed_and_again_each_time_it_is_said(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        made, refused = opened(tx, keys), opened(tx, keys)
        say = partial(give_reason, tx, made.id, actor="cli", keys=keys)
        with pytest.raises(IllegalTransition, match="who asks"):
            say(reason="canarywords")
        attest_identity(tx, made.id, identity=Identity.OPERATOR, actor="cli", reason="seen", keys=keys)
        with pytest.raises(InvalidInput):
            say(reason=" ")
        answer(tx, made.id, actor="cli", reason="canarywords", keys=keys)
        say(reason="canarywords, again")
        refuse(tx, refused.id, actor="cli", reason="nobody could show who they are", keys=keys)
        with pytest.raises(IllegalTransition):
            give_reason(tx, refused.id, actor="cli", reason="canarywords", keys=keys)
        assert read_words(tx, made.id, REASONED, keys=keys) == ("canarywords", "canarywords, again")
        rows = tx.connection.execute(text("select * from earmark.subject_request_events")).all()
        assert "canarywords" not in str([[*rows], [*list_events(tx)]])


def test_which_proof_was_seen_and_why_it_is_refused_or_closed_is_kept_sealed(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        made, refused = opened(tx, keys), opened(tx, keys)
        act = partial(attest_identity, tx, identity=Identity.OPERATOR, actor="cli", keys=keys)
        act(made.id, reason="canarypassport")
        refuse(tx, refused.id, actor="cli", reason="canaryrefusal", keys=keys)
        answer(tx, made.id, actor="cli", reason="sent", keys=keys)
        close(tx, made.id, actor="cli", reason="canaryend", keys=keys)
        assert read_words(tx, made.id, ATTESTED, keys=keys) == ("canarypassport",)
        assert read_words(tx, made.id, CLOSED, keys=keys) == ("canaryend",)
        assert read_words(tx, refused.id, REFUSED, keys=keys) == ("canaryrefusal",)
        rows = tx.connection.execute(text("select * from earmark.subject_request_events")).all()
        assert "canary" not in str([[*rows], [*list_events(tx)]])
