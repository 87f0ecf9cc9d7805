from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.model.call import LegRole
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, LegId, new_id
from pipeline.store.calls import (
    add_call,
    add_flag,
    add_leg,
    find_call_by_sid,
    find_call_ids,
    get_call,
    has_training_gate,
    list_flags,
    list_legs,
    mark_ended,
    number_ref,
    read_numbers,
)
from tests.builders import a_call
from tests.conftest import make_tenant

NUMBER = "+12125550100"


def test_a_call_is_read_back_as_it_was_added(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = get_call(tx, a_call(tx, keys, tokens=("N", "R"), locale="de-DE", instance="dev-1"))
        assert find_call_by_sid(tx, call.call_sid) == call
    assert (call.tokens, call.locale, call.instance, call.started_at) == (("N", "R"), "de-DE", "dev-1", tx.now)


def test_a_repeated_webhook_adds_nothing_and_changes_nothing(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = get_call(tx, a_call(tx, keys))
        again = replace(call, id=CallId(new_id("call")), locale="fr-FR")
        assert not add_call(tx, again, training_gate=True, numbers={}, keys=keys)
        assert find_call_by_sid(tx, call.call_sid) == call
        assert not has_training_gate(tx, call.id)


def test_a_new_call_is_told_as_new_with_its_gate(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = replace(get_call(tx, a_call(tx, keys)), id=CallId("call_2"), call_sid="CA" + "2" * 32)
        assert add_call(tx, call, training_gate=True, numbers={}, keys=keys)
        assert has_training_gate(tx, call.id)
        assert not has_training_gate(tx, CallId("call_none"))


def test_numbers_open_again_and_stand_nowhere_readable(database, keys, tenant, postgres, database_name):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        assert read_numbers(tx, call, keys=keys) == {"from": NUMBER, "to": "+12125550101"}
        stored = tx.connection.execute(text("select c::text from earmark.calls c")).scalar_one()
    assert "2125550100" not in stored
    assert b"2125550100".hex() not in stored


def test_numbers_of_an_unknown_call_are_not_found(database, keys, tenant):
    with database.transaction(tenant.id) as tx, pytest.raises(NotFound, match="call_none"):
        read_numbers(tx, CallId("call_none"), keys=keys)


def test_an_unknown_call_is_not_found(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert find_call_by_sid(tx, "CA" + "0" * 32) is None
        with pytest.raises(NotFound, match="call_none"):
            get_call(tx, CallId("call_none"))


def test_a_number_has_one_reference_with_a_tenant_and_another_with_the_next(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    ref = number_ref(NUMBER, keys=keys, tenant=tenant.id)
    assert ref == number_ref(NUMBER, keys=keys, tenant=tenant.id)
    assert ref != number_ref("+12125550101", keys=keys, tenant=tenant.id)
    assert ref != number_ref(NUMBER, keys=keys, tenant=other.id)
    assert len(ref) == 64


def test_a_call_has_one_leg_of_each_role_and_lists_them_in_order(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys, roles=(LegRole.CALLER, LegRole.CALLEE, LegRole.AGENT), places=("US-CA", "unknown"))
        first = list_legs(tx, call)
        add_leg(tx, replace(first[2], id=LegId(new_id("leg")), candidates=("DE",)))
        assert list_legs(tx, call) == first
    assert [leg.role for leg in first] == [LegRole.AGENT, LegRole.CALLEE, LegRole.CALLER]
    assert first[2].candidates == ("US-CA", "unknown")


def test_the_first_note_of_the_end_stays(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        mark_ended(tx, call, at=tx.now)
        mark_ended(tx, call, at=tx.now + timedelta(hours=1))
        assert tx.connection.execute(text("select ended_at from earmark.calls")).scalar_one() == tx.now


def test_a_flag_is_noted_once_and_beside_others(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call, other = a_call(tx, keys), a_call(tx, keys)
        for flag in ("child_signal", "transferred", "child_signal"):
            add_flag(tx, call, flag)
        assert list_flags(tx, call) == ("child_signal", "transferred")
        assert list_flags(tx, other) == list_flags(tx, CallId("call_none")) == ()


def test_calls_and_legs_of_another_tenant_are_absent(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = get_call(tx, a_call(tx, keys))
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert find_call_by_sid(tx, call.call_sid) is None
        assert list_legs(tx, call.id) == ()
        with pytest.raises(NotFound):
            read_numbers(tx, call.id, keys=keys)
        add_flag(tx, call.id, "child_signal")
        mark_ended(tx, call.id, at=tx.now)
    with database.transaction(tenant.id) as tx:
        assert list_flags(tx, call.id) == ()


def test_ids_of_several_calls_are_found_at_once_and_only_the_tenants_own(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        made = {get_call(tx, call).call_sid: call for call in (a_call(tx, keys), a_call(tx, keys))}
        assert find_call_ids(tx, [*made, "CA" + "0" * 32]) == made
        assert find_call_ids(tx, []) == {}
    with database.transaction(other.id) as tx:
        assert find_call_ids(tx, list(made)) == {}
