from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pipeline.store.rows import add_rows, add_with_parts
from pipeline.store.tables import calls, inbox, legs
from tests.builders import a_call

AT = datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)


def a_message(tenant, name: str, **body) -> dict:
    return {"tenant": tenant.id, "provider": "twilio", "event_id": name, "body": body, "received_at": AT}


def test_rows_are_added_at_once_and_those_that_are_there_are_left_out(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert add_rows(tx, inbox, [], returning=inbox.c.event_id) == []
        first = [a_message(tenant, name) for name in ("a", "b")]
        assert sorted(add_rows(tx, inbox, first, returning=inbox.c.event_id)) == ["a", "b"]
        more = [a_message(tenant, name) for name in ("b", "c", "c")]
        assert add_rows(tx, inbox, more, returning=inbox.c.event_id) == ["c"]


def test_where_it_is_not_asked_which_were_added_a_row_that_is_there_is_an_error(database, tenant):
    with pytest.raises(IntegrityError), database.transaction(tenant.id) as tx:
        add_rows(tx, inbox, [a_message(tenant, "a"), a_message(tenant, "a")])


def test_every_kind_of_value_is_read_back_as_it_was_given(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        body = {"words": 'ü "quoted" \\ \n ::text', "none": None, "count": 3}
        add_rows(tx, inbox, [a_message(tenant, "a", **body)])
        row = tx.connection.execute(select(inbox)).one()
        assert (row.body, row.received_at) == (body, AT)
        a_call(tx, keys)
        known = dict(tx.connection.execute(select(calls)).one()._mapping)
        other = known | {"id": "call_2", "call_sid": "CA2", "sealed": bytes(range(256)), "flags": ["a,b", "{"]}
        add_rows(tx, calls, [other])
        assert dict(tx.connection.execute(select(calls).where(calls.c.id == "call_2")).one()._mapping) == other


def a_part(tenant, name: str, row: str) -> dict:
    return {"id": name, "tenant": tenant.id, "call_id": row, "role": "caller", "candidates": ["US-NY"], "ordinal": 1}


def test_parts_are_added_with_their_rows_and_none_to_a_row_that_was_there(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        known = dict(tx.connection.execute(select(calls).where(calls.c.id == a_call(tx, keys))).one()._mapping)
        fresh = known | {"id": "call_2", "call_sid": "CA2"}
        again = known | {"id": "call_3"}
        parts = [a_part(tenant, "leg_2", "call_2"), a_part(tenant, "leg_3", "call_3")]
        assert add_with_parts(tx, calls, [], parts=(legs.c.call_id, [])) == []
        assert add_with_parts(tx, calls, [again, fresh], parts=(legs.c.call_id, parts)) == ["call_2"]
        assert tx.connection.execute(select(legs.c.id).where(legs.c.call_id != known["id"])).scalars().all() == [
            "leg_2"
        ]
        assert add_with_parts(tx, calls, [known | {"id": "call_4", "call_sid": "CA4"}], parts=(legs.c.call_id, [])) == [
            "call_4"
        ]


def test_what_no_column_holds_is_refused(database, tenant):
    with pytest.raises(TypeError, match="object is in no column"), database.transaction(tenant.id) as tx:
        add_rows(tx, inbox, [a_message(tenant, "a", what=object())])
