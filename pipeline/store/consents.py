"""What happened to the permissions of a call. Events are only added, each once for its cause."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.model.ids import CallId
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.tables import consent_events


def add_consent(tx: Transaction, call: CallId, event: ConsentEvent, *, cause: str, actor: str) -> bool:
    """Add an event unless its cause was noted before (a repeated webhook); False where it was.

    Args:
        tx: the tenant's transaction.
        call: the call it belongs to.
        event: what was answered.
        cause: what made the answer, such as `ask_record:1`; one event a cause, leg, ordinal and purpose.
        actor: who brought it.
    """
    added = tx.connection.execute(
        insert(consent_events)
        .values(tenant=tx.tenant, call_id=call, cause=cause, **_columns(event))
        .on_conflict_do_nothing()
        .returning(consent_events.c.id)
    )
    is_new = added.first() is not None
    if is_new:
        add_event(
            tx,
            AuditTag.CONSENT_NOTED,
            actor=actor,
            target=call,
            facts={
                "leg": event.leg_role.value,
                "ordinal": event.ordinal,
                "round": event.round,
                "purpose": event.purpose.value,
                "outcome": event.outcome.value,
                "method": event.method.value,
                "cause": cause,
                "script_sha256": event.script.sha256 if event.script else None,
            },
        )
    return is_new


def list_consents(tx: Transaction, call: CallId) -> tuple[ConsentEvent, ...]:
    """List a call's events in the order in which they were noted."""
    rows = tx.connection.execute(
        select(consent_events)
        .where(consent_events.c.tenant == tx.tenant, consent_events.c.call_id == call)
        .order_by(consent_events.c.id)
    )
    return tuple(
        ConsentEvent(
            leg_role=LegRole(row.leg_role),
            purpose=Purpose(row.purpose),
            outcome=Outcome(row.outcome),
            method=Method(row.method),
            at=row.at,
            script=ScriptRef(id=row.script_id, locale=row.script_locale, sha256=row.script_sha256)
            if row.script_id
            else None,
            attempts=row.attempts,
            digit=row.digit,
            confidence=row.confidence,
            phrase=row.phrase,
            ordinal=row.ordinal,
            round=row.round,
        )
        for row in rows
    )


def _columns(event: ConsentEvent) -> dict[str, Any]:
    script = event.script
    return {
        "leg_role": event.leg_role.value,
        "purpose": event.purpose.value,
        "outcome": event.outcome.value,
        "method": event.method.value,
        "at": event.at,
        "script_id": script.id if script else None,
        "script_locale": script.locale if script else None,
        "script_sha256": script.sha256 if script else None,
        "attempts": event.attempts,
        "digit": event.digit,
        "confidence": event.confidence,
        "phrase": event.phrase,
        "ordinal": event.ordinal,
        "round": event.round,
    }
