"""An explicit consent to a purpose that neither policy nor script names: what for, from whom, and the proof."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pipeline.model.call import LegRole
from pipeline.model.consent import Purpose

PURPOSE_ID: Final = re.compile(r"[a-z][a-z0-9_]{2,39}")
TAKEN: Final = frozenset(purpose.value for purpose in Purpose)
"""What the call itself is asked for: consent to these is never recorded this way."""


class EvidenceKind(StrEnum):
    """What proves it."""

    RECEIPT = "receipt"
    """A signed consent receipt."""
    WRITING = "writing"
    """Something the person wrote before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeConsent:
    """One recorded consent. It covers one call, or every call of one person, and nothing else."""

    id: str
    purpose: str
    """An id of the tenant's own, such as `quality_study_2026`."""
    scope_kind: str
    """`call` or `party`."""
    scope_id: str
    """A call's id, or the keyed digest of a person's number."""
    leg_role: LegRole
    ordinal: int
    evidence_kind: EvidenceKind
    evidence_sha256: str
    given_on: date
    noted_at: datetime | None = None
    """When it was recorded; None before it is."""
    revoked_at: datetime | None = None
