"""Recordings that must not be trained on any more, wherever they went. Marks are only added, and never taken back.

A recall is of the recording, not of a dataset: whether it was marked before or after a dataset was written, every
dataset that contains the recording is on the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Table, distinct, exists, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.consent import Outcome
from pipeline.model.dataset import RecallCause, RecalledRow
from pipeline.model.errors import InvalidInput
from pipeline.model.hold import HoldScope
from pipeline.model.ids import CallId, RecordingId
from pipeline.store.audit import Facts, add_event
from pipeline.store.child_signals import CLEARED, FLAGGED
from pipeline.store.datasets import Dataset, list_datasets_of
from pipeline.store.holds import list_holds_on
from pipeline.store.session import Transaction
from pipeline.store.tables import calls, consent_events, endings, holds, legs, recordings
from pipeline.store.tables_registry import child_signals
from pipeline.store.tables_training import dataset_rows, recalls


def recall_of(
    tx: Transaction, recording: RecordingId, cause: RecallCause, *, actor: str = "system"
) -> tuple[Dataset, ...]:
    """Recall a recording from every dataset that contains it; call this when what ends or forbids it is noted.

    Repeating it changes nothing. What was never exported is marked too, without an event, so that an export that is
    running cannot miss it; but for a hold, after which it may be exported again.

    Returns:
        The datasets that contain it, oldest first.
    """
    found = list_datasets_of(tx, recording)
    if cause is RecallCause.HOLD and not found:
        return ()
    added = tx.connection.execute(
        insert(recalls)
        .values(tenant=tx.tenant, recording_id=recording, cause=cause.value, actor=actor, at=tx.now)
        .on_conflict_do_nothing()
        .returning(recalls.c.id)
    )
    if added.first() is not None and found:
        facts: Facts = {"cause": cause.value, "datasets": len(found), "newest": found[-1].id if found else None}
        add_event(tx, AuditTag.RECORDING_RECALLED, actor=actor, target=recording, facts=facts)
    return found


def recall_scope(tx: Transaction, scope: tuple[str, str], cause: RecallCause, *, actor: str = "system") -> int:
    """Recall everything that an ending or a hold covers; give how many recordings that are in datasets were concerned.

    Args:
        tx: the tenant's transaction.
        scope: `("recording", id)`, `("call", id)` or `("tenant", id)`.
        cause: why.
        actor: who.

    Raises:
        InvalidInput: another kind of scope.
    """
    kind, subject = scope
    if kind == "tenant":
        return _recall_everything(tx, cause, actor)
    if kind not in ("recording", "call"):
        raise InvalidInput("a recall covers a recording, a call or a tenant")
    concerned = [RecordingId(subject)] if kind == "recording" else _of_call(tx, CallId(subject))
    return sum(bool(recall_of(tx, recording, cause, actor=actor)) for recording in concerned)


def list_causes(tx: Transaction, recording: RecordingId) -> tuple[RecallCause, ...]:
    """List why a recording was recalled, in the order in which that was noted; nothing where it was not."""
    rows = tx.connection.execute(
        select(recalls.c.cause)
        .where(recalls.c.tenant == tx.tenant, recalls.c.recording_id == recording)
        .order_by(recalls.c.id)
    )
    return tuple(RecallCause(cause) for cause in rows.scalars())


def list_recalled(tx: Transaction) -> Iterator[RecalledRow]:
    """List every row of every dataset that was recalled, in an order that does not depend on when."""
    marked = exists().where(recalls.c.tenant == tx.tenant, recalls.c.recording_id == dataset_rows.c.recording_id)
    rows = tx.connection.execute(
        select(dataset_rows)
        .where(dataset_rows.c.tenant == tx.tenant, marked)
        .order_by(dataset_rows.c.dataset_id, dataset_rows.c.row_key, dataset_rows.c.artifact_id)
    )
    for row in rows:
        yield RecalledRow(
            dataset=row.dataset_id,
            row=row.row_key,
            recording=row.recording_id,
            artifact=row.artifact_id,
            sha256=row.sha256,
        )


def list_marked(tx: Transaction) -> frozenset[str]:
    """List every recording that was recalled, whether or not a dataset contains it."""
    return frozenset(
        tx.connection.execute(select(recalls.c.recording_id).where(recalls.c.tenant == tx.tenant).distinct()).scalars()
    )


def list_unmarked(tx: Transaction) -> tuple[tuple[RecordingId, RecallCause], ...]:
    """List recordings in datasets that something stands against and nobody recalled, as no hook was told.

    Endings, holds in force and signs of a child are certain; a sign bars training for good, also after a person cleared
    it. A withdrawal may be of somebody who is not heard in the recording: whoever asks must judge.
    """
    inside = _unmarked(tx)
    parts = (
        select(inside.c.recording_id, endings.c.cause).join(
            endings, (endings.c.tenant == tx.tenant) & _covers(endings, inside)
        ),
        select(inside.c.recording_id, literal(RecallCause.HOLD.value)).join(
            holds, (holds.c.tenant == tx.tenant) & holds.c.released_at.is_(None) & _covers(holds, inside)
        ),
        _of_held_party(tx, inside),
        *_of_child(tx, inside),
        select(inside.c.recording_id, literal(RecallCause.WITHDRAWAL.value)).join(
            consent_events,
            (consent_events.c.tenant == tx.tenant)
            & (consent_events.c.call_id == inside.c.call_id)
            & (consent_events.c.outcome == Outcome.WITHDRAWN.value),
        ),
    )
    found = {(RecordingId(r), RecallCause(cause)) for r, cause in tx.connection.execute(union_all(*parts))}
    return tuple(sorted(found | _held_by_query(tx)))


def _of_child(tx: Transaction, inside: CTE) -> tuple[Select[Any], ...]:
    """Ask for every sign of a child: flagged during the call, or noted since; cleared or not."""
    named = select(inside.c.recording_id, literal(RecallCause.CHILD.value))
    is_flagged = calls.c.flags.contains([FLAGGED])
    is_sign = (child_signals.c.tenant == tx.tenant) & (child_signals.c.sign != CLEARED)
    return (
        named.join(calls, (calls.c.tenant == tx.tenant) & (calls.c.id == inside.c.call_id) & is_flagged),
        named.join(child_signals, is_sign & _covers(child_signals, inside)),
    )


def _of_held_party(tx: Transaction, inside: CTE) -> Select[Any]:
    """Ask for calls that somebody is on whom a hold names."""
    is_of_call = (legs.c.tenant == tx.tenant) & (legs.c.call_id == inside.c.call_id)
    names = (holds.c.scope_kind == HoldScope.PARTY.value) & (holds.c.scope_id == legs.c.number_ref)
    is_in_force = (holds.c.tenant == tx.tenant) & holds.c.released_at.is_(None)
    named = select(inside.c.recording_id, literal(RecallCause.HOLD.value))
    return named.join(legs, is_of_call).join(holds, is_in_force & names)


def _held_by_query(tx: Transaction) -> set[tuple[RecordingId, RecallCause]]:
    """Find what a hold on a query covers; where there is none, nothing is asked about recordings."""
    is_query = (holds.c.tenant == tx.tenant) & (holds.c.scope_kind == HoldScope.QUERY.value)
    if (
        tx.connection.execute(select(holds.c.id).where(is_query, holds.c.released_at.is_(None)).limit(1)).first()
        is None
    ):
        return set()
    found = map(RecordingId, tx.connection.execute(select(_unmarked(tx).c.recording_id)).scalars().all())
    return {(recording, RecallCause.HOLD) for recording in found if list_holds_on(tx, recording=recording)}


def _unmarked(tx: Transaction) -> CTE:
    """Recordings in datasets that were not recalled, with their calls."""
    is_marked = exists().where(recalls.c.tenant == tx.tenant, recalls.c.recording_id == dataset_rows.c.recording_id)
    return (
        select(dataset_rows.c.recording_id, recordings.c.call_id)
        .distinct()
        .join(recordings, (recordings.c.id == dataset_rows.c.recording_id) & (recordings.c.tenant == tx.tenant))
        .where(dataset_rows.c.tenant == tx.tenant, ~is_marked)
        .cte("inside")
    )


def _covers(table: Table, inside: CTE) -> ColumnElement[bool]:
    """Say that what has a scope covers a recording: itself, its call, or the whole tenant."""
    kind, subject = table.c.scope_kind, table.c.scope_id
    of_recording = (kind == "recording") & (subject == inside.c.recording_id)
    return of_recording | ((kind == "call") & (subject == inside.c.call_id)) | (kind == "tenant")


def _of_call(tx: Transaction, call: CallId) -> list[RecordingId]:
    rows = select(recordings.c.id).where(recordings.c.tenant == tx.tenant, recordings.c.call_id == call)
    return [RecordingId(found) for found in tx.connection.execute(rows.order_by(recordings.c.id)).scalars()]


def _recall_everything(tx: Transaction, cause: RecallCause, actor: str) -> int:
    """Recall all that was ever exported, in one statement and with one event."""
    exported = (
        select(literal(tx.tenant), dataset_rows.c.recording_id, literal(cause.value), literal(actor), literal(tx.now))
        .where(dataset_rows.c.tenant == tx.tenant)
        .distinct()
    )
    columns = ("tenant", "recording_id", "cause", "actor", "at")
    marks = insert(recalls).from_select(columns, exported).on_conflict_do_nothing().returning(recalls.c.id).cte("marks")
    added = int(tx.connection.execute(select(func.count()).select_from(marks)).scalar_one())
    if added:
        facts: Facts = {"cause": cause.value, "recordings": added}
        add_event(tx, AuditTag.RECORDING_RECALLED, actor=actor, target=tx.tenant, facts=facts)
    counted = select(func.count(distinct(dataset_rows.c.recording_id))).where(dataset_rows.c.tenant == tx.tenant)
    return int(tx.connection.execute(counted).scalar_one())
