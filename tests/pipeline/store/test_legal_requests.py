from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.errors import NotFound
from pipeline.model.legal import LegalAct, LegalDemand, LegalKind, LegalWords
from pipeline.store.legal_requests import add_act, add_request, get_request, list_requests
from tests.conftest import make_tenant

DEMAND = LegalDemand(
    kind=LegalKind.GOOD_FAITH,
    received_on=date(2026, 11, 21),
    scope=(("recording", "rec_1"), ("call", "call_1")),
    words=LegalWords(reference="r", authority="a", statute="s", notes="n"),
)


def test_a_request_comes_back_whole_with_its_acts_in_order(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        request = add_request(tx, DEMAND, actor="user:1", keys=keys)
        add_act(tx, request, LegalAct.APPROVED, detail={"artifacts": ["art_1"]}, words="w", actor="user:2", keys=keys)
        add_act(tx, request, LegalAct.EXPORTED, detail={}, words="", actor="user:1", keys=keys)
        found = get_request(tx, request, keys=keys)
        assert list_requests(tx, keys=keys) == (found,)
    assert (found.demand, found.opened_by) == (DEMAND, "user:1")
    assert [(s.act, s.actor, s.words) for s in found.steps] == [("approved", "user:2", "w"), ("exported", "user:1", "")]


def test_a_request_belongs_to_its_tenant_and_nothing_of_it_is_changed(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        request = add_request(tx, DEMAND, actor="user:1", keys=keys)
        add_act(tx, request, LegalAct.CLOSED, detail={}, words="", actor="user:1", keys=keys)
    with database.transaction(other.id) as tx:
        assert list_requests(tx, keys=keys) == ()
        with pytest.raises(NotFound):
            get_request(tx, request, keys=keys)
    for table in ("legal_requests", "legal_acts"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(f"delete from earmark.{table}"))
