from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.errors import NotFound, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.store.calls import number_ref
from pipeline.store.numbers import (
    add_number,
    bump_version,
    get_number,
    list_armed,
    list_numbers,
    mark_armed,
    mark_disarmed,
)
from pipeline.store.tenants import get_tenant
from tests.conftest import OWN_NUMBERS

NUMBER, SID = "+16465550177", "PN" + "b" * 32


def version(tx) -> int:
    return tx.connection.execute(text("select version from earmark.tenants")).scalar_one()


def test_an_armed_number_is_known_by_its_reference_and_only_to_its_tenant(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        mark_armed(tx, NUMBER, keys=keys)
        ref = number_ref(NUMBER, keys=keys, tenant=tenant.id)
        assert ref in list_armed(tx)
        assert ref in get_tenant(tx, keys=keys).armed
        bump_version(tx)
    with database.transaction(TenantId("other")) as tx:
        assert list_armed(tx) == frozenset()
        assert list_numbers(tx, keys=keys) == ()


def test_a_listed_number_is_not_armed_and_is_listed_once(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        added = add_number(tx, NUMBER, number_sid=None, keys=keys)
        assert add_number(tx, NUMBER, number_sid=SID, keys=keys) is None
        found = get_number(tx, NUMBER, keys=keys)
        assert (found.id, found.state, found.number_sid) == (added, "listed", SID)
        assert found.is_armed is False
        assert number_ref(NUMBER, keys=keys, tenant=tenant.id) not in list_armed(tx)


def test_a_number_is_found_by_itself_its_sid_and_its_id_and_otherwise_not(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        added = add_number(tx, NUMBER, number_sid=SID, keys=keys)
        assert {get_number(tx, named, keys=keys).id for named in (NUMBER, SID, str(added))} == {added}
        with pytest.raises(NotFound) as caught:
            get_number(tx, "+16465550178", keys=keys)
        assert "555" not in str(caught.value)


def test_arming_and_disarming_change_the_tenants_version_so_that_nothing_goes_on_from_what_was_read(
    database, tenant, keys
):
    with database.transaction(tenant.id) as tx:
        before = version(tx)
        mark_armed(tx, NUMBER, keys=keys, attestation_id="att_1", is_read_back=True)
        armed = get_number(tx, NUMBER, keys=keys)
        assert (armed.state, armed.attestation_id) == ("armed", "att_1")
        assert armed.read_back_at == armed.armed_at == tx.now
        assert version(tx) == before + 1
        mark_disarmed(tx, armed.id)
        disarmed = get_number(tx, NUMBER, keys=keys)
        assert (disarmed.state, disarmed.armed_at, disarmed.read_back_at) == ("disarmed", None, None)
        assert version(tx) == before + 2
        assert number_ref(NUMBER, keys=keys, tenant=tenant.id) not in list_armed(tx)


def test_numbers_are_listed_in_the_order_they_came_and_show_in_no_repr(database, tenant, keys, clock):
    clock.move(minutes=1)
    with database.transaction(tenant.id) as tx:
        add_number(tx, NUMBER, number_sid=SID, keys=keys)
        listed = list_numbers(tx, keys=keys)
    assert listed[-1].number == NUMBER
    assert {number.number for number in listed[:-1]} == set(OWN_NUMBERS)
    assert NUMBER not in repr(listed)


def test_a_number_stands_nowhere_in_the_row_but_sealed(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        add_number(tx, NUMBER, number_sid=SID, keys=keys)
        rows = tx.connection.execute(text("select n::text, n.sealed from earmark.numbers n")).all()
    assert not any(NUMBER[1:] in row[0] or NUMBER[1:].encode() in bytes(row[1]) for row in rows)


def test_whoever_reads_a_number_to_change_it_waits_for_who_was_there_first(database, tenant, keys):
    number = OWN_NUMBERS[0]
    with database.transaction(tenant.id) as first:
        get_number(first, number, keys=keys)
        with pytest.raises(StoreUnreachable), database.transaction(tenant.id) as second:
            second.connection.execute(text("set local lock_timeout = '100ms'"))
            get_number(second, number, keys=keys)
