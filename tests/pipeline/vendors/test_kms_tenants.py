from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pipeline.model.ids import TenantId
from pipeline.store.closures import closed_key, matter_key
from pipeline.store.seal import open_sealed, seal
from pipeline.vendors.aws_tenants import MOST_POLICY_CHARS, TenantRole
from pipeline.vendors.kms import KmsKeys
from pipeline.vendors.kms_connect import KmsSettings
from pipeline.vendors.kms_tenants import KmsTenantKeys, kms_statements
from tests.moto_kms import MotoKms
from tests.moto_sts import ROLE, MotoSts
from tests.pipeline.vendors.contracts.keys import CONTEXT, KeysContract, a_tenant
from tests.seaweedfs import free_ports


def a_keeper(settings: KmsSettings, sts: MotoSts) -> KmsTenantKeys:
    return KmsTenantKeys(settings, TenantRole(arn=ROLE, sts_endpoint_url=sts.endpoint))


class TestKmsTenantKeys(KeysContract):
    @pytest.fixture
    def keys(self, moto_kms: KmsSettings, moto_sts: MotoSts) -> KmsTenantKeys:
        return a_keeper(moto_kms, moto_sts)

    @pytest.fixture
    def refused_keys(self, moto_kms: KmsSettings, moto_sts: MotoSts) -> Iterator[KmsTenantKeys]:
        given, moto_sts.says = moto_sts.says, (403, b"<E><Error><Code>AccessDenied</Code></Error></E>")
        yield a_keeper(moto_kms, moto_sts)
        moto_sts.says = given

    @pytest.fixture
    def unreachable_keys(self, moto_kms: KmsSettings) -> KmsTenantKeys:
        return a_keeper(moto_kms, MotoSts(endpoint=f"http://127.0.0.1:{free_ports(1)[0]}"))


def test_every_call_for_a_key_is_made_by_a_session_of_whose_key_it_is(moto_kms: KmsSettings, moto_sts: MotoSts) -> None:
    keys, tenants = a_keeper(moto_kms, moto_sts), (a_tenant(), a_tenant())
    askers: dict[str, set[str]] = {}
    for tenant in tenants:
        MotoKms.askers.clear()
        keys.create_tenant_key(tenant)
        sealed = seal(b"words of a call", keys=keys, tenant=tenant, context=CONTEXT)
        keys.rotate_tenant_key(tenant)
        assert open_sealed(sealed, keys=keys, tenant=tenant, context=CONTEXT) == b"words of a call"
        assert len(keys.list_tenant_keys(tenant)) == 2
        keys.digest_key(tenant)
        keys.destroy_tenant_key(tenant)
        askers[tenant] = {moto_sts.whose(key) for key, _ in MotoKms.askers}
        assert len({operation for _, operation in MotoKms.askers}) > 8

    assert askers == {tenant: {tenant} for tenant in tenants}
    assert moto_sts.asked == 2
    assert {taken.asker for taken in moto_sts.taken} == {moto_kms.access_key}


def test_a_matter_and_a_closed_account_have_sessions_of_their_own(moto_kms: KmsSettings, moto_sts: MotoSts) -> None:
    keys, tenant = a_keeper(moto_kms, moto_sts), a_tenant()
    for holder in (matter_key(tenant, "case-1"), closed_key(tenant)):
        keys.create_tenant_key(holder)
        assert keys.digest_key(holder)
    assert [one.asked["RoleSessionName"][:8] for one in moto_sts.taken] == ["matter--", "closed--"]


def test_what_was_sealed_before_opens_with_sessions_and_after_them(moto_kms: KmsSettings, moto_sts: MotoSts) -> None:
    plain, keys, tenant = KmsKeys(moto_kms), a_keeper(moto_kms, moto_sts), a_tenant()
    plain.create_tenant_key(tenant)
    for one, other in ((plain, keys), (keys, plain)):
        sealed = seal(b"words", keys=one, tenant=tenant, context=CONTEXT)
        assert open_sealed(sealed, keys=other, tenant=tenant, context=CONTEXT) == b"words"
    assert keys.audit == plain.audit


def test_the_longest_policy_is_one_that_sts_takes() -> None:
    settings = KmsSettings(region="ap-southeast-2", alias_prefix="earmark")
    statements = kms_statements(settings, TenantRole(arn=ROLE), TenantId("t" * 63))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    assert len(policy) <= MOST_POLICY_CHARS
