from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.model.cloud import MOST_LOG_DAYS, judge_bucket, judge_database, judge_key, opens_to_all, statements
from pipeline.model.cloud_roles import judge_reviewer, judge_role, judge_trainer
from pipeline.settings import Settings
from pipeline.vendors.s3_lifecycle import RULES
from tests.house.test_readme import settings
from tests.infra.template import (
    Property,
    Spoil,
    Stacks,
    buckets,
    databases,
    found_spoiled,
    keys,
    plain,
    read_stacks,
    resources,
    roles,
)

KNOWN = set(settings(Settings))
SECRET = {name for name in KNOWN if name.endswith(("URL", "KEY", "PASSWORD", "TOKEN"))}
REVIEWED = read_stacks()


def every_bucket_is_sound(stacks: Stacks) -> Iterator[str]:
    found = buckets(stacks)
    yield from (f"{f.place} {f.rule}" for bucket in found for f in judge_bucket(bucket))
    if [one for one in found if one.holds_artifacts and one.rules != list(RULES)]:
        yield "the rules of a bucket of artifacts are not the ones the product makes"


def what_is_kept_outlives_its_stack(stacks: Stacks) -> Iterator[str]:
    kinds = (
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::RDS::DBInstance",
        "AWS::SecretsManager::Secret",
        "AWS::Logs::LogGroup",
    )
    for place, found in resources(stacks, *kinds):
        if {found.get("DeletionPolicy"), found.get("UpdateReplacePolicy")} != {"Retain"}:
            yield place


def copies_go_only_where_policy_lets_them(stacks: Stacks) -> Iterator[str]:
    rules = [
        rule
        for _, found in resources(stacks, "AWS::S3::Bucket")
        for rule in found["Properties"].get("ReplicationConfiguration", {}).get("Rules", [])
    ]
    if len(rules) != 1:
        yield "there is not one rule"
    for rule in rules:
        if rule.get("Filter") != {"TagFilter": {"Key": "replicate", "Value": "true"}}:
            yield "what is not tagged is copied"
        if "ReplicaKmsKeyID" not in rule["Destination"].get("EncryptionConfiguration", {}):
            yield "the copy is not encrypted under the other region's key"
        if rule["Status"] != "Disabled":
            yield "a purge does not reach the other region yet"


def every_key_is_sound(stacks: Stacks) -> Iterator[str]:
    yield from (f"{f.place} {f.rule}" for key in keys(stacks) for f in judge_key(key))
    for place, found in resources(stacks, "AWS::KMS::Key"):
        if opens_to_all(found["Properties"]["KeyPolicy"]):
            yield f"{place} is open"
        for one in statements(found["Properties"]["KeyPolicy"]):
            service = one["Principal"].get("Service")
            # EventBridge names no account or rule when it tells an encrypted topic, so nothing can be asked of it.
            if service not in (None, "events.amazonaws.com") and not one.get("Condition"):
                yield f"{place} is given to a service without a condition"


def every_database_is_sound(stacks: Stacks) -> Iterator[str]:
    yield from (f"{f.place} {f.rule}" for server in databases(stacks) for f in judge_database(server))
    for place, found in resources(stacks, "AWS::RDS::DBParameterGroup"):
        if found["Properties"]["Parameters"].get("log_parameter_max_length") != "0":
            yield f"{place} logs what statements were given"


def no_role_may_do_anything(stacks: Stacks) -> Iterator[str]:
    found = roles(stacks)
    yield from (f"{f.place} {f.says}" for role in found.values() for f in judge_role(role))
    destroyers = {"s3:DeleteObjectVersion", "kms:ScheduleKeyDeletion"}
    weakening = ("s3:PutBucket", "s3:DeleteBucket", "s3:Bypass", "kms:PutKeyPolicy", "kms:DisableKey", "iam:", "sts:")
    for name, role in found.items():
        actions = {
            a for p in role.policies for s in statements(p) if s["Effect"] == "Allow" for a in _listed(s["Action"])
        }
        if name in ("earmark-web", "earmark-worker"):
            actions -= {"sts:AssumeRole", "sts:TagSession"}  # of one role: tests/infra/test_tenants.py
        yield from (f"{name} may {action}" for action in actions if action.startswith(weakening))
        if name not in ("earmark-worker", "earmark-worker-tenant", "earmark-operator"):
            yield from (f"{name} may {action}" for action in actions & destroyers)


