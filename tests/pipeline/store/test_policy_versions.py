from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from pipeline.model.errors import IntegrityError
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.store.audit import list_events
from pipeline.store.policy_versions import (
    NoticeDelivery,
    add_notice,
    add_version,
    find_law,
    find_policies,
    find_version,
    get_notice_days,
    keep_first,
    keep_law,
    list_notices,
    name_versions,
    policies_of,
)
from tests.conftest import make_tenant
from tests.pipeline.policies.variants import FIRST_DAY, variant


def delivery(bundle, day: date, channel: str = "email", **more) -> NoticeDelivery:
    chosen = {"status": 250, "recipient_ref": "r" * 64, "delivered_at": more.pop("at"), "in_force_from": day}
    return NoticeDelivery(policy_id=bundle.id, version=bundle.version, channel=channel, **chosen)


def events(tx) -> list[str]:
    return [e.entry.tag for e in list_events(tx) if e.entry.tag.startswith("policy:")]


def test_a_tenant_begins_with_the_packaged_policy_which_is_kept_once(database, tenant):
    packaged = load_bundle("nejix")
    with database.transaction(tenant.id) as tx:
        assert find_policies(tx, "nejix") is None
        assert policies_of(tx, "nejix", packaged=lambda _: packaged).newest.bundle is packaged
        assert [keep_first(tx, packaged), keep_first(tx, packaged), keep_first(tx, variant())] == [True, False, False]
    with database.transaction(tenant.id) as tx:
        shelf = policies_of(tx, "nejix", packaged=lambda _: variant())
        assert name_versions(tx) == {packaged.digest: f"nejix {packaged.version}"}
    assert [(v.bundle, v.digest) for v in shelf.versions] == [(packaged, packaged.digest)]
    assert shelf.newest.in_force_from == packaged.effective.day


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_published_version_is_in_force_only_by_the_first_delivery_of_its_notice(database, tenant, clock):
    later = variant()
    with database.transaction(tenant.id) as tx:
        keep_first(tx, load_bundle("nejix"))
        before = tx.version
        assert add_version(tx, later, notice_days=14, actor="test")
        assert find_policies(tx, "nejix").newest.in_force_from is None
    with database.transaction(tenant.id) as tx:
        assert tx.version == before + 1  # so that no process goes on with what it read before
        assert find_policies(tx, "nejix").newest.announced_on == clock.now().date()
        assert get_notice_days(tx, "nejix", later.version) == 14
        assert add_notice(tx, delivery(later, FIRST_DAY + timedelta(days=3), at=tx.now))
        assert not add_notice(tx, delivery(later, FIRST_DAY, at=tx.now))
        assert add_notice(tx, delivery(later, FIRST_DAY + timedelta(days=9), "webhook", at=tx.now))
    with database.transaction(tenant.id) as tx:
        assert tx.version == before + 3
        assert find_policies(tx, "nejix").newest.in_force_from == FIRST_DAY + timedelta(days=3)
        assert [n.channel for n in list_notices(tx, "nejix")] == ["email", "webhook"]
        assert events(tx) == ["policy:version:published"] + ["policy:notice:delivered"] * 2


def test_a_version_is_never_replaced_by_another_of_its_name(database, tenant):
    first, other = variant(), variant(changes={"training/cool_off_days": 90})
    with database.transaction(tenant.id) as tx:
        keep_first(tx, load_bundle("nejix"))
        assert add_version(tx, first, notice_days=14, actor="test")
        assert not add_version(tx, other, notice_days=14, actor="test")
        assert find_policies(tx, "nejix").newest.digest == first.digest
        assert find_version(tx, first.digest).bundle == first
        assert find_version(tx, other.digest) is None


def test_the_law_is_kept_by_its_digest_and_read_back(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert find_law(tx, load_matrix().digest) is None
        assert [keep_law(tx, load_matrix()), keep_law(tx, load_matrix())] == [True, False]
        assert find_law(tx, load_matrix().digest) == load_matrix()


def test_one_tenant_sees_nothing_of_anothers_versions(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        keep_first(tx, load_bundle("nejix"))
        keep_law(tx, load_matrix())
    with database.transaction(other.id) as tx:
        assert find_policies(tx, "nejix") is None
        assert find_version(tx, load_bundle("nejix").digest) is None
        assert find_law(tx, load_matrix().digest) is None


@pytest.mark.parametrize(
    "change",
    [
        "policy_versions set document = replace(document, '\"days\":90', '\"days\":91')",
        "policy_versions set version = 'other'",
        "law_versions set digest = 'other' || digest",
    ],
)
def test_what_the_owner_of_the_database_changed_is_told(database, tenant, postgres, database_name, change):
    with database.transaction(tenant.id) as tx:
        keep_first(tx, load_bundle("nejix"))
        keep_law(tx, load_matrix())
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute(f"update earmark.{change}")
    with database.transaction(tenant.id) as tx, pytest.raises(IntegrityError):
        find_policies(tx, "nejix")
        find_law(tx, "other" + load_matrix().digest)
