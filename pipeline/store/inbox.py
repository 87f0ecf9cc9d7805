"""What vendors told us, each message once. Only listed fields of a message are kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert

from pipeline.store.session import Transaction
from pipeline.store.tables import inbox


def add_message(tx: Transaction, *, provider: str, event_id: str, body: Mapping[str, str | int | None]) -> bool:
    """Keep a message unless it is here; False for a duplicate.

    Args:
        tx: the tenant's transaction, which also starts the work that the message asks for.
        provider: `twilio` or `deepgram`.
        event_id: what makes the message unique at its provider, such as `RE...:completed`.
        body: fields from an allow-list; never numbers or words.
    """
    added = tx.connection.execute(
        insert(inbox)
        .values(tenant=tx.tenant, provider=provider, event_id=event_id, body=dict(body), received_at=tx.now)
        .on_conflict_do_nothing()
        .returning(inbox.c.id)
    )
    return added.first() is not None
