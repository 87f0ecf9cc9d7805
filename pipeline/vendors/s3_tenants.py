"""The bucket by a session for each tenant: a tenant's objects are asked for by credentials that are its alone.

Whose an object is stands in its key, `tenants/<tenant>/...`. What lies elsewhere (the ledger, checkpoints, what
outlives an account), and what spans tenants, is asked for as the process itself, whose role needs nothing of tenants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from pipeline.model.ids import TenantId, tenant_id
from pipeline.ports.artifacts import ObjectLock, ObjectVersion, PurgeReport, StoredObject
from pipeline.vendors.aws_tenants import PerTenant, Statement, TenantRole, TenantSessions
from pipeline.vendors.s3 import S3Artifacts
from pipeline.vendors.s3_connect import S3Settings

_ROOT: Final = "tenants"


class S3TenantArtifacts:
    """Fills `pipeline.ports.artifacts.Artifacts` from a bucket, by a session for each tenant."""

    def __init__(self, settings: S3Settings, role: TenantRole) -> None:
        self._own = S3Artifacts(settings)
        self.audit = self._own.audit
        sessions = TenantSessions(settings, role, allows=lambda tenant: s3_statements(settings, role, tenant))
        self._tenants = PerTenant(lambda tenant: S3Artifacts(settings, sessions.open(tenant)))

    def put_if_absent(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], tags: Mapping[str, str]
    ) -> StoredObject:
        """Write an object unless one is there, as whose it is."""
        return self._of(key).put_if_absent(key, body, metadata=metadata, tags=tags)

    def get(self, key: str, *, version: str | None = None) -> bytes:
        """Read an object as whose it is."""
        return self._of(key).get(key, version=version)

    def head(self, key: str, *, version: str | None = None) -> StoredObject:
        """Describe an object as whose it is."""
        return self._of(key).head(key, version=version)

    def read_tags(self, key: str) -> dict[str, str]:
        """Read the tags of the latest version as whose it is."""
        return self._of(key).read_tags(key)

    def write_tags(self, key: str, tags: Mapping[str, str]) -> dict[str, str]:
        """Replace the tags of every version as whose they are."""
        return self._of(key).write_tags(key, tags)

    def lock(self, key: str, *, retain_until: datetime | None = None, hold: bool | None = None) -> ObjectLock:
        """Protect every version as whose they are."""
        return self._of(key).lock(key, retain_until=retain_until, hold=hold)

    def read_lock(self, key: str) -> ObjectLock:
        """Read the protection of the latest version as whose it is."""
        return self._of(key).read_lock(key)

    def list_versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """List what begins so: a tenant's as the tenant, what may be several tenants' as the process itself."""
        return self._of(prefix).list_versions(prefix)

    def purge(self, key: str) -> PurgeReport:
        """Delete every version and marker as whose they are."""
        return self._of(key).purge(key)

    def mark_deleted(self, key: str) -> ObjectVersion:
        """Hide an object behind a delete marker, as whose it is."""
        return self._of(key).mark_deleted(key)

    def _of(self, path: str) -> S3Artifacts:
        tenant = tenant_of(path)
        return self._own if tenant is None else self._tenants.of(tenant)


def tenant_of(path: str) -> TenantId | None:
    """Say whose a key is, or every key that begins so; None: nobody's, or not one tenant's alone.

    Raises:
        InvalidInput: it lies under `tenants/`, and what follows is no name of a tenant.
    """
    root, _, rest = path.partition("/")
    named, within, _ = rest.partition("/")
    return tenant_id(named) if root == _ROOT and within else None


def s3_statements(settings: S3Settings, role: TenantRole, tenant: TenantId) -> list[Statement]:
    """Say what a tenant's session may reach: its objects, their names, and S3's own key at rest by way of S3.

    S3 asks for the right to list, with the object's key as `s3:prefix`, before it tells an absent object from a denied
    one (github.com/ceph/ceph/pull/68577, which does so "to match aws behavior").
    """
    bucket = f"arn:{role.partition}:s3:::{settings.bucket}"
    things = f"{settings.prefix}{_ROOT}/{tenant_id(tenant)}/*"
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"],
            "Resource": f"{bucket}/{things}",
        },
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": things}},
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{settings.region}.amazonaws.com"}},
        },
    ]
