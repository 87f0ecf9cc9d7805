"""Where the server is an STS too, it holds each session to its policy: what is refused here is refused by the server.

SeaweedFS knows no tags of a session, so the role of these tests may reach every tenant, and the session's policy alone
keeps them apart. What the tag does is evaluated in `tests/infra/test_tenants.py`, and enforced by AWS alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.model.errors import InvalidInput, NotFound, StoreDenied, StoreUnreachable
from pipeline.model.ids import TenantId, new_id
from pipeline.store.vault_names import tenant_prefix
from pipeline.vendors.aws_tenants import MOST_POLICY_CHARS, TenantRole, TenantSessions
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from pipeline.vendors.s3_tenants import S3TenantArtifacts, s3_statements, tenant_of
from tests.moto_sts import ROLE, MotoSts
from tests.pipeline.vendors.contracts.artifacts import BODY, ArtifactsContract, put
from tests.seaweedfs import TENANT_ROLE, free_ports

ACME, BOLT = TenantId("acme"), TenantId("bolt")


def role_at(settings: S3Settings) -> TenantRole:
    return TenantRole(arn=TENANT_ROLE, sts_endpoint_url=settings.endpoint_url)


def a_key(tenant: str) -> str:
    return f"tenants/{tenant}/2026/11/21/{new_id('rec')}/summary/{'ab' * 32}"


@pytest.fixture
def owner(seaweedfs_with_roles: S3Settings) -> S3Artifacts:
    """Who may do anything."""
    return S3Artifacts(seaweedfs_with_roles)


@pytest.fixture
def as_acme(seaweedfs_with_roles: S3Settings) -> S3Artifacts:
    """Give the store as a session of acme sees it, whatever key is asked for."""
    role = role_at(seaweedfs_with_roles)
    sessions = TenantSessions(
        seaweedfs_with_roles, role, allows=lambda tenant: s3_statements(seaweedfs_with_roles, role, tenant)
    )
    return S3Artifacts(seaweedfs_with_roles, sessions.open(ACME))


class TestS3TenantArtifacts(ArtifactsContract):
    @pytest.fixture
    def store(self, seaweedfs_with_roles: S3Settings) -> S3TenantArtifacts:
        return S3TenantArtifacts(seaweedfs_with_roles, role_at(seaweedfs_with_roles))

    @pytest.fixture
    def denied_store(self, seaweedfs_with_roles: S3Settings) -> S3TenantArtifacts:
        nobodys = TenantRole(arn=TENANT_ROLE + "-of-nobody", sts_endpoint_url=seaweedfs_with_roles.endpoint_url)
        return S3TenantArtifacts(seaweedfs_with_roles, nobodys)

    @pytest.fixture
    def unreachable_store(self, seaweedfs_with_roles: S3Settings) -> S3TenantArtifacts:
        nowhere = TenantRole(arn=TENANT_ROLE, sts_endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}")
        return S3TenantArtifacts(seaweedfs_with_roles, nowhere)


CROSSINGS: dict[str, Callable[[S3Artifacts, str], object]] = {
    "get": lambda store, key: store.get(key),
    "get a version": lambda store, key: store.get(key, version="x"),
    "head": lambda store, key: store.head(key),
    "put": lambda store, key: put(store, key + "-new"),
    "put what is there": put,
    "read tags": lambda store, key: store.read_tags(key),
    "write tags": lambda store, key: store.write_tags(key, {"kind": "summary"}),
    "lock": lambda store, key: store.lock(key, hold=True),
    "read lock": lambda store, key: store.read_lock(key),
    "list": lambda store, key: list(store.list_versions(key)),
    "list a tenant": lambda store, _: list(store.list_versions("tenants/bolt/")),
    "list tenants": lambda store, _: list(store.list_versions("tenants/")),
    "list all": lambda store, _: list(store.list_versions("")),
    "purge": lambda store, key: store.purge(key),
    "mark deleted": lambda store, key: store.mark_deleted(key),
    "an absent one": lambda store, key: store.get(key + "-absent"),
    "the ledger": lambda store, _: store.get("ledger/acme/x"),
}


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_a_session_of_one_tenant_is_refused_everything_of_another(
    as_acme: S3Artifacts, owner: S3Artifacts, crossing: str
) -> None:
    key = a_key("bolt")
    put(owner, key)

    with pytest.raises(StoreDenied):
        CROSSINGS[crossing](as_acme, key)
    assert owner.get(key) == BODY
    assert len(list(owner.list_versions(key))) == 1


def test_a_tenant_whose_name_begins_like_anothers_is_another(as_acme: S3Artifacts, owner: S3Artifacts) -> None:
    key = a_key("acme-2")
    put(owner, key)

    for ask in (as_acme.get, as_acme.head, as_acme.read_tags, lambda _: list(as_acme.list_versions("tenants/acme"))):
        with pytest.raises(StoreDenied):
            ask(key)


def test_what_is_absent_for_a_session_is_absent_and_not_denied(as_acme: S3Artifacts) -> None:
    for ask in (as_acme.get, as_acme.head, as_acme.read_tags, as_acme.read_lock):
        with pytest.raises(NotFound):
            ask(a_key("acme"))


def test_a_prefix_of_the_bucket_stands_before_the_tenants(seaweedfs_with_roles: S3Settings) -> None:
    below = replace(seaweedfs_with_roles, prefix="one/")
    store, key = S3TenantArtifacts(below, role_at(below)), a_key("acme")
    put(store, key)

    assert store.get(key) == BODY
    assert S3Artifacts(seaweedfs_with_roles).get(f"one/{key}") == BODY


def test_one_store_serves_each_tenant_and_what_is_nobodys(seaweedfs_with_roles: S3Settings, moto_sts: MotoSts) -> None:
    store = S3TenantArtifacts(seaweedfs_with_roles, TenantRole(arn=ROLE, sts_endpoint_url=moto_sts.endpoint))
    for key in ("ledger/acme/2026/11/28/purge/name", "audit/acme/2026/11/1", "kept/matter--1/art", "doctor/probe"):
        put(store, key)
        assert store.get(key) == BODY
    assert list(store.list_versions("readiness/")) == []
    assert list(store.list_versions("tenants/"))
    assert moto_sts.asked == 0  # asked for as the process itself

    for tenant in ("acme", "bolt", "acme"):
        with pytest.raises(StoreDenied):  # a session of another STS, which this server does not know
            store.get(a_key(tenant))
    assert [taken.tags["earmark-tenant"] for taken in moto_sts.taken] == ["acme", "bolt"]


def test_a_bucket_that_is_not_there_is_no_absent_object(seaweedfs_with_roles: S3Settings) -> None:
    elsewhere = replace(seaweedfs_with_roles, bucket="elsewhere")
    store = S3TenantArtifacts(elsewhere, role_at(elsewhere))
    for ask in (store.get, store.head, store.purge):
        with pytest.raises(StoreUnreachable):
            ask(a_key("acme"))


@pytest.mark.parametrize(
    ("path", "tenant"),
    [
        (tenant_prefix(ACME), "acme"),
        ("tenants/acme/2026/11/21/rec_1/summary/aa", "acme"),
        ("tenants/acme", None),
        ("tenants/", None),
        ("tenants", None),
        ("", None),
        ("ledger/acme/x", None),
        ("audit/acme/2026/1", None),
        ("kept/tenants/acme/x", None),
    ],
)
def test_whose_a_key_is_stands_in_it(path: str, tenant: str | None) -> None:
    assert tenant_of(path) == tenant


@pytest.mark.parametrize("path", ["tenants/ACME/x", "tenants/*/x", "tenants/../acme/x", "tenants//x", "tenants/a/x"])
def test_what_lies_under_tenants_and_is_nobodys_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        tenant_of(path)


def test_the_longest_policy_is_one_that_sts_takes() -> None:
    settings = S3Settings(bucket="b" * 63, region="ap-southeast-2", prefix=f"{'p' * 255}/")
    statements = s3_statements(settings, TenantRole(arn=ROLE), TenantId("t" * 63))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    assert len(policy) <= MOST_POLICY_CHARS


def test_in_another_partition_things_are_named_as_there() -> None:
    role = TenantRole(arn="arn:aws-us-gov:iam::111122223333:role/earmark-tenant")
    found = s3_statements(S3Settings(bucket="v", region="us-gov-west-1"), role, BOLT)
    assert found[0]["Resource"] == "arn:aws-us-gov:s3:::v/tenants/bolt/*"
