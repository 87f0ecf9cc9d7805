"""Seeing what stands behind one hidden span: asked by one person, allowed by another, for minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.ids import RecordingId
from pipeline.model.span import TimeSpan

ASK_LASTS: Final = timedelta(hours=1)
REVEAL_LASTS: Final = timedelta(minutes=5)


class RevealPurpose(StrEnum):
    """What for."""

    CORRECT_REDACTION = "correct_redaction"
    FRAUD = "fraud"
    SECURITY = "security"
    LEGAL_CLAIM = "legal_claim"
    SUBJECT_REQUEST = "subject_request"
    SAFETY = "safety"


class RevealState(StrEnum):
    """Where a reveal is at a moment."""

    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"
    EXPIRED = "expired"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """One span that somebody asked to see. Why stands sealed beside it."""

    id: str
    recording: RecordingId
    version: int
    type: EntityType
    channel: int
    time: TimeSpan
    purpose: RevealPurpose
    asked_by: str
    asked_at: datetime
    answered_by: str | None = None
    answered_at: datetime | None = None
    ends_at: datetime | None = None
    """Set where it was allowed."""

    def state_at(self, moment: datetime) -> RevealState:
        """Say where it is at a moment; the last instant of a time is no part of it."""
        if self.answered_at is None:
            return RevealState.ASKED if moment < self.asked_at + ASK_LASTS else RevealState.EXPIRED
        if self.ends_at is None:
            return RevealState.REFUSED
        return RevealState.ALLOWED if moment < self.ends_at else RevealState.OVER


def watermark(reveal: Reveal, *, actor: str, at: datetime) -> str:
    """Write who saw it, when, and under which reveal: it stands across what is shown."""
    return f"{actor} · {at:%Y-%m-%d %H:%M:%S} UTC · {reveal.id}"
