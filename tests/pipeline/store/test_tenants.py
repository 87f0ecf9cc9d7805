from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from sqlalchemy import text, update

from pipeline.model.errors import Conflict, NotFound
from pipeline.model.ids import TenantId
from pipeline.model.tenant import OnDecline, TenantSecrets, TenantSettings, Topology
from pipeline.store.audit import list_events
from pipeline.store.seal import seal
from pipeline.store.tables import tenants
from pipeline.store.tenants import account_of, add_tenant, change_tenant, find_tenant, get_tenant

SECRETS = TenantSecrets(
    auth_token="canarytoken",
    api_key_sid="canarysid",
    api_key_secret="canarysecret",
    agent_url="wss://canary",
    forward_to="+canary",
    recording_keys={"CR1": "canarypem"},
    hide_words=("canary heron", "canaryfalcon"),
    keep_words=("canarynova",),
)
CHOSEN = TenantSettings(
    is_recording_on=True,
    on_decline=OnDecline.TRANSFER,
    topology=Topology.FORWARD,
    establishment=("US-CA", "DE"),
    engines=("deepgram", "local"),
    retention_days={"recording.original": 30},
    instance="dev-1",
    entity_set="payment",
    threshold=0.4,
    thresholds={"PERSON": 0.2},
    padding_ms=250,
)


def test_a_tenant_is_read_back_whole(database, keys, tenant):
    changed = replace(tenant, settings=CHOSEN, secrets=SECRETS, api_key_sha256="1" * 64, is_active=False)
    with database.transaction(tenant.id) as tx:
        assert get_tenant(tx, keys=keys) == tenant
        change_tenant(tx, changed, keys=keys, actor="user:1", changed=[])
        assert get_tenant(tx, keys=keys) == changed


def test_no_secret_stands_readable_in_the_row_or_the_audit(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        change_tenant(tx, replace(tenant, secrets=SECRETS), keys=keys, actor="user:1", changed=[])
        row = tx.connection.execute(text("select t::text from earmark.tenants t")).scalar_one()
        noted = json.dumps([dict(e.entry.facts) for e in list_events(tx)])
    assert "canary" not in row + noted
    assert b"canary".hex() not in row


def test_creation_and_change_are_audited(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        change_tenant(tx, tenant, keys=keys, actor="user:1", changed=[])
        noted = [(e.entry.tag, e.entry.actor, e.entry.target) for e in list_events(tx)]
    assert noted == [("tenant:tenant:created", "test", "acme"), ("tenant:settings:changed", "user:1", "acme")]


@pytest.mark.clause("nejix", "1", "depending on your account configuration")
def test_what_was_changed_is_audited_by_name(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        change_tenant(tx, tenant, keys=keys, actor="user:1", changed=["threshold", "hide_words"])
        facts = [dict(e.entry.facts) for e in list_events(tx)][-1]
    assert facts == {"policy": "nejix", "changed": "hide_words,threshold"}


def test_a_tenant_that_was_sealed_before_there_were_words_has_none(database, keys, tenant):
    older = {name: value for name, value in asdict(SECRETS).items() if not name.endswith("_words")}
    sealed = seal(json.dumps(older).encode(), keys=keys, tenant=tenant.id, context={"kind": "tenant.secrets"})
    with database.transaction(tenant.id) as tx:
        tx.connection.execute(update(tenants).where(tenants.c.tenant == tenant.id).values(sealed=sealed))
        read = get_tenant(tx, keys=keys).secrets
    assert (read.auth_token, read.hide_words, read.keep_words) == ("canarytoken", (), ())


def test_a_tenant_is_added_once(database, keys, tenant):
    with database.transaction(tenant.id) as tx, pytest.raises(Conflict, match="acme"):
        add_tenant(tx, tenant, keys=keys, actor="test")


def test_what_does_not_exist_is_absent_and_cannot_be_changed(database, keys, tenant):
    keys.create_tenant_key(TenantId("other"))
    with database.transaction(TenantId("other")) as tx:
        assert find_tenant(tx, keys=keys) is None
        with pytest.raises(NotFound, match="other"):
            get_tenant(tx, keys=keys)
        with pytest.raises(NotFound):
            change_tenant(tx, replace(tenant, id=TenantId("other")), keys=keys, actor="test", changed=[])


def test_a_tenant_cannot_change_another(database, keys, tenant):
    keys.create_tenant_key(TenantId("other"))
    with database.transaction(TenantId("other")) as tx, pytest.raises(NotFound):
        change_tenant(tx, replace(tenant, display_name="Stolen"), keys=keys, actor="test", changed=[])
    with database.transaction(tenant.id) as tx:
        assert get_tenant(tx, keys=keys).display_name == "Acme"


def test_a_tenant_without_its_key_cannot_be_added(database, keys, tenant):
    with database.transaction(TenantId("keyless")) as tx, pytest.raises(NotFound):
        add_tenant(tx, replace(tenant, id=TenantId("keyless")), keys=keys, actor="test")


def test_an_account_is_the_tenants_own_and_shows_no_secret(tenant):
    secrets = TenantSecrets(auth_token="canary1", api_key_sid="SK1", api_key_secret="canary2")
    account = account_of(replace(tenant, secrets=secrets))
    assert (account.tenant, account.account_sid) == (tenant.id, tenant.account_sid)
    assert (account.auth_token, account.api_key_sid, account.api_key_secret) == ("canary1", "SK1", "canary2")
    assert "canary" not in repr(account)


def test_an_account_without_api_keys_has_none(tenant):
    account = account_of(replace(tenant, account_sid=None))
    assert (account.account_sid, account.api_key_sid, account.api_key_secret) == ("", None, None)
