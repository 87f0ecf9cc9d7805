"""What vendors told us, each message once. Only listed fields of a message are kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from pipeline.store.rows import add_rows
from pipeline.store.session import Transaction
from pipeline.store.tables import inbox

type Body = Mapping[str, str | int | None]


def add_message(tx: Transaction, *, provider: str, event_id: str, body: Body) -> bool:
    """Keep a message unless it is here; False for a duplicate.

    Args:
        tx: the tenant's transaction, which also starts the work that the message asks for.
        provider: `twilio` or `deepgram`.
        event_id: what makes the message unique at its provider, such as `RE...:completed`.
        body: fields from an allow-list; never numbers or words.
    """
    return bool(add_messages(tx, provider=provider, bodies={event_id: body}))


def has_message(tx: Transaction, *, provider: str, event_id: str) -> bool:
    """Say whether a message is here."""
    query = select(inbox.c.id).where(
        inbox.c.tenant == tx.tenant, inbox.c.provider == provider, inbox.c.event_id == event_id
    )
    return tx.connection.execute(query).first() is not None


def add_messages(tx: Transaction, *, provider: str, bodies: Mapping[str, Body]) -> frozenset[str]:
    """Keep the messages that are not here yet, in one statement; give the ids of those that were new."""
    rows = [
        {"tenant": tx.tenant, "provider": provider, "event_id": name, "body": dict(body), "received_at": tx.now}
        for name, body in sorted(bodies.items())  # two who add the same messages take them in one order
    ]
    return frozenset(add_rows(tx, inbox, rows, returning=inbox.c.event_id))
