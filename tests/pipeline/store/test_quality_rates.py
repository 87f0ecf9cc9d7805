from __future__ import annotations

from pipeline.store.quality_rates import UNSET, QualityRates, add_rates, find_rates, list_rates_changes
from tests.conftest import make_tenant


def test_the_last_rates_hold_and_each_tenant_has_its_own(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        for rate in (100, 300, 200):
            add_rates(tx, QualityRates(rate=rate), reason=f"to {rate}", actor="user:1", keys=keys)
        assert find_rates(tx) == QualityRates(rate=200)
        assert [c.reason for c in list_rates_changes(tx, keys=keys, limit=2)] == ["to 200", "to 300"]
    with database.transaction(other.id) as tx:
        assert find_rates(tx) == UNSET
        assert list_rates_changes(tx, keys=keys) == ()
