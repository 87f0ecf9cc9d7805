from __future__ import annotations

from pipeline.model.ids import TenantId
from pipeline.store.calls import number_ref
from pipeline.store.numbers import bump_version, list_armed, mark_armed
from pipeline.store.tenants import get_tenant


def test_an_armed_number_is_known_by_its_reference_and_only_to_its_tenant(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        mark_armed(tx, "+16465550177", keys=keys)
        ref = number_ref("+16465550177", keys=keys, tenant=tenant.id)
        assert ref in list_armed(tx)
        assert ref in get_tenant(tx, keys=keys).armed
        bump_version(tx)
    with database.transaction(TenantId("other")) as tx:
        assert list_armed(tx) == frozenset()
