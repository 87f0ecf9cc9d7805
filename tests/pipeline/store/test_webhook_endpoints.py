from __future__ import annotations

import pytest

from pipeline.decisions.webhooks import register_endpoint, remove_endpoint
from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.outgoing import EventKind
from pipeline.store.audit import add_event
from pipeline.store.system_session import list_tenants_with_endpoints
from pipeline.store.webhook_endpoints import list_endpoints, lock_endpoint, mark_seen
from tests.conftest import make_tenant

URL = "https://hooks.example.com/"


@pytest.fixture
def endpoint(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        return register_endpoint(tx, URL, {EventKind.RECORDING_FAILED}, keys=keys, actor="user:ada")


def test_only_tenants_with_something_new_in_their_log_are_looked_at(database, tenant, keys, endpoint):
    make_tenant(database, keys, "other")
    assert list_tenants_with_endpoints(database) == ()
    with database.transaction(tenant.id) as tx:
        event = add_event(tx, AuditTag.RECORDING_FAILED, actor="system", target="rec_1")
    assert list_tenants_with_endpoints(database) == (tenant.id,)
    with database.transaction(tenant.id) as tx:
        mark_seen(tx, endpoint.id, event.entry.seq)
    assert list_tenants_with_endpoints(database) == ()


def test_a_tenant_whose_endpoint_was_removed_is_not_looked_at(database, tenant, keys, endpoint):
    with database.transaction(tenant.id) as tx:
        remove_endpoint(tx, endpoint.id, keys=keys, actor="user:ada")
        assert list_endpoints(tx, keys=keys) == ()
    assert list_tenants_with_endpoints(database) == ()


def test_another_tenant_sees_no_endpoint(database, keys, endpoint):
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_endpoints(tx, keys=keys) == ()
        with pytest.raises(NotFound):
            lock_endpoint(tx, endpoint.id, keys=keys)
