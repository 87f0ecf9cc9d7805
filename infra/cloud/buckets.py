"""Buckets as all of Earmark's are: versions, locks, TLS alone, nobody from outside, and no deletion by age.

S3 counts days from an object's creation, so no rule says how long an artifact is kept. What the nightly run tagged as
due and did not come to destroy goes by the rules of `pipeline/vendors/s3_lifecycle.py`; a test holds the two alike.
"""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

DUE = {"disposition": "due"}


def sealed_bucket(scope: Construct, name: str, *, called: str, key: kms.IKey, logs: s3.IBucket) -> s3.Bucket:
    """Make a bucket for sealed artifacts.

    Object lock is on without a default date: each artifact's own date is set by its decision, and a default would lock
    what a caller may have destroyed tomorrow.
    """
    bucket = s3.Bucket(
        scope,
        name,
        bucket_name=called,
        versioned=True,
        object_lock_enabled=True,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        removal_policy=RemovalPolicy.RETAIN,
        server_access_logs_bucket=logs,
        server_access_logs_prefix=f"{name.lower()}/",
        lifecycle_rules=_rules(),
    )
    bucket.add_to_resource_policy(_nobody_bypasses(bucket))
    return bucket


def log_bucket(scope: Construct, name: str, *, days: int) -> s3.Bucket:
    """Make a bucket for who asked for what. It has no words: object keys are ids.

    The balancer can write to no bucket that a key of KMS encrypts.
    """
    return s3.Bucket(
        scope,
        name,
        versioned=True,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="old-logs", expiration=Duration.days(days), noncurrent_version_expiration=Duration.days(1)
            ),
            *_tidying(),
        ],
    )


def _rules() -> list[s3.LifecycleRule]:
    due = s3.LifecycleRule(
        id="due", tag_filters=DUE, expiration=Duration.days(1), noncurrent_version_expiration=Duration.days(1)
    )
    return [due, *_tidying()]


def _tidying() -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(id="lone-markers", prefix="", expired_object_delete_marker=True),
        s3.LifecycleRule(id="unfinished-uploads", prefix="", abort_incomplete_multipart_upload_after=Duration.days(1)),
    ]


def _nobody_bypasses(bucket: s3.Bucket) -> iam.PolicyStatement:
    """Refuse what would take protection off: by anybody, administrators included."""
    return iam.PolicyStatement(
        sid="NobodyTakesProtectionOff",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["s3:BypassGovernanceRetention", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
        resources=[bucket.arn_for_objects("*")],
    )
