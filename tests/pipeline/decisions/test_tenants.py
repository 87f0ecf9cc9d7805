from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from pipeline.decisions.tenants import change_settings, put_settings, take_on
from pipeline.model.errors import Conflict, InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Topology
from pipeline.store.audit import list_events
from pipeline.store.policy_versions import keep_first
from pipeline.store.tenants import get_tenant
from tests.pipeline.policies.variants import listing_relay


def tags(line, tenant: TenantId) -> list[str]:
    with line.context.vault.database.transaction(tenant) as tx:
        return [e.entry.tag for e in list_events(tx)]


@pytest.fixture
def newcomer(line):
    return replace(line.owner, id=TenantId("newcomer"), account_sid=None, armed=frozenset(), registry=())


def test_a_tenant_is_taken_on_with_a_key_of_its_own(line, newcomer):
    vault = line.context.vault
    take_on(vault, newcomer, actor="cli")
    with vault.database.transaction(newcomer.id) as tx:
        assert get_tenant(tx, keys=vault.keys) == newcomer
    assert vault.keys.digest_key(newcomer.id) != vault.keys.digest_key(line.owner.id)
    assert tags(line, newcomer.id) == ["tenant:tenant:created"]


def test_a_name_is_given_once_and_the_first_tenant_keeps_its_settings_and_key(line):
    vault = line.context.vault
    before = vault.keys.digest_key(line.owner.id)
    with pytest.raises(Conflict):
        take_on(vault, replace(line.owner, display_name="Thief"), actor="cli")
    with line.tx() as tx:
        assert get_tenant(tx, keys=vault.keys) == line.owner
    assert vault.keys.digest_key(line.owner.id) == before


def test_the_name_of_a_tenant_whose_key_was_destroyed_is_never_given_again(line, newcomer):
    vault = line.context.vault
    vault.keys.create_tenant_key(newcomer.id)
    vault.keys.destroy_tenant_key(newcomer.id)
    with pytest.raises((Conflict, NotFound)):
        take_on(vault, newcomer, actor="cli")
    assert tags(line, newcomer.id) == []


def test_settings_are_put_for_a_new_and_for_a_known_tenant(line, newcomer):
    vault = line.context.vault
    vault.keys.create_tenant_key(newcomer.id)
    for name in ("First", "Second"):
        with vault.database.transaction(newcomer.id) as tx:
            put_settings(tx, vault, replace(newcomer, display_name=name), actor="user:1")
    with vault.database.transaction(newcomer.id) as tx:
        assert get_tenant(tx, keys=vault.keys).display_name == "Second"
        assert [e.entry.facts.get("changed") for e in list_events(tx)] == [None, "display_name"]
    assert tags(line, newcomer.id) == ["tenant:tenant:created", "tenant:settings:changed"]


def test_settings_of_a_tenant_without_a_key_are_not_put(line, newcomer):
    with line.context.vault.database.transaction(newcomer.id) as tx, pytest.raises(NotFound):
        put_settings(tx, line.context.vault, newcomer, actor="user:1")


def test_two_who_change_a_tenant_at_once_undo_nothing_of_each_other(vault, tenant):
    both_are_there = threading.Barrier(2, timeout=20)

    def change(**chosen):
        def slowly(found):
            time.sleep(0.2)
            return replace(found, settings=replace(found.settings, **chosen))

        both_are_there.wait()
        change_settings(vault, tenant.id, slowly, actor="test")

    threads = [threading.Thread(target=change, kwargs=chosen) for chosen in ({"pci_mode": "off"}, {"voicemail_s": 60})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with vault.database.transaction(tenant.id) as tx:
        settings = get_tenant(tx, keys=vault.keys).settings
    assert (settings.pci_mode, settings.voicemail_s) == ("off", 60)


def test_the_log_names_what_was_changed_and_repeats_no_value(vault, tenant):
    def change(found):
        settings = replace(found.settings, entity_set="health", thresholds={"PERSON": 0.2})
        secrets = replace(found.secrets, hide_words=("canaryheron",), auth_token="canarytoken")
        return replace(found, display_name="Canary", settings=settings, secrets=secrets)

    change_settings(vault, tenant.id, change, actor="cli")
    change_settings(vault, tenant.id, lambda found: found, actor="cli")
    with vault.database.transaction(tenant.id) as tx:
        noted = [dict(e.entry.facts) for e in list_events(tx) if e.entry.tag == "tenant:settings:changed"]
    assert [facts["changed"] for facts in noted] == ["auth_token,display_name,entity_set,hide_words,thresholds", ""]
    assert "canary" not in str(noted).lower()


def test_a_change_that_is_refused_leaves_the_tenant_as_it_was(vault, tenant):
    def refuse(found):
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        change_settings(vault, tenant.id, refuse, actor="test")
    with vault.database.transaction(tenant.id) as tx:
        assert get_tenant(tx, keys=vault.keys) == tenant
    with pytest.raises(NotFound):
        change_settings(vault, TenantId("nobody"), lambda found: found, actor="test")


RELAYED = {"topology": Topology.RELAY}


def test_an_agent_is_reached_as_text_only_where_the_policy_lists_who_hears_and_speaks_with_evidence(line, newcomer):
    vault = line.context.vault

    def reach_as_text(found):
        return replace(found, settings=replace(found.settings, **RELAYED))

    with pytest.raises(InvalidInput, match="OTHER_PURPOSE"):
        change_settings(vault, line.owner.id, reach_as_text, actor="cli")
    with line.tx() as tx:
        keep_first(tx, listing_relay(line.owner.policy_id))
    assert change_settings(vault, line.owner.id, reach_as_text, actor="cli").settings.topology is Topology.RELAY
    for take in (take_on, lambda *given, actor: put(line, *given, actor=actor)):
        with pytest.raises(InvalidInput, match="relay"):
            take(vault, reach_as_text(newcomer), actor="cli")


def put(line, vault, tenant, *, actor):
    with vault.database.transaction(tenant.id) as tx:
        put_settings(tx, vault, tenant, actor=actor)
