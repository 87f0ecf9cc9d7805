"""What has ended a recording, everything of a call, or a whole tenant: requests, closures. Rows are only added.

An ending moves dates at the next decision; whether something still stands against it (a hold, a law) is decided there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.retention import ENDINGS, RetentionBasis
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.tables import endings

ENDING_SCOPES: Final = ("recording", "call", "tenant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One event that ends what it covers. `source` is the id of what asked for it, such as a request."""

    scope_kind: str
    scope_id: str
    cause: RetentionBasis
    source: str
    ends_on: date


def add_ending(tx: Transaction, ending: Ending, *, actor: str, why: str | None = None) -> bool:
    """Note an ending, once for each source; False where it was noted. `why` is what somebody wrote, for the audit log.

    Raises:
        InvalidInput: not something that ends a recording, or another kind of scope.
    """
    if ending.cause not in ENDINGS or ending.scope_kind not in ENDING_SCOPES:
        raise InvalidInput("this ends nothing")
    added = tx.connection.execute(
        insert(endings)
        .values(
            tenant=tx.tenant,
            scope_kind=ending.scope_kind,
            scope_id=ending.scope_id,
            cause=ending.cause.value,
            source=ending.source,
            ends_on=ending.ends_on,
            actor=actor,
            at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(endings.c.id)
    )
    is_new = added.first() is not None
    if is_new:
        facts: Facts = {
            "cause": ending.cause.value,
            "scope_kind": ending.scope_kind,
            "source": ending.source,
            "ends_on": ending.ends_on.isoformat(),
        }
        facts = facts if why is None else {**facts, "why": why}
        add_event(tx, AuditTag.ENDED, actor=actor, target=ending.scope_id, facts=facts)
    return is_new


def list_endings_of(
    tx: Transaction, *, recording: RecordingId | None = None, call: CallId | None = None
) -> tuple[Ending, ...]:
    """List what has ended a recording or a call, what ended the whole tenant with it, earliest day first."""
    scope = (endings.c.scope_kind == "tenant") & (endings.c.scope_id == tx.tenant)
    if recording is not None:
        scope |= (endings.c.scope_kind == "recording") & (endings.c.scope_id == recording)
    if call is not None:
        scope |= (endings.c.scope_kind == "call") & (endings.c.scope_id == call)
    rows = tx.connection.execute(
        select(endings).where(endings.c.tenant == tx.tenant, scope).order_by(endings.c.ends_on, endings.c.id)
    )
    return tuple(
        Ending(
            scope_kind=row.scope_kind,
            scope_id=row.scope_id,
            cause=RetentionBasis(row.cause),
            source=row.source,
            ends_on=row.ends_on,
        )
        for row in rows
    )


def first_day(found: Iterable[Ending], cause: RetentionBasis) -> date | None:
    """Give the earliest day of one cause."""
    return min((ending.ends_on for ending in found if ending.cause is cause), default=None)
