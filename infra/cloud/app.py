"""Puts the stacks together and writes their templates: `python -m infra.cloud.app OUT [name=value ...]`.

Needs Node, and neither AWS nor a network. Three stacks, so that what must never be lost does not hang on what is
deployed every week: `EarmarkReplica` (the other region), `EarmarkVault` (artifacts and their readers), `EarmarkApp`.
"""

from __future__ import annotations

import sys
from dataclasses import fields

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

from infra.cloud.database import PostgreSql
from infra.cloud.edge import Edge
from infra.cloud.network import Network
from infra.cloud.plan import Plan
from infra.cloud.services import Given, Services
from infra.cloud.vault import ReplicaStack, VaultStack
from infra.cloud.watch import Watch, Watched

_FLAGS = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/aws-ec2:uniqueImdsv2TemplateName": True,
    "@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker": True,
}
"""How CDK writes what it has two ways to write."""


class AppStack(cdk.Stack):
    """Machines, database and edge."""

    def __init__(self, scope: Construct, name: str, *, plan: Plan, vault: VaultStack, **given: object) -> None:
        super().__init__(scope, name, **given)  # type: ignore[arg-type]
        key = self._key()
        network = Network(self, "Network", plan=plan, key=key)
        database = PostgreSql(self, "Database", plan=plan, network=network, key=key)
        services = Services(
            self,
            "Services",
            Given(
                plan=plan,
                image=self._asked("Image", "the image with its digest", ".+@sha256:[0-9a-f]{64}"),
                public_base=self._asked("PublicBase", "scheme and host that Twilio signs", "https://[a-z0-9.-]+"),
                bucket=vault.bucket,
                bucket_key=vault.key,
                key=key,
                network=network,
                database=database,
            ),
        )  # fmt: skip
        certificate = self._asked("Certificate", "ARN of the certificate for that host", r"arn:aws[a-z-]*:acm:.+")
        edge = Edge(self, "Edge", plan=plan, network=network, key=key, access_logs=vault.logs, certificate=certificate)
        edge.serve(services.web)
        mail = self._asked("AlarmMail", "address that alarms go to", "[^@ ]+@[^@ ]+")
        Watch(self, "Watch", Watched(edge=edge, services=services, database=database, key=key, mail=mail))

    def _asked(self, name: str, what: str, pattern: str) -> str:
        return cdk.CfnParameter(self, name, description=what, allowed_pattern=pattern).value_as_string

    def _key(self) -> kms.Key:
        """Make the key of everything that is no artifact: rows, logs, secrets, alarms."""
        key = kms.Key(
            self,
            "Key",
            description="Earmark: database, secrets, logs and alarms at rest",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        logs = f"arn:{cdk.Aws.PARTITION}:logs:{self.region}:{cdk.Aws.ACCOUNT_ID}:*"
        using = [
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:DescribeKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ]
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Logs",
                principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
                actions=using,
                resources=["*"],  # in a key's own policy this is the key
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
            )
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal(f"{name}.amazonaws.com") for name in ("cloudwatch", "sns")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            )
        )
        return key  # fmt: skip


def build(plan: Plan, out: str) -> cdk.App:
    """Give the app with its three stacks, for whatever account it is deployed to."""
    app = cdk.App(outdir=out, analytics_reporting=False, context=_FLAGS)
    plain = {"synthesizer": cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)}
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
    ReplicaStack(app, "EarmarkReplica", plan=plan, env=cdk.Environment(region=plan.replica_region), **plain)
    here = cdk.Environment(region=plan.region)
    plain = {"synthesizer": cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)}
    vault = VaultStack(app, "EarmarkVault", plan=plan, env=here, **plain)
    plain = {"synthesizer": cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)}
    AppStack(app, "EarmarkApp", plan=plan, vault=vault, env=here, **plain)
    cdk.Tags.of(app).add("earmark", "installation")
    return app


def read_plan(given: list[str]) -> Plan:
    """Read `name=value` of the plan's fields; a name that is none of them is refused."""
    kinds = {field.name: field.type for field in fields(Plan)}
    chosen: dict[str, object] = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in kinds:
            raise SystemExit(f"no choice named {name}; known are {', '.join(kinds)}")
        chosen[name] = int(value) if kinds[name] == "int" else value == "true" if kinds[name] == "bool" else value
    return Plan(**chosen)  # type: ignore[arg-type]


if __name__ == "__main__":
    app = build(read_plan(sys.argv[2:]), sys.argv[1])
    app.synth()  # a finding of cdk-nag is told in the report beside the templates, and judged by `infra.cloud.check`
