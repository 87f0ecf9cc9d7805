"""The artifact store in an S3 bucket with versions and object lock: AWS, or a server that speaks its API.

Every put is conditional and carries its SHA-256, and counts once the server has said which bytes it has. Dates are
COMPLIANCE retention: nobody, this program included, shortens them. boto3's own retries are off, for attempts belong to
the workflow.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import boto3

from pipeline.model.errors import Conflict, IntegrityError, NotFound, StoreUnreachable
from pipeline.ports.artifacts import ObjectLock, ObjectVersion, PurgeReport, StoredObject
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.object_rules import check_digest, check_key, check_prefix, check_tag_count, whole_second
from pipeline.vendors.s3_connect import S3Settings, connect
from pipeline.vendors.s3_errors import LOST_RACE, NO_LOCK, Refused, as_store_error
from pipeline.vendors.s3_lifecycle import RULES, delete_only_what_is_due

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, ListObjectVersionsOutputTypeDef

__all__ = ["S3Artifacts", "S3Settings"]

_DIGEST: Final = "sealed-sha256"
"""Where the digest also stands, for servers that do not give checksums back."""


class S3Artifacts:
    """Fills `pipeline.ports.artifacts.Artifacts` from a bucket."""

    def __init__(self, settings: S3Settings, session: boto3.Session | None = None) -> None:
        check_prefix(settings.prefix)
        self.audit = AuditMeta(
            processor=settings.processor,
            data_kind="sealed artifacts",
            purpose="storage",
            region=settings.region,
            policy_url="https://aws.amazon.com/privacy/" if settings.processor == "aws" else None,
        )
        self._settings, self._bucket, self._prefix = settings, settings.bucket, settings.prefix
        self._client = connect(settings, session)

    def create_bucket(self) -> None:
        """Make the bucket with versions, locks and lifecycle, for tests and demonstrations. One that is there stays.

        Raises:
            IntegrityError: the server keeps other lifecycle rules than it was given.
        """
        with as_store_error("create bucket", lenient=("BucketAlreadyOwnedByYou",)) as refused:
            if self._settings.region == "us-east-1":
                self._client.create_bucket(Bucket=self._bucket, ObjectLockEnabledForBucket=True)
            else:
                self._client.create_bucket(
                    Bucket=self._bucket,
                    ObjectLockEnabledForBucket=True,
                    CreateBucketConfiguration={"LocationConstraint": self._settings.region},  # type: ignore[typeddict-item] # any region
                )
        if not refused.code:
            with as_store_error("create bucket"):
                self._client.put_bucket_versioning(Bucket=self._bucket, VersioningConfiguration={"Status": "Enabled"})
            self._write_lifecycle()

    def put_if_absent(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], tags: Mapping[str, str]
    ) -> StoredObject:
        """Write an object unless one is there; where the store does not say which digest it has of it, ask."""
        path = self._path(key)
        check_tag_count(tags)
        digest = hashlib.sha256(body).digest()
        sha256, checksum = digest.hex(), base64.b64encode(digest).decode()
        with as_store_error("put", lenient=LOST_RACE) as refused:
            answer = self._client.put_object(
                Bucket=self._bucket,
                Key=path,
                Body=body,
                IfNoneMatch="*",
                ChecksumSHA256=checksum,
                Metadata={**metadata, _DIGEST: sha256},
                Tagging=urlencode(tags),
            )
        if not refused.code and answer.get("ChecksumSHA256") == checksum and "VersionId" in answer:
            return StoredObject(
                key=key, version=answer["VersionId"], sha256=sha256, size_bytes=len(body), metadata=dict(metadata)
            )
        return self._read_back(key, sha256, len(body), refused)

    def get(self, key: str, *, version: str | None = None) -> bytes:
        """Read an object, its digest checked."""
        path = self._path(key)
        with as_store_error("get"):
            if version is None:
                answer = self._client.get_object(Bucket=self._bucket, Key=path)
            else:
                answer = self._client.get_object(Bucket=self._bucket, Key=path, VersionId=version)
            with answer["Body"] as stream:
                body = stream.read()
        check_digest(body, answer["Metadata"].get(_DIGEST, ""))
        return body

    def head(self, key: str, *, version: str | None = None) -> StoredObject:
        """Describe an object without reading it."""
        answer = self._head(key, version)
        return _stored(key, answer, answer["Metadata"].get(_DIGEST, ""))

    def read_tags(self, key: str) -> dict[str, str]:
        """Read the tags of the latest version."""
        return self._tags_of(self._path(key), self.head(key).version)

    def write_tags(self, key: str, tags: Mapping[str, str]) -> dict[str, str]:
        """Replace the tags of every version."""
        check_tag_count(tags)
        path, versions = self._path(key), self._with_bytes(key)
        tagging = [{"Key": name, "Value": value} for name, value in tags.items()]
        for version in versions:
            with as_store_error("write tags"):
                self._client.put_object_tagging(
                    Bucket=self._bucket,
                    Key=path,
                    VersionId=version,
                    Tagging={"TagSet": tagging},  # type: ignore[typeddict-item] # a plain list of pairs
                )
        return self._tags_of(path, versions[0])

    def lock(self, key: str, *, retain_until: datetime | None = None, hold: bool | None = None) -> ObjectLock:
        """Protect every version; the store refuses a date earlier than the one in force."""
        until = None if retain_until is None else whole_second(retain_until)
        path, versions = self._path(key), self._with_bytes(key)
        for version in versions:
            with as_store_error("lock"):
                if until:
                    self._client.put_object_retention(
                        Bucket=self._bucket,
                        Key=path,
                        VersionId=version,
                        Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until},
                    )
                if hold is not None:
                    self._client.put_object_legal_hold(
                        Bucket=self._bucket, Key=path, VersionId=version, LegalHold={"Status": "ON" if hold else "OFF"}
                    )
        locks = [self._lock_of(path, version) for version in versions]
        if any((until and e.retain_until != until) or (hold is not None and e.is_held != hold) for e in locks):
            raise IntegrityError("a lock reads back otherwise than it was set")
        return locks[0]

    def read_lock(self, key: str) -> ObjectLock:
        """Read the protection of the latest version."""
        return self._lock_of(self._path(key), self.head(key).version)

    def list_versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """List every version and delete marker, a thousand a request, the latest first within a key."""
        paginator = self._client.get_paginator("list_object_versions")
        pages = paginator.paginate(Bucket=self._bucket, Prefix=self._prefix + check_prefix(prefix))
        with as_store_error("list"):
            for page in pages:
                yield from _entries(page, len(self._prefix))

    def purge(self, key: str) -> PurgeReport:
        """Delete every version and marker by its id, then list again: only what is no longer listed is purged."""
        path, before = self._path(key), self._history(key)
        failures: list[str] = []
        for start in range(0, len(before), 1000):
            doomed = [{"Key": path, "VersionId": v.version} for v in before[start : start + 1000]]
            with as_store_error("purge"):
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": doomed})  # type: ignore[typeddict-item] # a plain list of pairs
            failures += [error.get("Code", "") for error in answer.get("Errors", [])]
        remaining = self._history(key) if before else []
        if remaining and any(code in ("InternalError", "SlowDown", "ServiceUnavailable") for code in failures):
            raise StoreUnreachable("purge", reason="some versions could not be deleted")
        left = {v.version for v in remaining}
        return PurgeReport(
            key=key, purged=tuple(v for v in before if v.version not in left), remaining=tuple(remaining)
        )

    def mark_deleted(self, key: str) -> ObjectVersion:
        """Hide an object behind a delete marker: nothing is destroyed."""
        with as_store_error("delete"):
            answer = self._client.delete_object(Bucket=self._bucket, Key=self._path(key))
        return ObjectVersion(key=key, version=answer["VersionId"], is_latest=True, is_delete_marker=True)

    def _write_lifecycle(self) -> None:
        with as_store_error("write lifecycle"):
            self._client.put_bucket_lifecycle_configuration(
                Bucket=self._bucket, LifecycleConfiguration={"Rules": list(RULES)}
            )
            kept = self._client.get_bucket_lifecycle_configuration(Bucket=self._bucket)["Rules"]
        if {rule.get("ID") for rule in kept} != {rule.get("ID") for rule in RULES} or not delete_only_what_is_due(kept):
            raise IntegrityError("the bucket keeps other lifecycle rules than it was given")

    def _path(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _read_back(self, key: str, sha256: str, size_bytes: int, refused: Refused) -> StoredObject:
        """Ask for the object that is there after a put whose answer does not say it: ours, or one from before."""
        try:
            answer = self._head(key, None)
        except NotFound as error:
            raise StoreUnreachable("put", reason="the object is not there after the put") from error
        found = answer["Metadata"].get(_DIGEST, "")
        if refused.code and found != sha256:
            raise Conflict("other bytes are stored under this key")
        stated = answer.get("ChecksumSHA256")
        if stated is None:  # a server that keeps no checksums: read what it stored
            self.get(key, version=answer.get("VersionId"))
        elif base64.b64decode(stated).hex() != sha256 or answer["ContentLength"] != size_bytes:
            raise IntegrityError("what was stored has another digest")
        return _stored(key, answer, found)

    def _head(self, key: str, version: str | None) -> HeadObjectOutputTypeDef:
        path = self._path(key)
        try:
            with as_store_error("head"):
                if version is None:
                    return self._client.head_object(Bucket=self._bucket, Key=path, ChecksumMode="ENABLED")
                return self._client.head_object(
                    Bucket=self._bucket, Key=path, VersionId=version, ChecksumMode="ENABLED"
                )
        except NotFound:
            # A HEAD has no body to say what is missing: a bucket that is gone must not look like an absent object. A
            # tenant's session may not ask about the bucket, but it may list what is its own.
            with as_store_error("head", absent=StoreUnreachable("head", reason="the bucket is not there")):
                self._client.list_object_versions(Bucket=self._bucket, Prefix=path, MaxKeys=1)
            raise

    def _tags_of(self, path: str, version: str) -> dict[str, str]:
        with as_store_error("read tags"):
            answer = self._client.get_object_tagging(Bucket=self._bucket, Key=path, VersionId=version)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def _lock_of(self, path: str, version: str) -> ObjectLock:
        """Ask for both halves by name: HEAD leaves them out, as if there were none, where it may not show them."""
        until, is_held = None, False
        with as_store_error("read lock", lenient=NO_LOCK):
            retention = self._client.get_object_retention(Bucket=self._bucket, Key=path, VersionId=version)
            until = retention.get("Retention", {}).get("RetainUntilDate")
        with as_store_error("read lock", lenient=NO_LOCK):
            answer = self._client.get_object_legal_hold(Bucket=self._bucket, Key=path, VersionId=version)
            is_held = answer.get("LegalHold", {}).get("Status") == "ON"
        return ObjectLock(retain_until=until and until.astimezone(UTC), is_held=is_held)

    def _history(self, key: str) -> list[ObjectVersion]:
        """List one key; the longer keys that follow it in the listing end the reading."""
        found: list[ObjectVersion] = []
        for entry in self.list_versions(check_key(key)):
            if entry.key != key:
                break
            found.append(entry)
        return found

    def _with_bytes(self, key: str) -> list[str]:
        versions = [entry.version for entry in self._history(key) if not entry.is_delete_marker]
        if not versions:
            raise NotFound("no such object")
        return versions


def _entries(page: ListObjectVersionsOutputTypeDef, cut: int) -> Iterator[ObjectVersion]:
    """Join the two lists a page comes in; entries of one second keep no other order than the latest first."""
    rows = [
        (v["Key"], not v["IsLatest"], -v["LastModified"].timestamp(), v["VersionId"], False)
        for v in page.get("Versions", [])
    ]
    rows += [
        (m["Key"], not m["IsLatest"], -m["LastModified"].timestamp(), m["VersionId"], True)
        for m in page.get("DeleteMarkers", [])
    ]
    for path, is_older, _, version, is_marker in sorted(rows):
        yield ObjectVersion(key=path[cut:], version=version, is_latest=not is_older, is_delete_marker=is_marker)


def _stored(key: str, answer: HeadObjectOutputTypeDef, sha256: str) -> StoredObject:
    return StoredObject(
        key=key,
        version=answer.get("VersionId", "null"),
        sha256=sha256,
        size_bytes=answer["ContentLength"],
        metadata={name: value for name, value in answer["Metadata"].items() if name != _DIGEST},
    )
