from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pipeline.intake.open_request import Ask, count_found, open_request
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, Strength, SubjectDetails, Whose
from pipeline.policies.loader import load_bundle, load_law
from pipeline.redaction.person_terms import index_key, number_terms, said_terms
from pipeline.store.audit import list_events
from pipeline.store.blind_terms import BlindTerm, replace_terms
from pipeline.store.tables import artifacts
from tests.builders import a_call, a_recording, an_artifact_row

NUMBER = "+12125550100"
ASK = Ask(
    kind=RequestKind.ACCESS,
    details=SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.NUMBER, value=NUMBER),)),
    channel="api",
)


def opened(tx, keys, ask=ASK, policy="nejix"):
    return open_request(tx, ask, bundle=load_bundle(policy), matrix=load_law().matrix, keys=keys, actor="test")


def an_indexed_call(tx, keys, tenant, *, is_own=True):
    recording = a_recording(tx, a_call(tx, keys))
    kept = an_artifact_row(tx, recording)
    tx.connection.execute(update(artifacts).where(artifacts.c.id == kept.id).values(training_eligible=True))
    key = index_key(keys.digest_key(tenant.id))
    terms = number_terms(NUMBER, key=key) if is_own else said_terms(EntityType.PHONE_NUMBER, "555 0100", key=key)
    whose, kind = (Whose.OWN if is_own else Whose.OTHERS), IdentifierKind.NUMBER
    place = None if is_own else recording.id
    rows = [BlindTerm(term=t, kind=kind, whose=whose, call=recording.call, recording=place) for t in terms]
    replace_terms(tx, place or recording.call, rows)
    return kept


def eligible(tx, kept) -> bool:
    return tx.connection.execute(select(artifacts.c.training_eligible).where(artifacts.c.id == kept.id)).scalar_one()


@pytest.mark.parametrize("is_own", [True, False])
@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_training_is_off_in_the_transaction_that_takes_a_request_in(database, keys, tenant, is_own):
    with database.transaction(tenant.id) as tx:
        kept = an_indexed_call(tx, keys, tenant, is_own=is_own)
        unrelated = an_artifact_row(tx, a_recording(tx, a_call(tx, keys)))
        tx.connection.execute(update(artifacts).where(artifacts.c.id == unrelated.id).values(training_eligible=True))
        made = opened(tx, keys)
        assert (eligible(tx, kept), eligible(tx, unrelated)) == (False, True)
        assert [m.strength for m in made.found] == [Strength.STRONG if is_own else Strength.POSSIBLE]
        (told,) = [e.entry.facts for e in list_events(tx, target=made.request.id) if "found" in e.entry.tag]
        assert told["training_stopped"] == 1
        assert sum(count_found(made.found).values()) == 1


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_the_clock_runs_from_receipt_also_where_that_was_before_today(database, keys, tenant, clock):
    with database.transaction(tenant.id) as tx:
        today = tx.now.date()
        late = opened(tx, keys, replace(ASK, received_on=today - timedelta(days=10))).request
        assert late.deadline.due_on == today + timedelta(days=20)
        assert opened(tx, keys).request.deadline.due_on == today + timedelta(days=30)


def test_a_place_brings_its_own_clock(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        for place, section in (("DE", "7"), ("BR", "BR"), ("NZ", "NZ"), (None, "7"), ("CA-QC", "7")):
            request = opened(tx, keys, replace(ASK, place=place)).request
            assert (request.place, request.deadline.clause.section) == (place, section)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ASK, details=SubjectDetails()),
        replace(ASK, details=replace(ASK.details, identifiers=ASK.details.identifiers * 21)),
        replace(ASK, details=replace(ASK.details, note="x" * 4001)),
        replace(ASK, details=SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.NUMBER, value="12"),))),
        replace(ASK, place="New Zealand"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(database, keys, tenant, wrong):
    with database.transaction(tenant.id) as tx:
        before = len(list(list_events(tx)))
        with pytest.raises(InvalidInput):
            opened(tx, keys, wrong)
        with pytest.raises(InvalidInput):
            opened(tx, keys, replace(ASK, received_on=tx.now.date() + timedelta(days=1)))
        assert len(list(list_events(tx))) == before