def who_reads_from_outside_is_let_in_by_tags(stacks: Stacks) -> Iterator[str]:
    found = roles(stacks)
    yield from (f.says for f in judge_trainer(found["earmark-training"]))
    yield from (f.says for f in judge_reviewer(found["earmark-reviewer"]))
    for name in ("earmark-training", "earmark-reviewer"):
        for one in (s for policy in found[name].policies for s in statements(policy) if s["Effect"] == "Allow"):
            if not one.get("Condition"):
                yield f"{name} reads or opens something without a condition"
            if set(_listed(one["Action"])) - {"s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"}:
                yield f"{name} does more than read"


def tenants_keys_alone_are_used_at_run_time(stacks: Stacks) -> Iterator[str]:
    bound = ("aws:ResourceTag/earmark-tenant", "aws:RequestTag/earmark-tenant", "kms:ResourceAliases")
    for name, role in roles(stacks).items():
        for one in (s for policy in role.policies for s in statements(policy) if s["Effect"] == "Allow"):
            wide = [r for r in _listed(one["Resource"]) if r == "*" or r.endswith(":key/*")]
            named = {key for tests in one.get("Condition", {}).values() for key in tests}
            if wide and any(a.startswith("kms:") for a in _listed(one["Action"])) and not named & set(bound):
                yield f"{name} uses any key of the account"


