from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.core.authorization import enable_iam_authentication

from pipeline.model.errors import Conflict, VendorBrokeContract, VendorRefused
from pipeline.model.ids import TenantId
from pipeline.store.seal import open_sealed, seal
from pipeline.vendors.kms import KmsKeys, KmsSettings
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


def test_a_key_that_an_administrator_disabled_is_refused_and_not_destroyed(
    moto_kms: KmsSettings, tenant: TenantId
) -> None:
    administrator = an_administrator(moto_kms)
    key_id = administrator.describe_key(KeyId=f"alias/earmark/{tenant}")["KeyMetadata"]["KeyId"]
    administrator.disable_key(KeyId=key_id)

    with pytest.raises(VendorRefused):
        KmsKeys(moto_kms).new_data_key(tenant, CONTEXT)


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
