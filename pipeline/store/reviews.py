"""What waits for a reviewer, riskiest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, new_id
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables import review_items

_SET_ASIDE: Final = "set_aside"
"""Work on the recording was begun again, and what a reviewer would look at is about to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One recording that a person should look at. `risk` is 0 to 100; `reasons` name why."""

    id: str
    recording: RecordingId
    state: str
    risk: int
    reasons: tuple[str, ...]


def open_review(tx: Transaction, recording: RecordingId, *, risk: int, reasons: tuple[str, ...]) -> None:
    """Put a recording before the reviewers; one that is there already stays as it is, one set aside comes back."""
    opened = {"state": "open", "risk": risk, "reasons": list(reasons), "opened_at": tx.now}
    row = insert(review_items).values(id=new_id("rev"), tenant=tx.tenant, recording_id=recording, **opened)
    put = row.on_conflict_do_update(
        index_elements=["tenant", "recording_id"], set_=opened, where=review_items.c.state == _SET_ASIDE
    )
    item = tx.connection.execute(put.returning(review_items.c.id)).scalar()
    if item is not None:
        facts: Facts = {"recording": recording, "risk": risk, "reasons": ",".join(reasons)}
        add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target=item, facts=facts)


def set_aside(tx: Transaction, recording: RecordingId) -> bool:
    """Take a recording from before the reviewers while it is worked on again; False where it did not wait there."""
    mine = (review_items.c.tenant == tx.tenant) & (review_items.c.recording_id == recording)
    waiting = update(review_items).where(mine, review_items.c.state == "open").values(state=_SET_ASIDE)
    return tx.connection.execute(waiting).rowcount == 1


def list_reviews(tx: Transaction, *, state: str = "open", limit: int = 100) -> tuple[ReviewItem, ...]:
    """List items in a state, riskiest and then oldest first."""
    rows = tx.connection.execute(
        select(review_items)
        .where(review_items.c.tenant == tx.tenant, review_items.c.state == state)
        .order_by(review_items.c.risk.desc(), review_items.c.opened_at)
        .limit(limit)
    )
    return tuple(
        ReviewItem(
            id=row.id,
            recording=RecordingId(row.recording_id),
            state=row.state,
            risk=row.risk,
            reasons=tuple(row.reasons),
        )
        for row in rows
    )
