from __future__ import annotations

import pytest

from pipeline.decisions.tenant_keys import rotate_tenant_key
from pipeline.model.errors import InvalidInput, NotFound, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.store.audit import list_events
from pipeline.store.reasons import read_reasons
from pipeline.store.tenants import get_tenant


def rotations(database, tenant):
    with database.transaction(tenant.id) as tx:
        return [e.entry for e in list_events(tx) if e.entry.tag in ("tenant:rotation:begun", "tenant:rotation:done")]


def test_a_rotation_is_audited_with_who_and_why_and_what_was_sealed_opens(database, tenant, keys):
    made = rotate_tenant_key(database, keys, tenant.id, actor="user:1", reason="yearly, after the audit")

    begun, done = rotations(database, tenant)
    assert (begun.actor, done.actor, done.facts["key"]) == ("user:1", "user:1", made)
    assert begun.facts["reason"] == done.facts["reason"]
    assert "audit" not in str((begun, done))
    with database.transaction(tenant.id) as tx:
        assert get_tenant(tx, keys=keys).secrets == tenant.secrets
        why = done.facts["reason"]
        assert read_reasons(tx, [why], keys=keys) == {why: "yearly, after the audit"}
    assert [key.key_id for key in keys.list_tenant_keys(tenant.id)][-1] == made


def test_a_keeper_that_is_away_leaves_who_began_it_and_nothing_done(database, tenant, keys):
    class Away(type(keys)):
        def rotate_tenant_key(self, tenant):
            raise VendorUnavailable("keeper", "rotate tenant key")

    with pytest.raises(VendorUnavailable):
        rotate_tenant_key(database, Away(keys._dir), tenant.id, actor="user:1", reason="yearly")

    assert [event.tag for event in rotations(database, tenant)] == ["tenant:rotation:begun"]
    assert len(keys.list_tenant_keys(tenant.id)) == 1


def test_without_a_reason_nothing_is_rotated(database, tenant, keys):
    for reason in ("", " ", "x" * 501):
        with pytest.raises(InvalidInput):
            rotate_tenant_key(database, keys, tenant.id, actor="cli", reason=reason)
    assert (len(keys.list_tenant_keys(tenant.id)), rotations(database, tenant)) == (1, [])


def test_neither_nobodys_nor_a_destroyed_key_is_rotated(database, tenant, keys):
    with pytest.raises(NotFound):
        rotate_tenant_key(database, keys, TenantId("nobody"), actor="cli", reason="yearly")
    keys.destroy_tenant_key(tenant.id)
    with pytest.raises(NotFound, match="was destroyed"):
        rotate_tenant_key(database, keys, tenant.id, actor="cli", reason="yearly")
