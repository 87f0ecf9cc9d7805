"""Who, from outside the product, reads artifacts: S3 itself looks at each object's tags, so a tag is a lock.

Every statement that allows has a twin that denies: another policy, attached by mistake, cannot open what this one does
not. What is read is sealed besides, so each role also needs the tenant's key, bound by its encryption context to the
tenant, and for a reviewer to the kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

REDACTED = ("recording.redacted", "transcript.redacted")
READ = ("s3:GetObject", "s3:GetObjectVersion")
TENANT_KEYS = "earmark-tenant"
"""The tag that the product puts on each tenant's own KMS key, with the tenant's name."""


def training_statements(bucket: s3.IBucket, key: kms.IKey, *, tenant: str) -> list[iam.PolicyStatement]:
    """Let a trainer read what its decision says may be trained on, of one tenant."""
    wanted = {"StringEquals": {"s3:ExistingObjectTag/training-eligible": "true", "s3:ExistingObjectTag/tenant": tenant}}
    others = {"StringNotEquals": {"s3:ExistingObjectTag/training-eligible": "true"}}
    return _reading(bucket, key, tenant=tenant, wanted=wanted, others=others, sealed={})


def reviewer_statements(bucket: s3.IBucket, key: kms.IKey, *, tenant: str) -> list[iam.PolicyStatement]:
    """Let a reviewer's tools read what is redacted, of one tenant, and never an original."""
    wanted = {"StringEquals": {"s3:ExistingObjectTag/kind": list(REDACTED), "s3:ExistingObjectTag/tenant": tenant}}
    others = {"StringNotEquals": {"s3:ExistingObjectTag/kind": list(REDACTED)}}
    sealed = {"kms:EncryptionContext:kind": list(REDACTED)}
    return _reading(bucket, key, tenant=tenant, wanted=wanted, others=others, sealed=sealed)


def _reading(
    bucket: s3.IBucket,
    key: kms.IKey,
    *,
    tenant: str,
    wanted: Mapping[str, Mapping[str, object]],
    others: Mapping[str, Mapping[str, object]],
    sealed: Mapping[str, object],
) -> list[iam.PolicyStatement]:
    things = [bucket.arn_for_objects(f"tenants/{tenant}/*")]
    everything = [bucket.arn_for_objects("*")]
    other_tenant = {"StringNotEquals": {"s3:ExistingObjectTag/tenant": tenant}}
    region = Stack.of(bucket).region
    return [
        iam.PolicyStatement(sid="ReadWhatIsTagged", actions=[*READ], resources=things, conditions=dict(wanted)),
        iam.PolicyStatement(
            sid="NothingElse", effect=iam.Effect.DENY, actions=[*READ], resources=everything, conditions=dict(others)
        ),
        iam.PolicyStatement(
            sid="NobodyElses", effect=iam.Effect.DENY, actions=[*READ], resources=everything, conditions=other_tenant
        ),
        iam.PolicyStatement(
            sid="OpenTheBucketsKey",
            actions=["kms:Decrypt"],
            resources=[key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        ),
        iam.PolicyStatement(
            sid="OpenTheTenantsKey",
            actions=["kms:Decrypt"],
            resources=[f"arn:{Aws.PARTITION}:kms:{region}:{Aws.ACCOUNT_ID}:key/*"],
            conditions={
                "StringEquals": {
                    f"aws:ResourceTag/{TENANT_KEYS}": tenant,
                    "kms:EncryptionContext:tenant": tenant,
                    **sealed,
                }
            },
        ),
    ]
