"""The conversation and one party's connection to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from pipeline.model.ids import CallId, LegId, TenantId

KEPT_OF_A_CALL: Final = ("duration", "started_at", "ended_at", "caller_number")
"""What is kept of a call besides ids and consent, in the words of the policies; the number only sealed."""


class LegRole(StrEnum):
    """Who is on a leg."""

    CALLER = "caller"
    CALLEE = "callee"
    AGENT = "agent"
    """Software of the tenant: it has no law of its own and is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One party's connection. `number_ref` is a keyed digest; the number itself is sealed elsewhere."""

    id: LegId
    call: CallId
    role: LegRole
    leg_sid: str | None
    number_ref: str | None
    candidates: tuple[str, ...]
    ordinal: int = 1
    """Which of the legs of that role: a transfer or a conference may bring a second callee."""
    joined_at: datetime | None = None
    """When this party could first be heard by the others; None: from the call's start."""
    left_at: datetime | None = None
    """When this party could no longer be heard; None: at the call's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One conversation of a tenant, with the law it is under as it stood when it began."""

    id: CallId
    tenant: TenantId
    call_sid: str
    direction: str
    started_at: datetime
    mode: str
    tokens: tuple[str, ...]
    locale: str
    policy_digest: str
    matrix_version: str
    instance: str | None = field(default=None)
    """The tenant's developer instance the call was made through, where there is one."""
    round: int = 1
    """How often the people on it were asked: a transfer begins the next round."""
    conference_sid: str | None = None
