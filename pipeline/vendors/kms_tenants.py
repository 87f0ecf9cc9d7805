"""AWS KMS by a session for each tenant: every call for a tenant's keys is made by credentials that are its alone.

Whoever holds a key at the keeper has a session of its own, a matter or a closed account like a tenant. Nothing is asked
as the process itself, whose role needs no right to any of these keys.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model.cloud_tenants import TENANT_TAG
from pipeline.model.ids import TenantId, tenant_id
from pipeline.ports.keys import TenantKey, WrappedKey
from pipeline.vendors.aws_tenants import PerTenant, Statement, TenantRole, TenantSessions
from pipeline.vendors.kms import KmsKeys, audit_of
from pipeline.vendors.kms_connect import KmsSettings


class KmsTenantKeys:
    """Fills `pipeline.ports.keys.Keys` from AWS KMS, by a session for each tenant."""

    def __init__(self, settings: KmsSettings, role: TenantRole) -> None:
        self.audit = audit_of(settings)
        sessions = TenantSessions(settings, role, allows=lambda tenant: kms_statements(settings, role, tenant))
        self._tenants = PerTenant(lambda tenant: KmsKeys(settings, sessions.open(tenant)))

    def create_tenant_key(self, tenant: TenantId) -> None:
        """Make the tenant's key."""
        self._tenants.of(tenant).create_tenant_key(tenant)

    def new_data_key(self, tenant: TenantId, context: Mapping[str, str]) -> tuple[bytes, WrappedKey]:
        """Have KMS make a data key."""
        return self._tenants.of(tenant).new_data_key(tenant, context)

    def unwrap(self, tenant: TenantId, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Have KMS open a data key."""
        return self._tenants.of(tenant).unwrap(tenant, wrapped, context)

    def digest_key(self, tenant: TenantId) -> bytes:
        """Have KMS open the tenant's key for keyed digests."""
        return self._tenants.of(tenant).digest_key(tenant)

    def list_tenant_keys(self, tenant: TenantId) -> tuple[TenantKey, ...]:
        """Look at every key that the tenant had."""
        return self._tenants.of(tenant).list_tenant_keys(tenant)

    def rotate_tenant_key(self, tenant: TenantId) -> str:
        """Make the next key."""
        return self._tenants.of(tenant).rotate_tenant_key(tenant)

    def destroy_tenant_key(self, tenant: TenantId) -> None:
        """Schedule the deletion of every key."""
        self._tenants.of(tenant).destroy_tenant_key(tenant)


def kms_statements(settings: KmsSettings, role: TenantRole, tenant: TenantId) -> list[Statement]:
    """Say what a tenant's session may reach: keys with the tenant's tag, data bound to it, aliases named after it."""
    whose = tenant_id(tenant)
    tagged = {f"aws:ResourceTag/{TENANT_TAG}": whose}
    alias = f"arn:{role.partition}:kms:*:*:alias/{settings.alias_prefix}/{whose}"
    return [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": {"StringEquals": {**tagged, "kms:EncryptionContext:tenant": whose}},
        },
        {
            "Effect": "Allow",
            "Action": [
                "kms:DescribeKey", "kms:EnableKeyRotation", "kms:UpdateKeyDescription", "kms:CreateAlias",
                "kms:UpdateAlias", "kms:ScheduleKeyDeletion",
            ],
            "Resource": "*",
            "Condition": {"StringEquals": tagged},
        },
        {"Effect": "Allow", "Action": ["kms:CreateAlias", "kms:UpdateAlias"], "Resource": [alias, f"{alias}/*"]},
        {
            "Effect": "Allow",
            "Action": ["kms:CreateKey", "kms:TagResource"],
            "Resource": "*",
            "Condition": {"StringEquals": {f"aws:RequestTag/{TENANT_TAG}": whose}, "StringEqualsIfExists": tagged},
        },
    ]  # fmt: skip
