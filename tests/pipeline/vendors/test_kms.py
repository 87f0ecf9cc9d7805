from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.core.authorization import enable_iam_authentication

from pipeline.model.errors import Conflict, IntegrityError, NotFound, VendorBrokeContract, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.keys import KeyState, WrappedKey
from pipeline.store.seal import open_sealed, seal
from pipeline.vendors.kms import KmsKeys
from pipeline.vendors.kms_connect import KmsSettings
from tests.moto_kms import kms_answers
from tests.pipeline.vendors.contracts.keys import CONTEXT, KeysContract, a_tenant
from tests.seaweedfs import free_ports

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class TestKmsKeys(KeysContract):
    @pytest.fixture
    def keys(self, moto_kms: KmsSettings) -> KmsKeys:
        return KmsKeys(moto_kms)

    @pytest.fixture
    def refused_keys(self, moto_kms: KmsSettings) -> Iterator[KmsKeys]:
        with enable_iam_authentication():  # of which no user is known
            yield KmsKeys(moto_kms)

    @pytest.fixture
    def unreachable_keys(self, moto_kms: KmsSettings) -> KmsKeys:
        return KmsKeys(replace(moto_kms, endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}"))


def an_administrator(settings: KmsSettings) -> KMSClient:
    return boto3.client(
        "kms",
        region_name=settings.region,
        endpoint_url=settings.endpoint_url,
        aws_access_key_id="key",
        aws_secret_access_key="a-secret",
    )


@pytest.fixture
def tenant(moto_kms: KmsSettings) -> TenantId:
    tenant = a_tenant()
    KmsKeys(moto_kms).create_tenant_key(tenant)
    return tenant


def test_what_is_sealed_under_kms_opens_under_kms(moto_kms: KmsSettings, tenant: TenantId) -> None:
    sealed = seal(b"words of a call", keys=KmsKeys(moto_kms), tenant=tenant, context=CONTEXT)

    assert open_sealed(sealed, keys=KmsKeys(moto_kms), tenant=tenant, context=CONTEXT) == b"words of a call"


def test_destroying_gives_the_key_to_aws_for_deletion_after_the_shortest_wait(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    KmsKeys(moto_kms).destroy_tenant_key(tenant)

    found = an_administrator(moto_kms).describe_key(KeyId=f"alias/earmark/{tenant}")["KeyMetadata"]
    assert found["KeyState"] == "PendingDeletion"


def present_key(settings: KmsSettings, tenant: TenantId) -> str:
    return an_administrator(settings).describe_key(KeyId=f"alias/earmark/{tenant}")["KeyMetadata"]["KeyId"]


def test_a_key_that_an_administrator_disabled_is_away_and_neither_refused_nor_destroyed(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    keys = KmsKeys(moto_kms)
    data_key, wrapped = keys.new_data_key(tenant, CONTEXT)
    administrator = an_administrator(moto_kms)
    administrator.disable_key(KeyId=present_key(moto_kms, tenant))

    for ask in (keys.digest_key, keys.rotate_tenant_key):
        with pytest.raises(VendorUnavailable):
            ask(tenant)
    with pytest.raises(VendorUnavailable):
        keys.unwrap(tenant, wrapped, CONTEXT)
    assert [key.state for key in keys.list_tenant_keys(tenant)] == [KeyState.AWAY]
    keys.create_tenant_key(tenant)  # it is there, so nothing is made
    administrator.enable_key(KeyId=present_key(moto_kms, tenant))
    assert keys.unwrap(tenant, wrapped, CONTEXT) == data_key


@pytest.mark.parametrize("code", ["KMSInvalidStateException", "DisabledException", "KeyUnavailableException"])
def test_a_state_that_only_the_call_itself_meets_is_away_while_the_key_is_not_to_be_deleted(
    moto_kms: KmsSettings, tenant: TenantId, code: str
) -> None:
    keys = KmsKeys(moto_kms)
    _, wrapped = keys.new_data_key(tenant, CONTEXT)

    with kms_answers("Decrypt", code), pytest.raises(VendorUnavailable):
        keys.unwrap(tenant, wrapped, CONTEXT)
    with kms_answers("GenerateDataKey", code), pytest.raises(VendorUnavailable):
        keys.new_data_key(tenant, CONTEXT)


def test_an_earlier_key_that_is_to_be_deleted_is_told_as_destroyed(moto_kms: KmsSettings, tenant: TenantId) -> None:
    keys = KmsKeys(moto_kms)
    _, wrapped = keys.new_data_key(tenant, CONTEXT)
    old = present_key(moto_kms, tenant)
    keys.rotate_tenant_key(tenant)
    an_administrator(moto_kms).schedule_key_deletion(KeyId=old, PendingWindowInDays=7)

    # KMS refuses so; moto would still open it.
    with kms_answers("Decrypt", "KMSInvalidStateException"), pytest.raises(NotFound, match="was destroyed"):
        keys.unwrap(tenant, wrapped, CONTEXT)
    assert [key.state for key in keys.list_tenant_keys(tenant)] == [KeyState.DESTROYED, KeyState.USABLE]


def test_what_was_sealed_before_rotations_opens_for_a_process_that_starts_after_them(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    sealed = seal(b"words of a call", keys=KmsKeys(moto_kms), tenant=tenant, context=CONTEXT)
    before = KmsKeys(moto_kms)
    for _ in range(2):
        KmsKeys(moto_kms).rotate_tenant_key(tenant)
        for keys in (before, KmsKeys(moto_kms)):
            assert open_sealed(sealed, keys=keys, tenant=tenant, context=CONTEXT) == b"words of a call"


def test_a_rotation_that_was_cut_off_before_it_moved_the_alias_is_finished_by_the_next(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    keys, old = KmsKeys(moto_kms), present_key(moto_kms, tenant)
    with kms_answers("UpdateAlias", "KMSInternalException"), pytest.raises(VendorUnavailable):
        keys.rotate_tenant_key(tenant)
    assert present_key(moto_kms, tenant) == old
    assert len(keys.list_tenant_keys(tenant)) == 2  # the claimed one is known, so destroying would reach it

    made = keys.rotate_tenant_key(tenant)

    assert made == KmsKeys(moto_kms).new_data_key(tenant, CONTEXT)[1].key_id
    assert len(keys.list_tenant_keys(tenant)) == 2


def test_every_key_of_a_closed_tenant_is_given_to_aws_for_deletion(moto_kms: KmsSettings, tenant: TenantId) -> None:
    keys = KmsKeys(moto_kms)
    keys.rotate_tenant_key(tenant)
    with kms_answers("UpdateAlias", "KMSInternalException"), pytest.raises(VendorUnavailable):
        keys.rotate_tenant_key(tenant)
    every = [key.key_id for key in keys.list_tenant_keys(tenant)]

    keys.destroy_tenant_key(tenant)

    states = [an_administrator(moto_kms).describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in every]
    assert states == ["PendingDeletion"] * 3


def test_destroying_that_was_cut_off_is_done_to_its_end_by_repeating_it(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    keys = KmsKeys(moto_kms)
    keys.rotate_tenant_key(tenant)
    with kms_answers("ScheduleKeyDeletion", "KMSInternalException", after=1), pytest.raises(VendorUnavailable):
        keys.destroy_tenant_key(tenant)
    assert [k.state for k in keys.list_tenant_keys(tenant)] == [KeyState.DESTROYED, KeyState.USABLE]

    keys.destroy_tenant_key(tenant)

    with pytest.raises(NotFound, match="was destroyed"):
        keys.list_tenant_keys(tenant)


def test_a_kms_key_that_no_alias_ever_named_as_the_tenants_opens_nothing(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    administrator = an_administrator(moto_kms)
    foreign = administrator.create_key(Tags=[{"TagKey": "earmark-tenant", "TagValue": tenant}])["KeyMetadata"]["Arn"]
    made = administrator.generate_data_key(
        KeyId=foreign, KeySpec="AES_256", EncryptionContext={**CONTEXT, "tenant": tenant}
    )

    with pytest.raises(IntegrityError):
        KmsKeys(moto_kms).unwrap(tenant, WrappedKey(key_id=foreign, wrapped=made["CiphertextBlob"]), CONTEXT)


@pytest.mark.parametrize("description", ["", "somebody's key", "Earmark tenant key; wrapped digest key: ?"])
def test_a_key_without_its_digest_key_is_not_used(moto_kms: KmsSettings, tenant: TenantId, description: str) -> None:
    administrator = an_administrator(moto_kms)
    key_id = administrator.describe_key(KeyId=f"alias/earmark/{tenant}")["KeyMetadata"]["KeyId"]
    administrator.update_key_description(KeyId=key_id, Description=description)

    with pytest.raises(VendorBrokeContract):
        KmsKeys(moto_kms).digest_key(tenant)


def test_a_tenant_that_never_had_a_key_can_be_closed_for_good(moto_kms: KmsSettings) -> None:
    tenant = a_tenant()
    KmsKeys(moto_kms).destroy_tenant_key(tenant)

    with pytest.raises(Conflict):
        KmsKeys(moto_kms).create_tenant_key(tenant)


def test_a_secret_shows_in_no_repr(moto_kms: KmsSettings) -> None:
    assert "a-secret" not in repr(moto_kms)
