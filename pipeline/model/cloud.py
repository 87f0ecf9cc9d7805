"""What must be true of a cloud that holds recordings, whoever describes it: a template before, an account after.

A description has only what its source says; what a source does not say is None, and None is never taken for right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

MOST_LOG_DAYS: Final = 400
LEAST_BACKUP_DAYS: Final = 7
MOST_BACKUP_DAYS: Final = 35
"""The longest that RDS keeps, and what a purge's certificate may still have to wait for."""

_DUE: Final = {"Key": "disposition", "Value": "due"}


class Trouble(StrEnum):
    """How a finding came to be."""

    BROKEN = "broken"
    """It was looked at and is not as it must be."""
    UNKNOWN = "unknown"
    """It could not be looked at: not reached, not allowed, not there. Never taken for right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFinding:
    """One thing that is not as it must be. `place` names a resource, never what is in it."""

    place: str
    rule: str
    says: str
    trouble: Trouble = Trouble.BROKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket as its description has it. `rules` (of its lifecycle) and `policy` are in the words boto3 gives."""

    name: str
    holds_artifacts: bool
    is_versioned: bool | None
    has_lock: bool | None
    default_lock: str | None
    public_blocks: Sequence[bool] | None
    encryption: str | None
    policy: Mapping[str, Any] | None
    rules: Sequence[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key. `is_enabled` and `rotates` are what KMS says now."""

    name: str
    is_enabled: bool | None
    rotates: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseServer:
    """An instance of RDS."""

    name: str
    is_encrypted: bool | None
    is_public: bool | None
    forces_tls: bool | None
    backup_days: int | None
    is_protected: bool | None
    has_standby: bool | None


def judge_bucket(bucket: Bucket) -> Iterator[CloudFinding]:
    """Find what a bucket lacks.

    Source: Amazon S3 user guide, "Security best practices", "Lifecycle configuration elements" (read 2026-11-28).
    """
    if bucket.is_versioned is not True:
        yield _bucket(bucket, "versioning", "versions are off: what is overwritten is gone, and no lock can hold")
    if bucket.public_blocks is None or len(bucket.public_blocks) != 4 or not all(bucket.public_blocks):
        yield _bucket(bucket, "public-access-block", "not all four blocks of public access are on")
    if not refuses_plain_http(bucket.policy):
        yield _bucket(bucket, "tls-only", "its policy does not refuse requests without TLS")
    if opens_to_all(bucket.policy):
        yield _bucket(bucket, "open-policy", "its policy lets everybody in")
    if bucket.encryption is None:
        yield _bucket(bucket, "encryption", "no encryption by default is set")
    if bucket.holds_artifacts:
        yield from _judge_vault(bucket)


def _judge_vault(bucket: Bucket) -> Iterator[CloudFinding]:
    rules = [rule for rule in bucket.rules or () if rule.get("Status") == "Enabled"]
    if bucket.has_lock is not True:
        yield _bucket(bucket, "object-lock", "object lock is off: neither a hold nor a date protects anything")
    if bucket.default_lock is not None:
        yield _bucket(bucket, "default-lock", "a default date locks what must be destroyed when somebody asks")
    if bucket.encryption not in (None, "aws:kms", "aws:kms:dsse"):
        yield _bucket(bucket, "encryption", "artifacts are not encrypted under a key of KMS")
    if not any(_expires_due(rule) for rule in rules):
        yield _bucket(
            bucket, "lifecycle-due", "no rule ends what is tagged disposition=due, its older versions with it"
        )
    if not any(rule.get("Expiration", {}).get("ExpiredObjectDeleteMarker") for rule in rules):
        yield _bucket(bucket, "lifecycle-markers", "no rule takes away delete markers that stand alone")
    if not any("AbortIncompleteMultipartUpload" in rule for rule in rules):
        yield _bucket(bucket, "lifecycle-uploads", "no rule ends uploads that were never finished")
    if any(_destroys(rule) and not _is_due(rule) for rule in rules):
        yield _bucket(bucket, "lifecycle-by-age", "a rule destroys what is not tagged disposition=due")


def judge_key(key: Key) -> Iterator[CloudFinding]:
    """Find what a key lacks."""
    if key.is_enabled is not True:
        yield CloudFinding(place=f"key {key.name}", rule="enabled", says="it is disabled, or its deletion is scheduled")
    if key.rotates is not True:
        yield CloudFinding(place=f"key {key.name}", rule="rotation", says="its material is not rotated every year")


def judge_database(server: DatabaseServer) -> Iterator[CloudFinding]:
    """Find what a database server lacks."""
    place = f"database {server.name}"
    wrong = {
        "encryption": (server.is_encrypted is not True, "its storage is not encrypted"),
        "not-public": (server.is_public is not False, "it can have an address that the internet reaches"),
        "tls-only": (server.forces_tls is not True, "it answers without TLS: rds.force_ssl is not 1"),
        "deletion-protection": (server.is_protected is not True, "it can be deleted by one request"),
        "standby": (server.has_standby is not True, "no standby is in another zone"),
        "backups": (
            not LEAST_BACKUP_DAYS <= (server.backup_days or 0) <= MOST_BACKUP_DAYS,
            f"backups are not kept {LEAST_BACKUP_DAYS} to {MOST_BACKUP_DAYS} days",
        ),
    }
    for rule, (is_wrong, says) in wrong.items():
        if is_wrong:
            yield CloudFinding(place=place, rule=rule, says=says)


def refuses_plain_http(policy: Mapping[str, Any] | None) -> bool:
    """Say whether a bucket's policy denies everybody everything that does not come by TLS."""
    return any(
        one.get("Effect") == "Deny"
        and listed(one.get("Action")) in (["s3:*"], ["*"])
        and _is_everybody(one.get("Principal"))
        and _is_false(one.get("Condition"))
        and len(listed(one.get("Resource"))) >= 2
        for one in statements(policy)
    )


def opens_to_all(policy: Mapping[str, Any] | None) -> bool:
    """Say whether a policy allows everybody anything, under whatever condition."""
    return any(one.get("Effect") == "Allow" and _is_everybody(one.get("Principal")) for one in statements(policy))


def statements(policy: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Give the statements of a policy; one may stand without a list."""
    found = (policy or {}).get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def _bucket(bucket: Bucket, rule: str, says: str) -> CloudFinding:
    return CloudFinding(place=f"bucket {bucket.name}", rule=rule, says=says)


def _is_due(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("Filter", {}).get("Tag") == _DUE)


def _destroys(rule: Mapping[str, Any]) -> bool:
    ends = rule.get("Expiration", {})
    return "NoncurrentVersionExpiration" in rule or "Days" in ends or "Date" in ends


def _expires_due(rule: Mapping[str, Any]) -> bool:
    return _is_due(rule) and "Days" in rule.get("Expiration", {}) and "NoncurrentVersionExpiration" in rule


def _is_everybody(principal: object) -> bool:
    return principal == "*" or (isinstance(principal, Mapping) and "*" in listed(principal.get("AWS")))


def _is_false(condition: object) -> bool:
    """Say whether a condition is that the request came without TLS, and nothing besides."""
    return isinstance(condition, Mapping) and {
        kind: {name: str(value).lower() for name, value in tests.items()} for kind, tests in condition.items()
    } == {"Bool": {"aws:SecureTransport": "false"}}


def listed(value: object) -> list[str]:
    """Give what a policy has as one value, several or none as a list."""
    return [str(v) for v in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]
