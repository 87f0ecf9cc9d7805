from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput, VendorBrokeContract
from pipeline.model.ids import TenantId
from pipeline.ports.keys import KeyState
from pipeline.vendors.kms_connect import KmsSettings, connect
from pipeline.vendors.kms_history import KmsHistory, KmsKey, describe, number_of
from tests.pipeline.vendors.contracts.keys import a_tenant


def a_key(state: str, number: int | None = 1) -> KmsKey:
    return KmsKey(id="1", arn="arn:1", kms_state=state, number=number, wrapped_digest_key=b"wrapped")


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Enabled", KeyState.USABLE),
        ("Disabled", KeyState.AWAY),
        ("Creating", KeyState.AWAY),
        ("Updating", KeyState.AWAY),
        ("Unavailable", KeyState.AWAY),
        ("PendingImport", KeyState.AWAY),
        ("PendingDeletion", KeyState.DESTROYED),
        ("PendingReplicaDeletion", KeyState.DESTROYED),
        ("SomethingNew", KeyState.AWAY),
    ],
)
def test_a_key_is_gone_only_when_kms_says_that_it_will_delete_it(told: str, meant: KeyState) -> None:
    assert a_key(told).state is meant


def test_a_key_that_is_not_described_by_us_has_no_number() -> None:
    with pytest.raises(VendorBrokeContract):
        number_of(a_key("Enabled", number=None))


@pytest.mark.parametrize("number", [1, 2, 40])
def test_a_description_comes_back_from_kms_as_it_was_written(moto_kms: KmsSettings, number: int) -> None:
    kms, tenant = connect(moto_kms), a_tenant()
    history = KmsHistory(kms, "earmark")
    made = kms.create_key(Description=describe(number, b"\x00wrapped\xff"))["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=history.alias(tenant), TargetKeyId=made)

    found = history.find(tenant)

    assert found is not None
    assert (found.id, found.number, found.wrapped_digest_key) == (made, number, b"\x00wrapped\xff")
    assert [key.id for key in history.every(tenant)] == [made]


def test_a_key_that_was_deleted_leaves_a_gap_that_is_stepped_over(moto_kms: KmsSettings) -> None:
    kms, tenant = connect(moto_kms), a_tenant()
    history = KmsHistory(kms, "earmark")
    made = [kms.create_key(Description=describe(n, b"w"))["KeyMetadata"]["KeyId"] for n in (1, 2, 3)]
    for number in (1, 3):
        kms.create_alias(AliasName=history.alias(tenant, number), TargetKeyId=made[number - 1])
    kms.create_alias(AliasName=history.alias(tenant), TargetKeyId=made[2])

    assert [key.id for key in history.every(tenant)] == [made[0], made[2]]


def test_an_aliass_name_cannot_lead_to_another_tenants(moto_kms: KmsSettings) -> None:
    for name in ("acme/2", "../acme", ""):
        with pytest.raises(InvalidInput):
            KmsHistory(connect(moto_kms), "earmark").alias(TenantId(name))
