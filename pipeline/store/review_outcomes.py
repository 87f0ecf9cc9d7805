"""How reviews ended: who approved or rejected which version, when and by which code. Rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from pipeline.model.ids import RecordingId, new_id
from pipeline.model.review import Rejection, ReviewState
from pipeline.ports.keys import Keys
from pipeline.store.seal import seal
from pipeline.store.session import Transaction
from pipeline.store.tables_review import review_outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOutcome:
    """One outcome; a review that opened again may have several."""

    id: str
    outcome: ReviewState
    code: Rejection | None
    version: int
    actor: str
    at: datetime


def add_outcome(tx: Transaction, recording: RecordingId, outcome: ReviewOutcome, *, reason: str, keys: Keys) -> None:
    """Keep an outcome, with what was written about it sealed."""
    bound = {"kind": "review.outcome", "outcome": outcome.id}
    tx.connection.execute(
        insert(review_outcomes).values(
            id=outcome.id,
            tenant=tx.tenant,
            recording_id=recording,
            outcome=outcome.outcome.value,
            code=None if outcome.code is None else outcome.code.value,
            sealed=seal(reason.encode(), keys=keys, tenant=tx.tenant, context=bound) if reason else None,
            version=outcome.version,
            actor=outcome.actor,
            at=outcome.at,
        )
    )


def list_outcomes(tx: Transaction, recording: RecordingId) -> tuple[ReviewOutcome, ...]:
    """List how the reviews of a recording ended, the first one first."""
    rows = tx.connection.execute(
        select(review_outcomes)
        .where(review_outcomes.c.tenant == tx.tenant, review_outcomes.c.recording_id == recording)
        .order_by(review_outcomes.c.at, review_outcomes.c.id)
    )
    return tuple(
        ReviewOutcome(
            id=row.id,
            outcome=ReviewState(row.outcome),
            code=None if row.code is None else Rejection(row.code),
            version=row.version,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    )


def an_outcome(
    tx: Transaction, outcome: ReviewState, *, version: int, actor: str, code: Rejection | None = None
) -> ReviewOutcome:
    """Make an outcome of this moment."""
    return ReviewOutcome(id=new_id("out"), outcome=outcome, code=code, version=version, actor=actor, at=tx.now)
