from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.errors import IllegalTransition, NotFound
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, RequestState, SubjectDetails
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.audit import list_events
from pipeline.store.subject_requests import (
    get_request,
    get_request_by_token,
    list_acts,
    list_alerting,
    list_requests,
    lock_request,
    move_request,
    note_act,
    read_details,
    requests_about,
    seal_details,
    token_digest,
)
from tests.conftest import make_tenant

WHO = SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.NUMBER, value="+6421234567"),), note="canarynote")


def opened(tx, keys, kind=RequestKind.ACCESS, details=WHO):
    ask = Ask(kind=kind, details=details, channel="cli")
    return open_request(tx, ask, bundle=load_bundle("nejix"), matrix=load_law().matrix, keys=keys, actor="test")


def test_a_request_is_read_back_by_its_id_and_by_its_token(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys)
        assert get_request(tx, made.request.id) == get_request_by_token(tx, made.token) == made.request
        assert lock_request(tx, made.request.id) == made.request
        assert read_details(tx, made.request.id, keys=keys) == WHO
        assert seal_details(tx, "dsr_x", WHO, keys=keys) != seal_details(tx, "dsr_x", WHO, keys=keys)
        for wrong in (made.token + "x", token_digest(made.token), ""):
            with pytest.raises(NotFound):
                get_request_by_token(tx, wrong)


def test_a_request_moves_on_with_its_event_and_stays_where_it_is_when_told_twice(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys).request
        for _ in range(2):
            moved = move_request(tx, made, RequestState.VERIFIED, actor="cli", identity="operator")
        note_act(tx, moved, "looked", actor="cli", facts={"matches": 3})
        assert (moved.state, moved.identity) == (RequestState.VERIFIED, "operator")
        assert [(e.act, e.state) for e in list_acts(tx, made.id)] == [
            ("opened", "open"), ("moved", "verified"), ("looked", "verified"),
        ]  # fmt: skip
        tags = [e.entry.tag for e in list_events(tx, target=made.id)]
        assert tags == ["subject:request:opened", "subject:person:found", "subject:request:moved"]
        with pytest.raises(IllegalTransition):
            move_request(tx, made, RequestState.OPEN, actor="cli")


def test_what_happened_to_a_request_cannot_be_changed_or_removed(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        opened(tx, keys)
    for change in ("delete from earmark.subject_request_events", "update earmark.subject_request_events set act = 'x'"):
        with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(change))


def test_open_requests_are_listed_first_due_first_and_alert_after_half_their_time(database, keys, tenant, clock):
    with database.transaction(tenant.id) as tx:
        first = opened(tx, keys).request
    clock.move(days=2)
    with database.transaction(tenant.id) as tx:
        second = opened(tx, keys).request
        assert [r.id for r in list_requests(tx)] == [first.id, second.id]
        move_request(tx, second, RequestState.CLOSED, actor="cli")
        assert [r.id for r in list_requests(tx, only_open=True)] == [first.id]
        half = first.received_on + timedelta(days=15)
        assert list_alerting(tx, half - timedelta(days=1)) == ()
        assert [r.id for r in list_alerting(tx, half + timedelta(days=3))] == [first.id]


@pytest.mark.parametrize(
    ("kind", "state", "says"),
    [
        (RequestKind.ACCESS, RequestState.OPEN, (True, False)),
        (RequestKind.ACCESS, RequestState.CLOSED, (False, False)),
        (RequestKind.OBJECTION, RequestState.OPEN, (True, True)),
        (RequestKind.OBJECTION, RequestState.CLOSED, (False, True)),
        (RequestKind.OBJECTION, RequestState.REFUSED, (False, False)),
    ],
)
def test_an_objection_outlives_its_answer_and_other_requests_do_not(database, keys, tenant, kind, state, says):
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys, kind).request
        move_request(tx, made, state, actor="cli")
        assert requests_about(tx, made.terms[:1]) == says
        assert requests_about(tx, ("0" * 64,)) == requests_about(tx, ()) == (False, False)


def test_nobody_else_sees_a_request_and_nothing_of_it_is_readable(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        made = opened(tx, keys)
        whole = "".join(
            str(row)
            for table in ("subject_requests", "subject_request_events", "audit_events")
            for row in tx.connection.execute(text(f"select to_jsonb(t) from earmark.{table} t"))
        )
    assert made.request.id in whole
    assert not [word for word in ("21234567", "canarynote", made.token) if word in whole]
    with database.transaction(other.id) as tx, pytest.raises(NotFound):
        get_request_by_token(tx, made.token)
