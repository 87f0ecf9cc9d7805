"""What sealed objects are called and tagged. Names and tags are readable by whoever sees the bucket: ids only."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId, tenant_id

TAG_NAMES: Final = (
    "tenant",
    "kind",
    "policy",
    "retain-until",
    "training-eligible",
    "training-scope",
    "legal-hold",
    "disposition",
    "region",
    "replicate",
)
"""Every tag an object may have: S3 allows ten."""

_TAG_VALUE: Final = re.compile(r"[A-Za-z0-9 +\-=._:/@]{0,256}")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_NAME: Final = re.compile(r"[0-9a-f]{64}")


def artifact_name(plaintext: bytes, digest_key: bytes) -> str:
    """Name bytes by content: HMAC-SHA256 in hex under the tenant's digest key.

    A plain digest of a short text could be found by guessing the text; a digest of the sealed bytes would change at
    each repetition.
    """
    return hmac.new(digest_key, plaintext, hashlib.sha256).hexdigest()


def object_key(tenant: TenantId, recording_id: str, kind: ArtifactKind, name: str, *, on: date) -> str:
    """Say where an artifact lies: `tenants/<tenant>/<yyyy>/<mm>/<dd>/<recording>/<kind>/<name>`.

    Args:
        tenant: whose it is.
        recording_id: our id of the recording it was made from; of the call or export where there is no recording.
        kind: what the bytes are.
        name: from `artifact_name`.
        on: the day the recording was made (UTC).

    Raises:
        InvalidInput: a part has another shape; nothing else may become part of a path.
    """
    for what, shape, part in (("recording", _SUBJECT, recording_id), ("name", _NAME, name)):
        if not shape.fullmatch(part):
            raise InvalidInput(f"an object key cannot have this {what}")
    return f"tenants/{tenant_id(tenant)}/{on:%Y/%m/%d}/{recording_id}/{ArtifactKind(kind)}/{name}"


def tenant_prefix(tenant: TenantId) -> str:
    """Give the prefix that all of a tenant's objects, and no other's, begin with."""
    return f"tenants/{tenant_id(tenant)}/"


def check_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Accept tags that every store can keep and every access rule can rely on.

    Raises:
        InvalidInput: an unlisted name, or a value S3 does not accept.
    """
    for name, value in tags.items():
        if name not in TAG_NAMES:
            raise InvalidInput("a tag has a name that is not listed")
        if not _TAG_VALUE.fullmatch(value):
            raise InvalidInput(f"the tag {name} has a value that S3 does not accept")
    return dict(tags)
