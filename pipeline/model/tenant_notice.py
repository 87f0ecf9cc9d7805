"""What a tenant must be told: a queue entry that names what it is about, and never what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    CARD_NUMBER = "card_number"
    CHILD = "child"
    CLOSURE = "closure"
    REQUEST = "request"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNotice:
    """One notice, waiting to be sent until `sent_at`."""

    id: str
    kind: NoticeKind
    subject_kind: str
    """`recording`, `call` or `legal_request`, or what else the kind is about."""
    subject_id: str
    cause: str
    """An enum value: for a card number `withheld`, for a child `agent_flag`, `tenant_flag` or `quarantined`."""
    noted_at: datetime
    sent_at: datetime | None

    @property
    def state(self) -> str:
        """`open` or `sent`."""
        return "open" if self.sent_at is None else "sent"