def the_world_reaches_the_balancer_alone(stacks: Stacks) -> Iterator[str]:
    for place, found in resources(stacks, "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        rules = found["Properties"].get("SecurityGroupIngress", [])
        for rule in rules if isinstance(rules, list) else [found["Properties"]]:
            is_world = rule.get("CidrIp") == "0.0.0.0/0" or "CidrIpv6" in rule
            if is_world and not ("Balancer" in place and rule["FromPort"] == rule["ToPort"] == 443):
                yield f"{place} is open to the world"
    for place, found in resources(stacks, "AWS::ECS::Service"):
        if found["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] != "DISABLED":
            yield f"{place} has an address of its own"


def the_edge_speaks_tls_behind_a_firewall(stacks: Stacks) -> Iterator[str]:
    listeners = list(resources(stacks, "AWS::ElasticLoadBalancingV2::Listener"))
    for place, found in listeners:
        if found["Properties"]["Protocol"] != "HTTPS" or "TLS13" not in found["Properties"].get("SslPolicy", ""):
            yield f"{place} does not ask for TLS 1.2 or later"
    if not listeners or not list(resources(stacks, "AWS::WAFv2::WebACLAssociation")):
        yield "nothing stands before the balancer"
    for place, found in resources(stacks, "AWS::WAFv2::LoggingConfiguration"):
        if {"QueryString": {}} not in found["Properties"].get("RedactedFields", []):
            yield f"{place} writes what callbacks ask with"


def every_log_ends(stacks: Stacks) -> Iterator[str]:
    for place, found in resources(stacks, "AWS::Logs::LogGroup"):
        days = found["Properties"].get("RetentionInDays")
        if days is None or days > MOST_LOG_DAYS or "KmsKeyId" not in found["Properties"]:
            yield place


def _containers(stacks: Stacks) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, found in resources(stacks, "AWS::ECS::TaskDefinition"):
        yield from ((place, container) for container in found["Properties"]["ContainerDefinitions"])


def containers_can_write_nothing_and_are_nobody(stacks: Stacks) -> Iterator[str]:
    for place, container in _containers(stacks):
        if container.get("ReadonlyRootFilesystem") is not True or container.get("User") != "10001:10001":
            yield place
        if container.get("Privileged") or not container["LogConfiguration"]["Options"].get("awslogs-group"):
            yield place


def services_are_looked_after(stacks: Stacks) -> Iterator[str]:
    services = dict(resources(stacks, "AWS::ECS::Service"))
    if len(services) != 2:
        yield "there are not two services"
    for place, found in services.items():
        given = found["Properties"]
        deployment = given["DeploymentConfiguration"]
        if (
            not deployment.get("DeploymentCircuitBreaker", {}).get("Rollback")
            or deployment["MinimumHealthyPercent"] < 100
        ):
            yield f"{place} takes a bad release"
        task = stacks[place.split("/")[0]]["Resources"][given["TaskDefinition"]["Ref"]]
        if not all(container.get("HealthCheck") for container in task["Properties"]["ContainerDefinitions"]):
            yield f"{place} has no health check"


def secrets_are_never_plain(stacks: Stacks) -> Iterator[str]:
    for place, container in _containers(stacks):
        plainly = {one["Name"]: one["Value"] for one in container.get("Environment", [])}
        yield from (f"{place} {name}" for name in plainly if name in SECRET)
        yield from (f"{place} {name}" for name, value in plainly.items() if "resolve:" in json.dumps(value))
        named = {*plainly, *(one["Name"] for one in container.get("Secrets", []))}
        yield from (f"{place} {name} is no setting" for name in named - KNOWN)
        is_operator = container["Name"] == "operator"
        if ("EARMARK_DATABASE__OWNER_URL" in named) is not is_operator:
            yield f"{place}: the owner's address is the operator's alone"
        if ("EARMARK_DATABASE__ENGINE_URL" in named) is not (container["Name"] == "worker"):
            yield f"{place}: the engine's address is the worker's alone"
    for place, found in resources(stacks, "AWS::SecretsManager::Secret"):
        text = plain(found["Properties"].get("SecretString", ""))
        if text and "{{resolve:secretsmanager:" not in text:
            yield f"{place} has its secret in the template"


def what_cannot_be_delivered_is_kept_and_told(stacks: Stacks) -> Iterator[str]:
    for place, found in resources(stacks, "AWS::SNS::Subscription"):
        if "RedrivePolicy" not in found["Properties"]:
            yield f"{place} loses alarms"
    for place, found in resources(stacks, "AWS::Events::Rule"):
        yield from (place for target in found["Properties"]["Targets"] if "DeadLetterConfig" not in target)
    for place, found in resources(stacks, "AWS::CloudWatch::Alarm"):
        if not found["Properties"].get("AlarmActions"):
            yield f"{place} tells nobody"
    if not list(resources(stacks, "AWS::CloudWatch::Dashboard")):
        yield "there is no page to look at"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _first(stacks: Stacks, kind: str, named: str = "") -> dict[str, Any]:
    return next(found["Properties"] for place, found in resources(stacks, kind) if named in place)


def _statement(stacks: Stacks, role: str, effect: str = "Allow") -> dict[str, Any]:
    policy = _first(stacks, "AWS::IAM::Policy", role)["PolicyDocument"]
    return next(one for one in policy["Statement"] if one["Effect"] == effect)


def _container(stacks: Stacks) -> dict[str, Any]:
    found: dict[str, Any] = _first(stacks, "AWS::ECS::TaskDefinition", "Web")["ContainerDefinitions"][0]
    return found


def _unkept(stacks: Stacks) -> None:
    stacks["EarmarkVault"]["Resources"] = {
        name: {**found, "DeletionPolicy": "Delete"} for name, found in stacks["EarmarkVault"]["Resources"].items()
    }


SPOILED: list[tuple[Property, Spoil]] = [
    (every_bucket_is_sound, lambda s: _first(s, "AWS::S3::Bucket", "Vault2").pop("VersioningConfiguration")),
    (every_bucket_is_sound, lambda s: _first(s, "AWS::S3::Bucket", "Vault2").pop("ObjectLockEnabled")),
    (every_bucket_is_sound, lambda s: _first(s, "AWS::S3::Bucket", "Replica/Replica").pop("LifecycleConfiguration")),
    (every_bucket_is_sound, lambda s: _first(s, "AWS::S3::Bucket", "Logs").pop("PublicAccessBlockConfiguration")),
    (every_bucket_is_sound, lambda s: _first(s, "AWS::S3::BucketPolicy", "VaultPolicy")["PolicyDocument"]["Statement"].pop(0)),
    (every_bucket_is_sound, lambda s: _first(s, "AWS::S3::Bucket", "Vault2")["LifecycleConfiguration"]["Rules"][0].update(ExpirationInDays=2)),
    (what_is_kept_outlives_its_stack, _unkept),
    (copies_go_only_where_policy_lets_them, lambda s: _first(s, "AWS::S3::Bucket", "Vault2")["ReplicationConfiguration"]["Rules"][0].pop("Filter")),
    (copies_go_only_where_policy_lets_them, lambda s: _first(s, "AWS::S3::Bucket", "Vault2")["ReplicationConfiguration"]["Rules"][0].update(Status="Enabled")),
    (every_key_is_sound, lambda s: _first(s, "AWS::KMS::Key").update(EnableKeyRotation=False)),
    (every_key_is_sound, lambda s: _first(s, "AWS::KMS::Key", "App")["KeyPolicy"]["Statement"][1].pop("Condition")),
    (every_database_is_sound, lambda s: _first(s, "AWS::RDS::DBInstance").update(PubliclyAccessible=True)),
    (every_database_is_sound, lambda s: _first(s, "AWS::RDS::DBParameterGroup")["Parameters"].pop("rds.force_ssl")),
    (every_database_is_sound, lambda s: _first(s, "AWS::RDS::DBParameterGroup")["Parameters"].pop("log_parameter_max_length")),
    (no_role_may_do_anything, lambda s: _statement(s, "WorkerRole").update(Action="s3:*")),
    (no_role_may_do_anything, lambda s: _statement(s, "WebRole").update(Action=["s3:DeleteObjectVersion"])),
    (no_role_may_do_anything, lambda s: _statement(s, "WorkerRole").update(Action=["s3:PutBucketPolicy"])),
    (who_reads_from_outside_is_let_in_by_tags, lambda s: _statement(s, "Training").pop("Condition")),
    (who_reads_from_outside_is_let_in_by_tags, lambda s: _statement(s, "Training", "Deny").update(Effect="Allow")),
    (who_reads_from_outside_is_let_in_by_tags, lambda s: _statement(s, "Reviewer", "Deny").update(Action="s3:GetObjectAcl")),
    (who_reads_from_outside_is_let_in_by_tags, lambda s: _statement(s, "Reviewer").update(Action=["s3:GetObject", "s3:PutObject"])),
    (tenants_keys_alone_are_used_at_run_time, lambda s: [one.pop("Condition", 0) for one in _first(s, "AWS::IAM::Policy", "WebTenant")["PolicyDocument"]["Statement"]]),
    (the_world_reaches_the_balancer_alone, lambda s: _first(s, "AWS::EC2::SecurityGroup", "Balancer")["SecurityGroupIngress"][0].update(ToPort=8443)),
    (the_world_reaches_the_balancer_alone, lambda s: _first(s, "AWS::EC2::SecurityGroup", "NetworkDatabase").update(SecurityGroupIngress=[{"CidrIp": "0.0.0.0/0", "FromPort": 443, "ToPort": 443}])),
    (the_world_reaches_the_balancer_alone, lambda s: _first(s, "AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"].update(AssignPublicIp="ENABLED")),
    (the_edge_speaks_tls_behind_a_firewall, lambda s: _first(s, "AWS::ElasticLoadBalancingV2::Listener").update(Protocol="HTTP")),
    (the_edge_speaks_tls_behind_a_firewall, lambda s: _first(s, "AWS::WAFv2::LoggingConfiguration").pop("RedactedFields")),
    (every_log_ends, lambda s: _first(s, "AWS::Logs::LogGroup").pop("RetentionInDays")),
    (every_log_ends, lambda s: _first(s, "AWS::Logs::LogGroup").pop("KmsKeyId")),
    (containers_can_write_nothing_and_are_nobody, lambda s: _container(s).pop("User")),
    (containers_can_write_nothing_and_are_nobody, lambda s: _container(s).update(ReadonlyRootFilesystem=False)),
    (services_are_looked_after, lambda s: _container(s).pop("HealthCheck")),
    (services_are_looked_after, lambda s: _first(s, "AWS::ECS::Service")["DeploymentConfiguration"].pop("DeploymentCircuitBreaker")),
    (secrets_are_never_plain, lambda s: _container(s)["Environment"].append({"Name": "EARMARK_DEEPGRAM__API_KEY", "Value": "x"})),
    (secrets_are_never_plain, lambda s: _container(s)["Environment"].append({"Name": "EARMARK_WEB__HOSTNAME", "Value": "x"})),
    (secrets_are_never_plain, lambda s: _container(s)["Environment"].append({"Name": "EARMARK_WEB__HOST", "Value": "{{resolve:secretsmanager:x}}"})),
    (secrets_are_never_plain, lambda s: _container(s)["Secrets"].append({"Name": "EARMARK_DATABASE__OWNER_URL", "ValueFrom": "x"})),
    (secrets_are_never_plain, lambda s: _first(s, "AWS::SecretsManager::Secret", "Urlearmarkapp").update(SecretString="postgresql://")),
    (what_cannot_be_delivered_is_kept_and_told, lambda s: _first(s, "AWS::SNS::Subscription").pop("RedrivePolicy")),
    (what_cannot_be_delivered_is_kept_and_told, lambda s: _first(s, "AWS::Events::Rule")["Targets"][0].pop("DeadLetterConfig")),
    (what_cannot_be_delivered_is_kept_and_told, lambda s: _first(s, "AWS::CloudWatch::Alarm").pop("AlarmActions")),
]  # fmt: skip
"""Each property with templates that it must not pass."""


@pytest.mark.parametrize(
    "holds", sorted({one for one, _ in SPOILED}, key=lambda p: p.__name__), ids=lambda p: p.__name__
)
def test_it_is_so_in_the_reviewed_templates(holds: Property) -> None:
    assert list(holds(REVIEWED)) == []


@pytest.mark.parametrize(("holds", "spoil"), SPOILED, ids=lambda one: getattr(one, "__name__", "").strip("<>"))
def test_a_spoiled_template_is_found(holds: Property, spoil: Spoil) -> None:
    assert found_spoiled(REVIEWED, holds, spoil) != []
