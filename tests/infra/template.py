"""The reviewed templates, read as what they will become, each part described in the model's words."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pipeline.model.cloud import Bucket, DatabaseServer, Key
from pipeline.model.cloud_roles import Role
from tests.house.tree import ROOT

STACKS: Final = ("EarmarkReplica", "EarmarkVault", "EarmarkApp")
type Stacks = dict[str, dict[str, Any]]
type Property = Callable[[Stacks], Iterator[str]]
"""Gives what speaks against templates having it."""
type Spoil = Callable[[Stacks], Any]
"""Changes something in templates."""
_GIVEN: Final = {"AWS::AccountId": "111122223333", "AWS::Partition": "aws", "AWS::Region": "eu-central-1"}


def read_stacks() -> Stacks:
    """Read the snapshot."""
    folder = ROOT / "infra" / "cloud" / "snapshot"
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in STACKS}


def found_spoiled(stacks: Stacks, holds: Property, spoil: Spoil) -> list[str]:
    """Give what a property finds in a copy of templates, once something in it was changed."""
    changed = copy.deepcopy(stacks)
    spoil(changed)
    return list(holds(changed))


def resources(stacks: Stacks, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the resources of some kinds, by stack and logical id."""
    for stack, template in stacks.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] in kinds:
                yield f"{stack}/{name}", resource


def plain(value: Any) -> Any:
    """Put references in: the account's by its number, a resource's by its logical id in angle brackets."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"Ref"}:
        return _GIVEN.get(value["Ref"], f"<{value['Ref']}>")
    if set(value) == {"Fn::GetAtt"}:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if set(value) == {"Fn::ImportValue"}:
        return f"<{value['Fn::ImportValue']}>"
    if set(value) == {"Fn::Join"}:
        return value["Fn::Join"][0].join(str(plain(one)) for one in value["Fn::Join"][1])
    return {name: plain(one) for name, one in value.items()}


def buckets(stacks: Stacks) -> list[Bucket]:
    """Describe every bucket, with the policy that is attached to it."""
    return [_bucket(place, found, stacks) for place, found in resources(stacks, "AWS::S3::Bucket")]


def _bucket(place: str, resource: dict[str, Any], stacks: Stacks) -> Bucket:
    stack, name = place.split("/")
    given = plain(resource["Properties"])
    policies = [
        plain(found["Properties"]["PolicyDocument"])
        for where, found in resources({stack: stacks[stack]}, "AWS::S3::BucketPolicy")
        if found["Properties"]["Bucket"] == {"Ref": name}
    ]
    encryption = given.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [{}])[0]
    blocks = given.get("PublicAccessBlockConfiguration", {})
    return Bucket(
        name=place,
        holds_artifacts=not name.startswith("Logs"),
        is_versioned=given.get("VersioningConfiguration", {}).get("Status") == "Enabled",
        has_lock=given.get("ObjectLockEnabled"),
        default_lock=given.get("ObjectLockConfiguration", {}).get("Rule"),
        public_blocks=[bool(one) for one in blocks.values()],
        encryption=encryption.get("ServerSideEncryptionByDefault", {}).get("SSEAlgorithm"),
        policy={"Statement": [s for policy in policies for s in policy["Statement"]]},
        rules=[_rule(rule) for rule in given.get("LifecycleConfiguration", {}).get("Rules", [])],
    )


def _rule(given: dict[str, Any]) -> dict[str, Any]:
    """Write a rule of a template in the words that S3 itself has for it."""
    tags = given.get("TagFilters", [])
    ends: dict[str, Any] = {}
    if "ExpirationInDays" in given:
        ends["Days"] = given["ExpirationInDays"]
    if "ExpiredObjectDeleteMarker" in given:
        ends["ExpiredObjectDeleteMarker"] = given["ExpiredObjectDeleteMarker"]
    rule: dict[str, Any] = {
        "ID": given["Id"],
        "Status": given["Status"],
        "Filter": {"Tag": tags[0]} if tags else {"Prefix": given.get("Prefix", "")},
    }
    kept = {
        name: given[name] for name in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload") if name in given
    }
    return rule | kept | ({"Expiration": ends} if ends else {})


def keys(stacks: Stacks) -> list[Key]:
    """Describe every key."""
    return [
        Key(name=place, is_enabled=given.get("Enabled", True), rotates=given.get("EnableKeyRotation"))
        for place, found in resources(stacks, "AWS::KMS::Key")
        for given in [found["Properties"]]
    ]


def databases(stacks: Stacks) -> list[DatabaseServer]:
    """Describe every database, with the group of parameters that it names."""
    return [_database(place, found, stacks) for place, found in resources(stacks, "AWS::RDS::DBInstance")]


def _database(place: str, resource: dict[str, Any], stacks: Stacks) -> DatabaseServer:
    given = resource["Properties"]
    group = given.get("DBParameterGroupName", {}).get("Ref", "")
    parameters = stacks[place.split("/")[0]]["Resources"].get(group, {}).get("Properties", {}).get("Parameters", {})
    return DatabaseServer(
        name=place,
        is_encrypted=given.get("StorageEncrypted"),
        is_public=given.get("PubliclyAccessible"),
        forces_tls=parameters.get("rds.force_ssl") == "1",
        backup_days=given.get("BackupRetentionPeriod"),
        is_protected=given.get("DeletionProtection"),
        has_standby=given.get("MultiAZ"),
    )


def roles(stacks: Stacks) -> dict[str, Role]:
    """Give every role by its own name, or its logical id, with all policies that name it."""
    found: dict[str, Role] = {}
    for place, resource in resources(stacks, "AWS::IAM::Role"):
        stack, name = place.split("/")
        inline = [one["PolicyDocument"] for one in resource["Properties"].get("Policies", [])]
        attached = [
            policy["Properties"]["PolicyDocument"]
            for _, policy in resources({stack: stacks[stack]}, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
            if {"Ref": name} in policy["Properties"].get("Roles", [])
        ]
        known = resource["Properties"].get("RoleName", place)
        trust = plain(resource["Properties"]["AssumeRolePolicyDocument"])
        found[known] = Role(name=known, policies=[plain(one) for one in [*inline, *attached]], trust=trust)
    return found
