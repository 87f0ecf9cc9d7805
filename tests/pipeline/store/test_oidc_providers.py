from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.errors import IntegrityError
from pipeline.model.identity import Provider
from pipeline.store.oidc_providers import drop_provider, find_provider, keep_provider
from tests.conftest import make_tenant

OURS = Provider(issuer="https://login.example.com", client_id="earmark", client_secret="canary-secret")


def test_one_provider_is_kept_and_its_secret_is_read_nowhere(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        assert find_provider(tx, keys=keys) is None
        keep_provider(tx, OURS, keys=keys)
        other = Provider(issuer="https://id.example.org", client_id="mark", client_secret="canary-other")
        keep_provider(tx, other, keys=keys)
        assert find_provider(tx, keys=keys) == find_provider(tx, keys=keys, is_locked=True) == other
        kept = tx.connection.execute(text("select * from earmark.oidc_providers")).all()
        assert len(kept) == 1
        assert b"canary" not in bytes(kept[0].sealed)
        assert (drop_provider(tx), drop_provider(tx), find_provider(tx, keys=keys)) == (True, False, None)


def test_a_secret_is_shown_to_no_issuer_that_it_was_not_given_for(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        keep_provider(tx, OURS, keys=keys)
        tx.connection.execute(text("update earmark.oidc_providers set issuer = 'https://evil.example'"))
        with pytest.raises(IntegrityError):
            find_provider(tx, keys=keys)


def test_no_tenant_sees_the_provider_of_another(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        keep_provider(tx, OURS, keys=keys)
    with database.transaction(other.id) as tx:
        assert (find_provider(tx, keys=keys), drop_provider(tx)) == (None, False)
