"""The account of a cloud that an installation runs in, as it is now and not as a template says."""

from __future__ import annotations

from typing import Protocol

from pipeline.model.cloud import Bucket, DatabaseServer, Key
from pipeline.model.cloud_roles import Role
from pipeline.ports.transcriber import AuditMeta


class CloudAccount(Protocol):
    """Describes what is deployed. It changes nothing.

    Raises, in every method:
        NotFound: there is no such thing in this account and region.
        VendorUnavailable: not answered.
        VendorRefused: answered, but these credentials may not look.
    """

    audit: AuditMeta

    def describe_bucket(self, name: str, *, holds_artifacts: bool) -> Bucket:
        """Describe a bucket by its name."""
        ...

    def list_keys(self, alias_prefix: str) -> tuple[str, ...]:
        """Name the keys whose alias begins so, with their aliases, sorted; those being destroyed are left out."""
        ...

    def describe_key(self, alias: str) -> Key:
        """Describe a key by its alias."""
        ...

    def describe_database(self, name: str) -> DatabaseServer:
        """Describe a database server by its identifier."""
        ...

    def describe_role(self, name: str) -> Role:
        """Give a role with its policies, the attached and its own."""
        ...
