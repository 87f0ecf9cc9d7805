"""Purges and what belongs to each. What is to go is written down before it goes, so that a death loses no version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from pipeline.model.audit import AuditTag
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, new_id
from pipeline.model.purge import Ground, Item, ItemKind, ItemState, Purge, PurgeState, Subject, Version
from pipeline.model.retention import RetentionBasis
from pipeline.store.audit import Facts, add_event, lock_log
from pipeline.store.session import Transaction
from pipeline.store.tables_disposal import purge_items, purges

_ACTOR: Final = "system"


def open_purge(tx: Transaction, subject: Subject, ground: Ground, *, purge_id: str | None = None) -> Purge:
    """Give the open purge of a subject, or begin one; two who ask at once get the same."""
    lock_log(tx)
    row = tx.connection.execute(select(purges).where(_of(tx, subject), purges.c.state == PurgeState.OPEN.value)).first()
    if row is not None:
        return purge_of(row)
    purge = Purge(
        id=purge_id or new_id("purge"),
        subject=subject,
        ground=ground,
        state=PurgeState.OPEN,
        reason=None,
        attempts=0,
        asked_at=tx.now,
        finished_at=None,
    )
    tx.connection.execute(
        insert(purges).values(
            id=purge.id,
            tenant=tx.tenant,
            subject_kind=subject.kind,
            subject_id=subject.id,
            cause=ground.cause.value,
            clause=asdict(ground.clause),
            state=purge.state.value,
            attempts=0,
            asked_at=tx.now,
        )
    )
    facts: Facts = {"purge": purge.id, "cause": ground.cause.value, "section": ground.clause.section}
    add_event(tx, AuditTag.PURGE_OPENED, actor=_ACTOR, target=subject.id, facts=facts)
    return purge


def get_purge(tx: Transaction, purge: str) -> Purge:
    """Read a purge.

    Raises:
        NotFound: the tenant has no such purge.
    """
    row = tx.connection.execute(select(purges).where(_is(tx, purge))).first()
    if row is None:
        raise NotFound(f"no purge {purge}")
    return purge_of(row)


def list_purges(
    tx: Transaction, *, state: PurgeState | None = None, subject: str | None = None, limit: int | None = None
) -> tuple[Purge, ...]:
    """List purges, oldest first: all, those in a state, those of a recording or call."""
    query = select(purges).where(purges.c.tenant == tx.tenant).order_by(purges.c.asked_at, purges.c.id).limit(limit)
    if state is not None:
        query = query.where(purges.c.state == state.value)
    if subject is not None:
        query = query.where(purges.c.subject_id == subject)
    return tuple(purge_of(row) for row in tx.connection.execute(query))


def add_items(tx: Transaction, purge: Purge, items: Iterable[Item]) -> None:
    """Write down what is to go; what is written down already stays as it is."""
    for item in items:
        values = {"tenant": tx.tenant, "purge_id": purge.id, "at": tx.now, **_columns(item)}
        statement = insert_or_not(purge_items).values(**values)
        tx.connection.execute(statement.on_conflict_do_nothing())


def put_item(tx: Transaction, purge: Purge, item: Item) -> None:
    """Write how far an item is."""
    tx.connection.execute(
        update(purge_items)
        .where(_items_of(tx, purge.id), purge_items.c.kind == item.kind.value, purge_items.c.target == item.target)
        .values(at=tx.now, **_columns(item))
    )


def get_item(tx: Transaction, purge: Purge, item: Item, *, is_locked: bool = False) -> Item:
    """Read an item as it stands now; locked, it stays so until the transaction ends.

    Raises:
        NotFound: it is not of this purge.
    """
    query = select(purge_items).where(
        _items_of(tx, purge.id), purge_items.c.kind == item.kind.value, purge_items.c.target == item.target
    )
    row = tx.connection.execute(query.with_for_update() if is_locked else query).first()
    if row is None:
        raise NotFound("no such item of this purge")
    return _item(row)


def list_items(
    tx: Transaction,
    purge: str,
    *,
    kind: ItemKind | None = None,
    state: ItemState | None = None,
    limit: int | None = None,
) -> tuple[Item, ...]:
    """List a purge's items in the order in which they were written down."""
    query = select(purge_items).where(_items_of(tx, purge)).order_by(purge_items.c.id).limit(limit)
    if kind is not None:
        query = query.where(purge_items.c.kind == kind.value)
    if state is not None:
        query = query.where(purge_items.c.state == state.value)
    return tuple(_item(row) for row in tx.connection.execute(query))


