"""What the product's own processes may do: each only what its code does, and none may weaken bucket, key or lock.

`web` answers requests and reads; `worker` also destroys; `operator` takes tenants on and runs migrations, by hand. Web
app and workers reach nothing of a tenant by themselves: they take a role for it (`infra.cloud.tenants`), and what they
may do besides lies outside of every tenant's prefix. The operator reaches all: a person runs it, for what spans them.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from infra.cloud.readers import TENANT_KEYS

LIST = ("s3:ListBucket", "s3:ListBucketVersions")
LOOK = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
         "s3:GetObjectRetention", "s3:GetObjectLegalHold")  # fmt: skip
KEEP = ("s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:PutObjectRetention",
         "s3:PutObjectLegalHold")  # fmt: skip
DESTROY = ("s3:DeleteObject", "s3:DeleteObjectVersion")
_USE = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")

_SHARED = ("audit", "ledger", "kept")
"""What lies in the bucket and is no one tenant's: checkpoints of the log, what must stay gone also when the tenant is,
and what outlives an account under a matter's own key."""

_PROBED = "readiness"
"""A prefix under which nothing lies: it is listed to see whether the store answers."""


def web_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read the checkpoints of the log, which are shown beside it. All else is a tenant's."""
    return [
        _listing_of(bucket, "audit", _PROBED),
        _objects_of(bucket, "ReadCheckpoints", ("audit",), *LOOK),
        at_rest(bucket, key),
    ]


def worker_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read, write and lock what is no one tenant's; destroy of it only what was kept beyond an account."""
    return [
        _listing_of(bucket, *_SHARED, _PROBED),
        _objects_of(bucket, "Shared", _SHARED, *LOOK, *KEEP),
        _objects_of(bucket, "EndWhatWasKept", ("kept",), *DESTROY),
        at_rest(bucket, key),
    ]


def former_statements(bucket: s3.IBucket, *, destroys: bool) -> list[iam.PolicyStatement]:
    """What processes could do themselves before they took a role for each tenant: for as long as such processes run."""
    acts = (*LOOK, *KEEP, *DESTROY) if destroys else (*LOOK, *KEEP)
    ends = ("kms:ScheduleKeyDeletion",) if destroys else ()
    return [
        iam.PolicyStatement(actions=[*LIST], resources=[bucket.bucket_arn]),
        iam.PolicyStatement(actions=[*acts], resources=[bucket.arn_for_objects("*")]),
        _tenant_keys(bucket, *_USE, *ends),
        *(_making_keys(bucket) if destroys else ()),
    ]


def operator_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Do by hand what the command line does, short of destroying a key."""
    return [
        *_listing(bucket),
        _objects(bucket, *LOOK, *KEEP, *DESTROY),
        at_rest(bucket, key),
        _tenant_keys(bucket, *_USE),
        *_making_keys(bucket),
        *_rotating_keys(bucket),
    ]


def _listing(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [iam.PolicyStatement(sid="List", actions=[*LIST], resources=[bucket.bucket_arn])]


def _listing_of(bucket: s3.IBucket, *prefixes: str) -> iam.PolicyStatement:
    within = {"StringLike": {"s3:prefix": [f"{prefix}/*" for prefix in prefixes]}}
    return iam.PolicyStatement(sid="List", actions=[*LIST], resources=[bucket.bucket_arn], conditions=within)


def _objects_of(bucket: s3.IBucket, sid: str, prefixes: Sequence[str], *actions: str) -> iam.PolicyStatement:
    places = [bucket.arn_for_objects(f"{prefix}/*") for prefix in prefixes]
    return iam.PolicyStatement(sid=sid, actions=[*actions], resources=places)


def _objects(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid="Objects", actions=[*actions], resources=[bucket.arn_for_objects("*")])


def at_rest(bucket: s3.IBucket, key: kms.IKey) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="AtRest",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key.key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"s3.{Stack.of(bucket).region}.amazonaws.com"}},
    )


def keys_arn(bucket: s3.IBucket) -> str:
    return f"arn:{Aws.PARTITION}:kms:{Stack.of(bucket).region}:{Aws.ACCOUNT_ID}:key/*"


def _aliases(bucket: s3.IBucket) -> str:
    return f"arn:{Aws.PARTITION}:kms:{Stack.of(bucket).region}:{Aws.ACCOUNT_ID}:alias/earmark/*"


def _tenant_keys(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    """Use keys that carry the tenants' tag, and no other key of the account."""
    return iam.PolicyStatement(
        sid="TenantKeys",
        actions=[*actions],
        resources=[keys_arn(bucket)],
        conditions={"Null": {f"aws:ResourceTag/{TENANT_KEYS}": "false"}},
    )


def _making_keys(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    """Make a tenant's key: tagged at birth, named under our own aliases. KMS knows no resource before it is made."""
    tagged = {
        "Null": {f"aws:RequestTag/{TENANT_KEYS}": "false"},
        "ForAllValues:StringEquals": {"aws:TagKeys": [TENANT_KEYS]},
        "StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT"},
    }
    return [
        iam.PolicyStatement(sid="MakeTenantKeys", actions=["kms:CreateKey"], resources=["*"], conditions=tagged),
        iam.PolicyStatement(
            sid="TagAtBirth", actions=["kms:TagResource"], resources=[keys_arn(bucket)],
            conditions={k: v for k, v in tagged.items() if k != "StringEquals"},
        ),
        _finish(bucket),
        iam.PolicyStatement(sid="OurAliases", actions=["kms:CreateAlias"], resources=[_aliases(bucket)]),
    ]  # fmt: skip


def _rotating_keys(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    """Have a tenant's alias name its next key, and wrap its digest key under that one without seeing it."""
    return [
        iam.PolicyStatement(
            sid="RotateTenantKeys",
            actions=["kms:UpdateAlias", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
            resources=[keys_arn(bucket)],
            conditions={"Null": {f"aws:ResourceTag/{TENANT_KEYS}": "false"}},
        ),
        iam.PolicyStatement(sid="MoveOurAliases", actions=["kms:UpdateAlias"], resources=[_aliases(bucket)]),
    ]


def _finish(bucket: s3.IBucket) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="FinishTenantKeys",
        actions=[
            "kms:CreateAlias",
            "kms:UpdateKeyDescription",
            "kms:EnableKeyRotation",
            "kms:GenerateDataKeyWithoutPlaintext",
        ],
        resources=[keys_arn(bucket)],
        conditions={"Null": {f"aws:ResourceTag/{TENANT_KEYS}": "false"}},
    )
