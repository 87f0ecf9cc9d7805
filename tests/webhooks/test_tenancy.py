from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.api_keys import make_key
from pipeline.model.api_key import KeyHolder, Scope
from pipeline.model.errors import NotFound
from webhooks.tenancy import account_of, tenant_in_path, tenant_of_key


@pytest.mark.parametrize("text", ["", "a", "A-B", "a_b", "../x", "a" * 64, "a\x00b"])
def test_what_cannot_be_a_tenant_is_not_found(text):
    with pytest.raises(NotFound):
        tenant_in_path(text)


def test_a_key_finds_its_tenant_and_no_other_key_finds_any(stage):
    owner = stage.tenant("first", api_key="ek_first")
    stage.tenant("second", api_key="ek_second")
    holder = tenant_of_key(stage.context, "ek_first")
    assert holder == KeyHolder(tenant=owner.id, scopes=frozenset(Scope))
    assert tenant_of_key(stage.context, "ek_") is None
    assert tenant_of_key(stage.context, "") is None


def test_a_tenants_account_shows_no_secret(stage):
    account = account_of(stage.tenant())
    assert account.auth_token
    assert account.auth_token not in repr(account)


def test_a_key_with_scopes_finds_its_tenant_too(stage):
    owner = stage.tenant("first")
    with stage.context.database.transaction(owner.id) as tx:
        made = make_key(tx, "crm", [Scope.CALLS_READ], lasts=timedelta(days=1), actor="user:ada")
    holder = tenant_of_key(stage.context, made.text)
    assert holder == KeyHolder(tenant=owner.id, scopes=frozenset({Scope.CALLS_READ}), key=made.id)
    assert tenant_of_key(stage.context, made.text[:-1] + ("0" if made.text[-1] != "0" else "1")) is None
