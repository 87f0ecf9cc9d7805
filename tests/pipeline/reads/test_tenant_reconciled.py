from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.reads.tenant_reconciled import check_reconciled
from pipeline.store.reconciliations import add_reconciliation
from pipeline.store.recordings import merge_facts
from pipeline.store.tenants import change_tenant
from tests.builders import a_call, a_recording


def told(vault, tenant, clock) -> list[tuple[str, str]]:
    return [(f.verdict.value, f.says) for f in check_reconciled(vault, [tenant.id], now=clock.now())]


def compare(vault, tenant, **counts: int) -> None:
    with vault.database.transaction(tenant.id) as tx:
        add_reconciliation(tx, since=tx.now, counts=counts)


def test_a_tenant_that_was_never_compared_is_told(vault, tenant, clock):
    [(verdict, says)] = told(vault, tenant, clock)
    assert verdict == "warn"
    assert "never compared" in says


def test_one_compared_this_hour_is_well_and_one_that_is_late_is_told(vault, tenant, clock):
    compare(vault, tenant)
    clock.move(hours=2)
    assert told(vault, tenant, clock) == [("ok", "1 tenants compared with the vendor in time")]
    clock.move(hours=3)
    [(verdict, says)] = told(vault, tenant, clock)
    assert (verdict, "for 5 hours" in says) == ("warn", True)


@pytest.mark.parametrize(
    ("counts", "verdict", "says"),
    [
        ({"not_stopped": 2}, "fail", "2 recorders that may not run"),
        ({"metadata_overdue": 1}, "warn", "1 deleted recordings after forty days"),
    ],
)
def test_what_the_last_comparison_could_not_put_right_is_told(vault, tenant, clock, counts, verdict, says):
    compare(vault, tenant, **counts)
    [(found, line)] = told(vault, tenant, clock)
    assert found == verdict
    assert says in line


@pytest.mark.parametrize("change", [{"account_sid": None}, {"is_active": False}])
def test_a_tenant_with_nothing_to_compare_is_not_asked_for_it(vault, tenant, clock, keys, change):
    with vault.database.transaction(tenant.id) as tx:
        change_tenant(tx, replace(tenant, **change), keys=keys, actor="test", changed=[])
    assert told(vault, tenant, clock) == []


def test_what_a_hold_keeps_at_the_vendor_is_told(vault, tenant, clock, keys):
    compare(vault, tenant)
    with vault.database.transaction(tenant.id) as tx:
        merge_facts(tx, a_recording(tx, a_call(tx, keys)).id, {"is_held_at_vendor": True})
    [(verdict, says)] = told(vault, tenant, clock)
    assert (verdict, "1 recordings stay at the vendor for a legal hold" in says) == ("warn", True)
