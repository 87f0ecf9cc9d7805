from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.place_call import NumberNotArmed, TenantIsClosed, check_caller, note_verdict
from pipeline.model.consent import Purpose, standings
from pipeline.model.recorder import RecorderAct
from pipeline.store.consents import list_consents
from tests.conftest import OWN_NUMBERS
from tests.pipeline.intake.test_begin_call import CALL, begin


def test_a_call_comes_from_an_armed_number_of_an_open_tenant_only(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        check_caller(tx, OWN_NUMBERS[0], owner=tenant, keys=keys)
        with pytest.raises(NumberNotArmed):
            check_caller(tx, "+12125550199", owner=tenant, keys=keys)
        with pytest.raises(TenantIsClosed):
            check_caller(tx, OWN_NUMBERS[0], owner=replace(tenant, is_active=False), keys=keys)


def test_a_machine_ends_every_permission_at_the_calls_start(database, keys, tenant, clock):
    state = begin(database, keys, tenant)
    clock.move(seconds=20)
    with database.transaction(tenant.id) as tx:
        wish = note_verdict(tx, CALL, "machine_start")
        again = note_verdict(tx, CALL, "fax")
        stands = standings(list_consents(tx, state.call.id))
    assert wish is not None
    assert again == wish
    assert (wish.event.act, wish.event.at) == (RecorderAct.STOPPED, state.call.started_at)
    assert {s.purpose for s in stands if s.withdrawn_at == state.call.started_at} == set(Purpose)


@pytest.mark.parametrize("verdict", ["human", "unknown", ""])
def test_a_person_keeps_every_permission(database, keys, tenant, verdict):
    begin(database, keys, tenant)
    with database.transaction(tenant.id) as tx:
        assert note_verdict(tx, CALL, verdict) is None


def test_a_verdict_on_a_call_that_is_not_known_yet_stops_nothing(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert note_verdict(tx, CALL, "machine_start") is None
