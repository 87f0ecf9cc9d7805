"""Looking at redacted artifacts for a purpose of one's own: fraud, abuse, security, support. Granted, and for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = timedelta(hours=24)
"""No grant lasts longer; who needs more asks again."""


class AccessPurpose(StrEnum):
    """What for. Ordinary review has no purpose of these and needs no grant."""

    FRAUD = "fraud"
    ABUSE = "abuse"
    SECURITY = "security"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGrant:
    """Who may read what, what for, and when."""

    id: str
    actor: str
    purpose: AccessPurpose
    scope_kind: str
    """`recording` or `call`."""
    scope_id: str
    starts_at: datetime
    ends_at: datetime
    granted_by: str
    revoked_at: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Say whether it holds at a moment; its end is no part of it."""
        return self.starts_at <= at < self.ends_at and (self.revoked_at is None or at < self.revoked_at)
