from __future__ import annotations

import dataclasses
import threading

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.audit import AuditTag, find_break
from pipeline.store.audit import Happening, add_event, add_events, list_events
from tests.conftest import make_tenant


def test_events_added_at_the_same_time_still_make_one_chain(database, tenant):
    def add_ten():
        for _ in range(10):
            with database.transaction(tenant.id) as tx:
                add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target="x")

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(tenant.id) as tx:
        events = list(list_events(tx))
    assert [e.entry.seq for e in events] == list(range(1, 42))
    assert find_break(events) is None


@pytest.mark.parametrize(
    "statement",
    [
        "update earmark.audit_events set actor = 'x'",
        "delete from earmark.audit_events",
        "truncate earmark.audit_events",
        "alter table earmark.audit_events disable row level security",
        "drop table earmark.audit_events",
    ],
)
def test_the_app_can_neither_change_nor_remove_an_event(database, tenant, statement):
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, database.transaction(tenant.id) as tx:
        tx.connection.execute(text(statement))
    with database.transaction(tenant.id) as tx:
        assert find_break(list_events(tx)) is None


def test_nobody_reads_or_adds_to_another_tenants_log(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert {e.entry.tenant for e in list_events(tx)} == {"other"}
        rows = "select count(*) from earmark.audit_events where tenant = 'acme'"
        assert tx.connection.execute(text(rows)).scalar() == 0
    add = "insert into earmark.audit_events values ('acme', 99, 'a:b:c', 'x', 'x', now(), '{}', 'x', 'x')"
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(other.id) as tx:
        tx.connection.execute(text(add))


def test_events_are_given_from_any_place_on(database, tenant):
    with database.transaction(tenant.id) as tx:
        for n in range(3):
            add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target=str(n))
        assert [e.entry.seq for e in list_events(tx, after=2)] == [3, 4]


def test_a_row_altered_by_the_database_owner_is_found(database, tenant, postgres, database_name):
    with database.transaction(tenant.id) as tx:
        for n in range(3):
            add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target=str(n))
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.audit_events set target = 'other' where seq = 3")
    with database.transaction(tenant.id) as tx:
        assert find_break(list_events(tx)) == 3


@pytest.mark.parametrize("harm", ["remove", "swap", "forge"])
def test_a_removed_moved_or_forged_event_is_found(database, tenant, harm):
    with database.transaction(tenant.id) as tx:
        for n in range(4):
            add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target=str(n))
        events = list(list_events(tx))
    assert find_break(events) is None
    if harm == "remove":
        del events[2]
    elif harm == "swap":
        events[1], events[2] = events[2], events[1]
    else:
        events[2] = dataclasses.replace(events[2], entry=dataclasses.replace(events[2].entry, actor="nobody"))
    assert find_break(events) in (2, 3)


def test_events_added_together_are_chained_as_if_they_had_been_added_one_by_one(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert add_events(tx, []) == ()
        happenings = [
            Happening(tag=AuditTag.CALL_BEGUN, actor="test", target=f"call_{n}", facts={"n": n}) for n in range(3)
        ]
        added = add_events(tx, happenings)
        add_event(tx, AuditTag.CALL_BEGUN, actor="test", target="call_3")
    with database.transaction(tenant.id) as tx:
        events = list(list_events(tx))
    assert find_break(events) is None
    assert events[-4:-1] == list(added)
    assert [e.entry.target for e in events[-4:]] == ["call_0", "call_1", "call_2", "call_3"]


def test_by_what_somebody_came_stands_in_every_event_of_the_transaction(database, tenant):
    with database.transaction(tenant.id) as tx:
        came = dataclasses.replace(tx, via="cli:root")
        add_event(came, AuditTag.REVIEW_OPENED, actor="user:ada", target="x", facts={"queue": "a"})
        add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target="x")
        events = list(list_events(tx))
    assert [dict(event.entry.facts) for event in events[-2:]] == [{"queue": "a", "via": "cli:root"}, {}]
