"""A demand of law for call data, or a disclosure in good faith: both take the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import ArtifactId

ORIGINALS: Final = (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL)
"""What is only disclosed where the originals themselves are ordered."""
DISCLOSABLE: Final = (
    ArtifactKind.RECORDING_REDACTED,
    ArtifactKind.TRANSCRIPT_REDACTED,
    ArtifactKind.REDACTION_MANIFEST,
    ArtifactKind.CONSENT_RECEIPT,
    ArtifactKind.CALL_METADATA,
    *ORIGINALS,
)
"""What may be disclosed at all, what is redacted first."""


class LegalKind(StrEnum):
    """Why data may be disclosed."""

    PROCESS = "process"
    """A valid legal process: a subpoena, a warrant, an order."""
    GOOD_FAITH = "good_faith"
    """Nobody demands it, and we believe in good faith that it must be disclosed."""


class LegalAct(StrEnum):
    """What was done about a request after it was taken in. Only added."""

    APPROVED = "approved"
    EXPORTED = "exported"
    NOTIFIED = "notified"
    CLOSED = "closed"


class LegalOutcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalWords:
    """What is only kept sealed."""

    reference: str = field(repr=False)
    authority: str = field(repr=False)
    statute: str = field(repr=False)
    notes: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalDemand:
    """What is asked for, as it was received."""

    kind: LegalKind
    received_on: date
    scope: tuple[tuple[str, str], ...]
    """`("recording", id)` and `("call", id)`; nothing else is ever disclosed for it."""
    words: LegalWords


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalStep:
    """One act. `detail` holds ids, digests, days and enum values; `words` is what was only kept sealed."""

    act: LegalAct
    actor: str
    at: datetime
    detail: Mapping[str, Any]
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRequest:
    """A request with everything that was done about it."""

    id: str
    demand: LegalDemand
    opened_by: str
    opened_at: datetime
    steps: tuple[LegalStep, ...] = ()

    def last(self, act: LegalAct) -> LegalStep | None:
        """Give the last act of a kind."""
        return next((step for step in reversed(self.steps) if step.act is act), None)

    @property
    def state(self) -> str:
        """`open`, `approved`, `exported` or `closed`."""
        for act in (LegalAct.CLOSED, LegalAct.EXPORTED, LegalAct.APPROVED):
            if self.last(act) is not None:
                return act.value
        return "open"

    @property
    def artifacts(self) -> tuple[ArtifactId, ...]:
        """What counsel approved; nothing before."""
        approved = self.last(LegalAct.APPROVED)
        return tuple(ArtifactId(name) for name in approved.detail["artifacts"]) if approved else ()

    @property
    def notice_barred_until(self) -> date | None:
        """Until when an order forbids to tell the tenant."""
        approved = self.last(LegalAct.APPROVED)
        told = approved.detail["notice_barred_until"] if approved else None
        return date.fromisoformat(told) if told else None