def count_doomed(tx: Transaction, purge: str) -> int:
    """Count what is still to go."""
    query = select(func.count()).where(_items_of(tx, purge), purge_items.c.state == ItemState.DOOMED.value)
    return int(tx.connection.execute(query).scalar() or 0)


def is_doomed(tx: Transaction, artifact: ArtifactId) -> bool:
    """Say whether an open purge is to destroy an artifact's object, or has and did not come to note it."""
    query = (
        select(purge_items.c.target)
        .join_from(purge_items, purges, purges.c.id == purge_items.c.purge_id)
        .where(
            purge_items.c.tenant == tx.tenant,
            purges.c.tenant == tx.tenant,
            purge_items.c.kind == ItemKind.OBJECT.value,
            purge_items.c.target == artifact,
            purge_items.c.state == ItemState.DOOMED.value,
            purges.c.state == PurgeState.OPEN.value,
        )
    )
    return tx.connection.execute(query).first() is not None


def list_followed(tx: Transaction) -> tuple[str, ...]:
    """Name the purges of which a vendor still lists something."""
    query = select(purge_items.c.purge_id).where(
        purge_items.c.tenant == tx.tenant, purge_items.c.state == ItemState.FOLLOWED.value
    )
    return tuple(sorted(set(tx.connection.execute(query).scalars())))


def keep_open(tx: Transaction, purge: Purge, reason: str) -> Purge:
    """Note why a purge is not done; it is tried again every night."""
    add_event(
        tx, AuditTag.PURGE_WAITING, actor=_ACTOR, target=purge.subject.id, facts={"purge": purge.id, "reason": reason}
    )
    return _change(tx, purge, reason=reason, attempts=purge.attempts + 1)


def finish(tx: Transaction, purge: Purge) -> Purge:
    """Note that nothing of a purge is left to be done."""
    gone = len(list_items(tx, purge.id, kind=ItemKind.OBJECT, state=ItemState.GONE))
    kept = len(list_items(tx, purge.id, kind=ItemKind.OBJECT, state=ItemState.KEPT))
    facts: Facts = {"purge": purge.id, "objects": gone, "held": kept}
    add_event(tx, AuditTag.PURGE_FINISHED, actor=_ACTOR, target=purge.subject.id, facts=facts)
    return _change(tx, purge, state=PurgeState.DONE, reason=None, attempts=purge.attempts + 1, finished_at=tx.now)


def _change(tx: Transaction, purge: Purge, **changed: Any) -> Purge:
    values = {**changed, "state": changed["state"].value} if "state" in changed else changed
    tx.connection.execute(update(purges).where(_is(tx, purge.id)).values(**values))
    return replace(purge, **changed)


def _of(tx: Transaction, subject: Subject) -> ColumnElement[bool]:
    return (
        (purges.c.tenant == tx.tenant) & (purges.c.subject_kind == subject.kind) & (purges.c.subject_id == subject.id)
    )


def _is(tx: Transaction, purge: str) -> ColumnElement[bool]:
    return (purges.c.tenant == tx.tenant) & (purges.c.id == purge)


def _items_of(tx: Transaction, purge: str) -> ColumnElement[bool]:
    return (purge_items.c.tenant == tx.tenant) & (purge_items.c.purge_id == purge)


def _columns(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "target": item.target,
        "detail": item.detail,
        "object_key": item.object_key,
        "sealed_sha256": item.sealed_sha256,
        "versions": [[version.id, version.is_delete_marker] for version in item.versions],
        "state": item.state.value,
        "reason": item.reason,
        "until": item.until,
    }


def purge_of(row: Row[Any]) -> Purge:
    """Read a purge from a row that has every column of its table."""
    return Purge(
        id=row.id,
        subject=Subject(kind=row.subject_kind, id=row.subject_id),
        ground=Ground(cause=RetentionBasis(row.cause), clause=Clause(**row.clause)),
        state=PurgeState(row.state),
        reason=row.reason,
        attempts=row.attempts,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
    )


def _item(row: Row[Any]) -> Item:
    return Item(
        kind=ItemKind(row.kind),
        target=row.target,
        state=ItemState(row.state),
        detail=row.detail,
        object_key=row.object_key,
        sealed_sha256=row.sealed_sha256,
        versions=tuple(Version(id=name, is_delete_marker=marker) for name, marker in row.versions),
        reason=row.reason,
        until=row.until,
        at=row.at,
    )
