"""The roles that web app and workers take for one tenant at a time: what each may do, and to whose things.

A role of this kind opens nothing until it is taken with a tag that names a tenant: every statement about a tenant's
things goes by `aws:PrincipalTag/earmark-tenant`, and a variable without a value matches nothing. It is taken by one
kind of process alone: web app and workers have one each, because a request destroys nothing and a worker does.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cloud.machines import DESTROY, KEEP, LIST, LOOK, at_rest, keys_arn
from infra.cloud.readers import TENANT_KEYS

TENANT = f"${{aws:PrincipalTag/{TENANT_KEYS}}}"
"""Stands in a policy for the tenant that a session was taken for."""

_USE = ("kms:Decrypt", "kms:GenerateDataKey")


def tenant_role(
    scope: Construct, name: str, *, process: iam.IRole, statements: Sequence[iam.PolicyStatement]
) -> iam.Role:
    """Make a role that one process may take, with the tag that names a tenant and with no other tag."""
    tagged = {
        "StringLike": {f"aws:RequestTag/{TENANT_KEYS}": "?*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": [TENANT_KEYS]},
    }
    taker = iam.ArnPrincipal(process.role_arn).with_conditions(tagged)
    role = iam.Role(scope, name, role_name=f"earmark-{_dashed(name)}", assumed_by=taker.with_session_tags())
    for statement in statements:
        role.add_to_policy(statement)
    taking = iam.PolicyStatement(
        sid="TakeTenants", actions=["sts:AssumeRole", "sts:TagSession"], resources=[role.role_arn]
    )
    process.add_to_principal_policy(taking)
    return role


def web_tenant_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read, hold, and store what the console makes, of one tenant; nothing is destroyed from a request."""
    return [
        _listing(bucket),
        _objects(bucket, *LOOK, *KEEP),
        at_rest(bucket, key),
        _bound_data(bucket, *_USE),
        _keys(bucket, "kms:DescribeKey"),
    ]


def worker_tenant_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read, store, hold and destroy artifacts of one tenant; make its key, and destroy it when it has gone."""
    finishing = ("kms:CreateAlias", "kms:UpdateKeyDescription", "kms:EnableKeyRotation", "kms:ScheduleKeyDeletion")
    return [
        _listing(bucket),
        _objects(bucket, *LOOK, *KEEP, *DESTROY),
        at_rest(bucket, key),
        _bound_data(bucket, *_USE, "kms:GenerateDataKeyWithoutPlaintext"),
        _keys(bucket, "kms:DescribeKey", *finishing),
        *_making_keys(bucket),
    ]


def _listing(bucket: s3.IBucket) -> iam.PolicyStatement:
    """Let the tenant's names be listed; by this S3 also tells an absent object of the tenant from a denied one."""
    return iam.PolicyStatement(
        sid="List", actions=[*LIST], resources=[bucket.bucket_arn],
        conditions={"StringLike": {"s3:prefix": f"tenants/{TENANT}/*"}},
    )  # fmt: skip


def _objects(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Objects", actions=[*actions], resources=[bucket.arn_for_objects(f"tenants/{TENANT}/*")]
    )


def _bound_data(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    """Open and make data keys that are bound to the tenant, under keys that carry its tag."""
    whose = {f"aws:ResourceTag/{TENANT_KEYS}": TENANT, "kms:EncryptionContext:tenant": TENANT}
    return iam.PolicyStatement(
        sid="TenantData", actions=[*actions], resources=[keys_arn(bucket)], conditions={"StringEquals": whose}
    )


def _keys(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="TenantKeys", actions=[*actions], resources=[keys_arn(bucket)],
        conditions={"StringEquals": {f"aws:ResourceTag/{TENANT_KEYS}": TENANT}},
    )  # fmt: skip


def _making_keys(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    """Make a key that carries the tenant's tag from its birth, and name it after the tenant.

    The right to tag is needed for that, and whoever could tag a key that is there could use and destroy it: another
    tenant's is told by its tag, the installation's own by the tag that everything of these templates has.
    """
    born = {
        "StringEquals": {f"aws:RequestTag/{TENANT_KEYS}": TENANT},
        "ForAllValues:StringEquals": {"aws:TagKeys": [TENANT_KEYS]},
    }
    unborn = {
        "StringEqualsIfExists": {f"aws:ResourceTag/{TENANT_KEYS}": TENANT},
        "Null": {"aws:ResourceTag/earmark": "true"},
    }
    plain = {"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT"}
    alias = f"arn:{Aws.PARTITION}:kms:{Stack.of(bucket).region}:{Aws.ACCOUNT_ID}:alias/earmark/{TENANT}"
    return [
        iam.PolicyStatement(
            sid="MakeTenantKeys", actions=["kms:CreateKey"], resources=["*"],
            conditions={**born, "StringEquals": {**born["StringEquals"], **plain}},
        ),
        iam.PolicyStatement(
            sid="TagAtBirth", actions=["kms:TagResource"], resources=[keys_arn(bucket)], conditions={**born, **unborn}
        ),
        iam.PolicyStatement(sid="OwnAliases", actions=["kms:CreateAlias"], resources=[alias, f"{alias}/*"]),
    ]  # fmt: skip


def _dashed(name: str) -> str:
    """Write `WebTenant` as `web-tenant`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).strip("-")
