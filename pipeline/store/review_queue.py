"""The queue a page at a time, riskiest or oldest first, and what was assessed and moved in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.model.errors import Conflict, InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import ANY, NOBODY, WAITS, QueueFilter, QueueItem, QueueOrder, QueueState
from pipeline.model.recording import RecordingState
from pipeline.model.risk import ConsentSign, Mark, RiskCode, RiskPart, total
from pipeline.store.cursors import read_cursor, write_cursor
from pipeline.store.session import Transaction
from pipeline.store.tables import endings, recordings, review_items
from pipeline.store.tables_queue import word_index

PAGE: Final = 50
_ITEM: Final = review_items.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What the machine says of a recording, as it stands now."""

    parts: tuple[RiskPart, ...]
    marks: tuple[Mark, ...]
    entity_types: tuple[str, ...]
    entities: int
    consent: ConsentSign
    policy_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Some lines; `cursor` asks for those after them, None where there are no more."""

    items: tuple[QueueItem, ...]
    cursor: str | None


def read_queue(
    tx: Transaction,
    wanted: QueueFilter,
    *,
    cursor: str | None = None,
    terms: Sequence[int] = (),
    limit: int = PAGE,
) -> QueuePage:
    """Read a page of the queue.

    Args:
        tx: the tenant's transaction.
        wanted: what is asked for; `assignee` is an actor by now, or `nobody`.
        cursor: go on after a page of the same filter.
        terms: digests of words that must all be in the redacted transcript.
        limit: how many lines.

    Raises:
        InvalidInput: a cursor that no page of this order gave.
    """
    order = (_ITEM.opened_at, _ITEM.id) if wanted.order == QueueOrder.AGE else (_ITEM.calm, _ITEM.opened_at, _ITEM.id)
    query = select(review_items).where(_ITEM.tenant == tx.tenant, *_conditions(tx, wanted))
    if terms:
        query = query.where(_ITEM.recording_id.in_(_speaking_of(tx, terms)))
    if cursor is not None:
        query = query.where(tuple_(*order) > tuple_(*_place(cursor, wanted)))
    rows = tx.connection.execute(_first_of(query, order, wanted, limit + 1)).all()
    more = _cursor(rows[limit - 1], wanted) if len(rows) > limit else None
    return QueuePage(items=tuple(_item(row) for row in rows[:limit]), cursor=more)


def find_next(tx: Transaction, after: RecordingId, *, actor: str) -> QueueItem | None:
    """Find what somebody could look at after a recording: nobody's or their own, riskiest first, then from the top.

    None where nothing else waits for them.
    """
    order = (_ITEM.calm, _ITEM.opened_at, _ITEM.id)
    theirs = _ITEM.assignee.is_(None) | (_ITEM.assignee == actor)
    query = select(review_items).where(
        _ITEM.tenant == tx.tenant, _ITEM.is_waiting.is_(True), theirs, _ITEM.recording_id != after
    )
    here = tx.connection.execute(select(*order).where(*_is(tx, after))).first()
    pages = [query.where(tuple_(*order) > tuple_(*here)), query] if here else [query]
    rows = (tx.connection.execute(page.order_by(*order).limit(1)).first() for page in pages)
    return next((_item(row) for row in rows if row is not None), None)


def get_item(tx: Transaction, recording: RecordingId) -> QueueItem:
    """Read a recording's line.

    Raises:
        NotFound: it was never put before the reviewers.
    """
    row = tx.connection.execute(select(review_items).where(*_is(tx, recording))).first()
    if row is None:
        raise NotFound(f"recording {recording} is not before the reviewers")
    return _item(row)


def lock_item(tx: Transaction, recording: RecordingId, *, version: int) -> QueueItem:
    """Read a line as somebody saw it, and keep others from moving it until the transaction ends.

    Raises:
        NotFound: there is no such line.
        Conflict: somebody moved it since.
    """
    row = tx.connection.execute(select(review_items).where(*_is(tx, recording)).with_for_update()).first()
    if row is None:
        raise NotFound(f"recording {recording} is not before the reviewers")
    if row.version != version:
        raise Conflict("somebody else has moved this recording meanwhile")
    return _item(row)


def put_item(
    tx: Transaction, item: QueueItem, *, state: QueueState, assignee: str | None, escalated_to: str | None
) -> QueueItem:
    """Move a line that is locked."""
    row = tx.connection.execute(
        update(review_items)
        .where(*_is(tx, item.recording))
        .values(state=state.value, assignee=assignee, escalated_to=escalated_to, version=item.version + 1)
        .returning(review_items)
    ).one()
    return _item(row)


def put_assessment(tx: Transaction, recording: RecordingId, assessed: Assessed) -> bool:
    """Put what the machine says now in the place of what it said; False where there is no line, or it is purged."""
    changed = tx.connection.execute(
        update(review_items)
        .where(*_is(tx, recording), _ITEM.state != QueueState.PURGED.value)
        .values(
            risk=total(assessed.parts),
            points=[[part.code.value, part.points, part.count] for part in assessed.parts],
            reasons=[part.code.value for part in assessed.parts],
            marks=[mark.value for mark in assessed.marks],
            entity_types=list(assessed.entity_types),
            entities=assessed.entities,
            consent=assessed.consent.value,
            policy_digest=assessed.policy_digest,
        )
    )
    return changed.rowcount == 1


def count_waiting(tx: Transaction, *, most: int = 1000) -> int:
    """Count what waits, to at most so many: a number on a page need not cost more than the page."""
    some = select(_ITEM.id).where(_ITEM.tenant == tx.tenant, _ITEM.is_waiting.is_(True)).limit(most).subquery()
    return int(tx.connection.execute(select(func.count()).select_from(some)).scalar_one())


def _first_of(query: Select[Any], order: Sequence[ColumnElement[Any]], wanted: QueueFilter, limit: int) -> Select[Any]:
    """Ask for the first lines. In order they stand only within what waits and what does not, as the indexes are.

    Of any state, the first of each are put in order: else all that meets the filter would be.
    """
    if wanted.state != ANY:
        return query.order_by(*order).limit(limit)
    halves = (query.where(_ITEM.is_waiting.is_(is_so)).order_by(*order).limit(limit) for is_so in (True, False))
    both = union_all(*(select(half.subquery()) for half in halves)).subquery()
    return select(both).order_by(*(both.c[str(column.key)] for column in order)).limit(limit)


def _conditions(tx: Transaction, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.state == WAITS, _ITEM.is_waiting.is_(True)),
        (wanted.state not in (WAITS, ANY), _ITEM.state == wanted.state),
        (wanted.risk, _ITEM.calm <= 100 - wanted.risk),
        (wanted.days, _ITEM.opened_at <= tx.now - timedelta(days=wanted.days)),
        (wanted.entity, _ITEM.entity_types.contains(literal([wanted.entity], ARRAY(Text)))),
        (wanted.mark, _ITEM.marks.contains(literal([wanted.mark], ARRAY(Text)))),
        (wanted.consent, _ITEM.consent == wanted.consent),
        (wanted.policy, _ITEM.policy_digest == wanted.policy),
        (wanted.assignee == NOBODY, _ITEM.assignee.is_(None)),
        (wanted.assignee not in ("", NOBODY), _ITEM.assignee == wanted.assignee),
    ]
    return [condition for is_asked, condition in asked if is_asked]


def _speaking_of(tx: Transaction, terms: Sequence[int]) -> Any:
    """Ask for the published recordings whose redacted transcript has all words; what has ended is in no answer."""
    ended = exists().where(
        endings.c.tenant == tx.tenant,
        ((endings.c.scope_kind == "recording") & (endings.c.scope_id == recordings.c.id))
        | ((endings.c.scope_kind == "call") & (endings.c.scope_id == recordings.c.call_id)),
    )
    return (
        select(word_index.c.recording_id)
        .join(
            recordings,
            (recordings.c.tenant == word_index.c.tenant) & (recordings.c.id == word_index.c.recording_id),
        )
        .where(
            word_index.c.tenant == tx.tenant,
            word_index.c.terms.contains(literal(list(terms), ARRAY(BigInteger))),
            recordings.c.state == RecordingState.PUBLISHED.value,
            ~ended,
        )
    )


def _cursor(row: Row[Any], wanted: QueueFilter) -> str:
    at = row.opened_at.isoformat()
    return write_cursor(at, row.id) if wanted.order == QueueOrder.AGE else write_cursor(row.calm, at, row.id)


def _place(cursor: str, wanted: QueueFilter) -> tuple[Any, ...]:
    if wanted.order == QueueOrder.AGE:
        at, item = read_cursor(cursor, str, str)
        return (_moment(at), item)
    calm, then, identity = read_cursor(cursor, int, str, str)
    return (calm, _moment(then), identity)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput("a cursor is what a page gave, unchanged")
    return moment


def _is(tx: Transaction, recording: RecordingId) -> tuple[ColumnElement[bool], ...]:
    return (_ITEM.tenant == tx.tenant, _ITEM.recording_id == recording)


def _item(row: Row[Any]) -> QueueItem:
    return QueueItem(
        id=row.id,
        recording=RecordingId(row.recording_id),
        state=QueueState(row.state),
        risk=row.risk,
        parts=tuple(RiskPart(code=RiskCode(code), points=points, count=count) for code, points, count in row.points),
        marks=tuple(Mark(mark) for mark in row.marks),
        entity_types=tuple(row.entity_types),
        entities=row.entities,
        consent=None if row.consent is None else ConsentSign(row.consent),
        policy_digest=row.policy_digest,
        opened_at=row.opened_at,
        assignee=row.assignee,
        escalated_to=row.escalated_to,
        version=row.version,
    )
