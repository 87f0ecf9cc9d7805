from __future__ import annotations

import pytest

from pipeline.model.errors import NotFound
from webhooks.tenancy import account_of, tenant_in_path, tenant_of_key


@pytest.mark.parametrize("text", ["", "a", "A-B", "a_b", "../x", "a" * 64, "a\x00b"])
def test_what_cannot_be_a_tenant_is_not_found(text):
    with pytest.raises(NotFound):
        tenant_in_path(text)


def test_a_key_finds_its_tenant_and_no_other_key_finds_any(stage):
    owner = stage.tenant("first", api_key="ek_first")
    stage.tenant("second", api_key="ek_second")
    assert tenant_of_key(stage.context, "ek_first") == owner.id
    assert tenant_of_key(stage.context, "ek_") is None
    assert tenant_of_key(stage.context, "") is None


def test_a_tenants_account_shows_no_secret(stage):
    account = account_of(stage.tenant())
    assert account.auth_token
    assert account.auth_token not in repr(account)
