"""The vault: the bucket of artifacts with its key, its copy in another region, and who may read what of it."""

from __future__ import annotations

from aws_cdk import Aws, CfnParameter, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cloud.buckets import log_bucket, sealed_bucket
from infra.cloud.plan import Plan
from infra.cloud.readers import reviewer_statements, training_statements


def vault_key(scope: Construct, what: str) -> kms.Key:
    """Make the key that S3 itself encrypts with. The tenants' own keys, made at run time, lie inside of it."""
    return kms.Key(
        scope,
        "Key",
        description=f"Earmark: {what}",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN,
    )


class ReplicaStack(Stack):
    """The bucket in the other region that copies come to."""

    def __init__(self, scope: Construct, name: str, *, plan: Plan, **given: object) -> None:
        super().__init__(scope, name, **given)  # type: ignore[arg-type]
        logs = log_bucket(self, "Logs", days=plan.log_days)
        key = vault_key(self, "copies of artifacts that policy lets be copied")
        key.add_alias("alias/earmark-replica")
        sealed_bucket(self, "Replica", called=plan.replica_name(Aws.ACCOUNT_ID), key=key, logs=logs)


class VaultStack(Stack):
    """The bucket of artifacts, and the two roles from outside the product that read some of it."""

    def __init__(self, scope: Construct, name: str, *, plan: Plan, **given: object) -> None:
        super().__init__(scope, name, **given)  # type: ignore[arg-type]
        self.logs = log_bucket(self, "Logs", days=plan.log_days)
        self.key = vault_key(self, "artifacts at rest")
        self.bucket = sealed_bucket(self, "Vault", called=plan.vault_name(Aws.ACCOUNT_ID), key=self.key, logs=self.logs)
        self.bucket.add_to_resource_policy(_only_with_this_key(self.bucket, self.key))
        self._replicate(plan)
        self._outsiders()

    def _replicate(self, plan: Plan) -> None:
        """Copy what is tagged `replicate=true`. S3 takes no delete markers along where a rule filters by tag."""
        replica = f"arn:{Aws.PARTITION}:s3:::{plan.replica_name(Aws.ACCOUNT_ID)}"
        # S3 replication wants a key's ARN and the alias is one; S3 resolves it in the destination's account.
        key = f"arn:{Aws.PARTITION}:kms:{plan.replica_region}:{Aws.ACCOUNT_ID}:alias/earmark-replica"
        role = iam.Role(self, "Replication", assumed_by=iam.ServicePrincipal("s3.amazonaws.com"))
        for statement in self._replication_statements(plan, replica):
            role.add_to_policy(statement)
        bucket = self.bucket.node.default_child
        if not isinstance(bucket, s3.CfnBucket):
            raise TypeError("a bucket is made of a CfnBucket")
        bucket.replication_configuration = s3.CfnBucket.ReplicationConfigurationProperty(
            role=role.role_arn,
            rules=[
                s3.CfnBucket.ReplicationRuleProperty(
                    id="what-policy-lets-be-copied",
                    status="Enabled" if plan.replicate else "Disabled",
                    priority=1,
                    filter=s3.CfnBucket.ReplicationRuleFilterProperty(
                        tag_filter=s3.CfnBucket.TagFilterProperty(key="replicate", value="true")
                    ),
                    delete_marker_replication=s3.CfnBucket.DeleteMarkerReplicationProperty(status="Disabled"),
                    source_selection_criteria=s3.CfnBucket.SourceSelectionCriteriaProperty(
                        sse_kms_encrypted_objects=s3.CfnBucket.SseKmsEncryptedObjectsProperty(status="Enabled")
                    ),
                    destination=s3.CfnBucket.ReplicationDestinationProperty(
                        bucket=replica,
                        encryption_configuration=s3.CfnBucket.EncryptionConfigurationProperty(replica_kms_key_id=key),
                        metrics=s3.CfnBucket.MetricsProperty(status="Enabled"),
                    ),
                )
            ],
        )

    def _replication_statements(self, plan: Plan, replica: str) -> list[iam.PolicyStatement]:
        via = {"StringLike": {"kms:ViaService": f"s3.{plan.region}.amazonaws.com"}}
        there = f"arn:{Aws.PARTITION}:kms:{plan.replica_region}:{Aws.ACCOUNT_ID}:key/*"
        copying = {
            "StringEquals": {
                "kms:ViaService": f"s3.{plan.replica_region}.amazonaws.com",
                "kms:EncryptionContext:aws:s3:arn": replica,
            },
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/earmark-replica"},
        }
        return [
            iam.PolicyStatement(
                actions=["s3:GetReplicationConfiguration", "s3:ListBucket"], resources=[self.bucket.bucket_arn]
            ),
            iam.PolicyStatement(
                actions=[
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionTagging",
                    "s3:GetObjectRetention",
                    "s3:GetObjectLegalHold",
                ],
                resources=[self.bucket.arn_for_objects("*")],
            ),
            iam.PolicyStatement(actions=["s3:ReplicateObject", "s3:ReplicateTags"], resources=[f"{replica}/*"]),
            iam.PolicyStatement(actions=["kms:Decrypt"], resources=[self.key.key_arn], conditions=via),
            iam.PolicyStatement(actions=["kms:Encrypt", "kms:GenerateDataKey"], resources=[there], conditions=copying),
        ]

    def _outsiders(self) -> None:
        """Make the roles of a trainer and of a reviewer's tools; who may take them is said at deployment."""
        for name, statements in (("Training", training_statements), ("Reviewer", reviewer_statements)):
            who = CfnParameter(
                self, f"{name}Principal", description=f"ARN of the role or user that may take the role {name.lower()}",
                allowed_pattern=r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+",
            )  # fmt: skip
            tenant = CfnParameter(
                self, f"{name}Tenant", description="the one tenant whose artifacts it may read",
                allowed_pattern="[a-z0-9][a-z0-9-]{0,62}",
            )  # fmt: skip
            role = iam.Role(
                self, name, role_name=f"earmark-{name.lower()}", assumed_by=iam.ArnPrincipal(who.value_as_string)
            )
            for statement in statements(self.bucket, self.key, tenant=tenant.value_as_string):
                role.add_to_policy(statement)


def _only_with_this_key(bucket: s3.Bucket, key: kms.Key) -> iam.PolicyStatement:
    """Refuse a put that names another key. One that names none gets the bucket's own."""
    return iam.PolicyStatement(
        sid="NoOtherKey",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["s3:PutObject"],
        resources=[bucket.arn_for_objects("*")],
        conditions={
            "StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key.key_arn},
            "Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"},
        },
    )
