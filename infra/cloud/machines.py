"""What the product's own processes may do: each only what its code does, and none may weaken bucket, key or lock.

`web` answers requests and reads; `worker` also destroys; `operator` takes tenants on and runs migrations, by hand.
"""

from __future__ import annotations

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from infra.cloud.readers import TENANT_KEYS

_LOOK = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
         "s3:GetObjectRetention", "s3:GetObjectLegalHold")  # fmt: skip
_KEEP = ("s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:PutObjectRetention",
         "s3:PutObjectLegalHold")  # fmt: skip
_DESTROY = ("s3:DeleteObject", "s3:DeleteObjectVersion")
_USE = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def web_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read, hold, and store what the console makes; nothing is destroyed from a request."""
    return [*_listing(bucket), _objects(bucket, *_LOOK, *_KEEP), _at_rest(bucket, key), _tenant_keys(bucket, *_USE)]


def worker_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Read, store, hold and destroy artifacts; destroy the key of a tenant whose account is closed."""
    return [
        *_listing(bucket),
        _objects(bucket, *_LOOK, *_KEEP, *_DESTROY),
        _at_rest(bucket, key),
        _tenant_keys(bucket, *_USE, "kms:ScheduleKeyDeletion"),
        *_making_keys(bucket),
    ]


def operator_statements(bucket: s3.IBucket, key: kms.IKey) -> list[iam.PolicyStatement]:
    """Do by hand what the command line does, short of destroying a key."""
    return [
        *_listing(bucket),
        _objects(bucket, *_LOOK, *_KEEP, *_DESTROY),
        _at_rest(bucket, key),
        _tenant_keys(bucket, *_USE),
        *_making_keys(bucket),
        *_rotating_keys(bucket),
    ]


def _listing(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    actions = ["s3:ListBucket", "s3:ListBucketVersions"]
    return [iam.PolicyStatement(sid="List", actions=actions, resources=[bucket.bucket_arn])]


def _objects(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid="Objects", actions=[*actions], resources=[bucket.arn_for_objects("*")])


def _at_rest(bucket: s3.IBucket, key: kms.IKey) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="AtRest",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key.key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"s3.{Stack.of(bucket).region}.amazonaws.com"}},
    )


def _keys(bucket: s3.IBucket) -> str:
    return f"arn:{Aws.PARTITION}:kms:{Stack.of(bucket).region}:{Aws.ACCOUNT_ID}:key/*"


def _aliases(bucket: s3.IBucket) -> str:
    return f"arn:{Aws.PARTITION}:kms:{Stack.of(bucket).region}:{Aws.ACCOUNT_ID}:alias/earmark/*"


def _tenant_keys(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    """Use keys that carry the tenants' tag, and no other key of the account."""
    return iam.PolicyStatement(
        sid="TenantKeys",
        actions=[*actions],
        resources=[_keys(bucket)],
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
            sid="TagAtBirth", actions=["kms:TagResource"], resources=[_keys(bucket)],
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
            resources=[_keys(bucket)],
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
        resources=[_keys(bucket)],
        conditions={"Null": {f"aws:ResourceTag/{TENANT_KEYS}": "false"}},
    )
