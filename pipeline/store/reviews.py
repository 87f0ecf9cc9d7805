"""What waits for a reviewer, riskiest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.queue_item import QueueState
from pipeline.model.review import ReviewState
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables import review_items


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
        index_elements=["tenant", "recording_id"],
        set_=opened,
        where=review_items.c.state == ReviewState.SET_ASIDE.value,
    )
    item = tx.connection.execute(put.returning(review_items.c.id)).scalar()
    if item is not None:
        facts: Facts = {"recording": recording, "risk": risk, "reasons": ",".join(reasons)}
        add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target=item, facts=facts)


def lock_review(tx: Transaction, recording: RecordingId) -> ReviewState:
    """Read where a recording's review is and lock its row.

    Raises:
        NotFound: it was never put before the reviewers.
    """
    query = select(review_items.c.state).where(
        review_items.c.tenant == tx.tenant, review_items.c.recording_id == recording
    )
    state = tx.connection.execute(query.with_for_update()).scalar()
    if state is None:
        raise NotFound(f"recording {recording} is not before the reviewers")
    return ReviewState(state)


def find_review_state(tx: Transaction, recording: RecordingId) -> ReviewState | None:
    """Find where a recording's review is; None where it was never put before the reviewers."""
    query = select(review_items.c.state).where(
        review_items.c.tenant == tx.tenant, review_items.c.recording_id == recording
    )
    state = tx.connection.execute(query).scalar()
    return None if state is None else ReviewState(state)


def mark_review(tx: Transaction, recording: RecordingId, state: ReviewState) -> None:
    """Note where a recording's review is now; whoever calls holds its lock."""
    tx.connection.execute(
        update(review_items)
        .where(review_items.c.tenant == tx.tenant, review_items.c.recording_id == recording)
        .values(state=state.value)
    )


def open_again(tx: Transaction, recording: RecordingId) -> bool:
    """Put a recording whose review had ended well before the reviewers again; False where none had."""
    mine = (review_items.c.tenant == tx.tenant) & (review_items.c.recording_id == recording)
    ended = review_items.c.state.in_([QueueState.APPROVED.value, QueueState.CLOSED.value])
    opened = update(review_items).where(mine, ended).values(state=ReviewState.OPEN.value, opened_at=tx.now)
    return tx.connection.execute(opened).rowcount == 1


def set_aside(tx: Transaction, recording: RecordingId) -> bool:
    """Take a recording from before the reviewers while it is worked on again; False where it did not wait there."""
    mine = (review_items.c.tenant == tx.tenant) & (review_items.c.recording_id == recording)
    waiting = update(review_items).where(mine, review_items.c.state == "open").values(state=ReviewState.SET_ASIDE.value)
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
