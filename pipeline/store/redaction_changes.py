"""What reviewers decided about places of a redaction, and what became of it. Rows are added; only their state moves.

What somebody wrote as a reason stands sealed. Everything else is places, types, codes and moments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeKind, ChangeState, NotPersonal, RedactionChange
from pipeline.model.span import TimeSpan
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_review import redaction_changes


def add_change(tx: Transaction, change: RedactionChange, *, reason: str, keys: Keys) -> None:
    """Keep a change with what was written about it; nothing is sealed where nothing was."""
    sealed = seal(reason.encode(), keys=keys, tenant=tx.tenant, context=_context(change.id)) if reason else None
    tx.connection.execute(
        insert(redaction_changes).values(
            id=change.id,
            tenant=tx.tenant,
            recording_id=change.recording,
            batch_id=change.batch,
            kind=change.kind.value,
            entity_type=change.type.value,
            channel=change.channel,
            start_ms=change.time.start_ms,
            end_ms=change.time.end_ms,
            code=None if change.code is None else change.code.value,
            sealed=sealed,
            base_version=change.base_version,
            actor=change.actor,
            at=change.at,
            due_at=change.due_at,
            state=change.state.value,
        )
    )


def get_change(tx: Transaction, change: str, *, is_locked: bool = False) -> RedactionChange:
    """Read a change, and lock its row where that is asked.

    Raises:
        NotFound: the tenant has no such change.
    """
    query = _changes(tx).where(redaction_changes.c.id == change)
    row = tx.connection.execute(query.with_for_update() if is_locked else query).first()
    if row is None:
        raise NotFound(f"no change {change[:40]}")
    return _change(row)


def list_changes(
    tx: Transaction, recording: RecordingId, *, states: Collection[ChangeState] = ()
) -> tuple[RedactionChange, ...]:
    """List the changes of a recording in the order in which they were made, all or those in some states."""
    query = _changes(tx).where(redaction_changes.c.recording_id == recording)
    if states:
        query = query.where(redaction_changes.c.state.in_([state.value for state in states]))
    rows = tx.connection.execute(query.order_by(redaction_changes.c.at, redaction_changes.c.id))
    return tuple(_change(row) for row in rows)


def lock_batch(tx: Transaction, batch: str) -> tuple[RedactionChange, ...]:
    """Read the changes of a batch and lock their rows, in the order in which they were made."""
    query = _changes(tx).where(redaction_changes.c.batch_id == batch)
    rows = tx.connection.execute(query.order_by(redaction_changes.c.at, redaction_changes.c.id).with_for_update())
    return tuple(_change(row) for row in rows)


def list_awaiting_second(tx: Transaction, *, after: str = "", limit: int = 50) -> tuple[RedactionChange, ...]:
    """List changes that need a second reviewer, by id, a page after another."""
    query = _changes(tx).where(
        redaction_changes.c.state == ChangeState.AWAITING_SECOND.value, redaction_changes.c.id > after
    )
    return tuple(_change(row) for row in tx.connection.execute(query.order_by(redaction_changes.c.id).limit(limit)))


def mark_second(tx: Transaction, changes: Collection[str], state: ChangeState, *, actor: str, due_at: datetime) -> None:
    """Note what a second reviewer said of changes."""
    _mark(tx, changes, {"state": state.value, "second_actor": actor, "second_at": tx.now, "due_at": due_at})


def mark_undone(tx: Transaction, changes: Collection[str]) -> None:
    """Take changes back that were not rendered yet."""
    _mark(tx, changes, {"state": ChangeState.UNDONE.value})


def claim_due(tx: Transaction, recording: RecordingId) -> tuple[RedactionChange, ...]:
    """Take up the changes of a recording that wait and are due, and give them with those that were taken up before.

    From now on they cannot be taken back.
    """
    own = (redaction_changes.c.tenant == tx.tenant) & (redaction_changes.c.recording_id == recording)
    tx.connection.execute(
        update(redaction_changes)
        .where(own, redaction_changes.c.state == ChangeState.WAITING.value, redaction_changes.c.due_at <= tx.now)
        .values(state=ChangeState.RENDERING.value)
    )
    return list_changes(tx, recording, states=(ChangeState.RENDERING,))


def mark_rendered(tx: Transaction, changes: Collection[str], *, version: int) -> None:
    """Note in which version changes are rendered."""
    _mark(tx, changes, {"state": ChangeState.RENDERED.value, "version": version})


def mark_failed(tx: Transaction, changes: Collection[str], *, failure: str) -> None:
    """Note why changes could not be rendered: a code, and no words."""
    _mark(tx, changes, {"state": ChangeState.FAILED.value, "failure": failure})


def read_change_reason(tx: Transaction, change: str, *, keys: Keys) -> str:
    """Open what was written about a change; nothing where nothing was.

    Raises:
        NotFound: the tenant has no such change.
    """
    query = select(redaction_changes.c.sealed).where(
        redaction_changes.c.tenant == tx.tenant, redaction_changes.c.id == change
    )
    row = tx.connection.execute(query).first()
    if row is None:
        raise NotFound(f"no change {change[:40]}")
    if not row.sealed:
        return ""
    return open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_context(change)).decode()


def _mark(tx: Transaction, changes: Collection[str], values: Mapping[str, Any]) -> None:
    tx.connection.execute(
        update(redaction_changes)
        .where(redaction_changes.c.tenant == tx.tenant, redaction_changes.c.id.in_(list(changes)))
        .values(**values)
    )


def _changes(tx: Transaction) -> Any:
    return select(redaction_changes).where(redaction_changes.c.tenant == tx.tenant)


def _change(row: Row[Any]) -> RedactionChange:
    return RedactionChange(
        id=row.id,
        recording=RecordingId(row.recording_id),
        batch=row.batch_id,
        kind=ChangeKind(row.kind),
        type=EntityType(row.entity_type),
        channel=row.channel,
        time=TimeSpan(row.start_ms, row.end_ms),
        code=None if row.code is None else NotPersonal(row.code),
        base_version=row.base_version,
        actor=row.actor,
        at=row.at,
        due_at=row.due_at,
        state=ChangeState(row.state),
        second_actor=row.second_actor,
        version=row.version,
        failure=row.failure,
    )


def _context(change: str) -> dict[str, str]:
    return {"kind": "redaction.change", "change": change}
