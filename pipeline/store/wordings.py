"""A tenant's own announcements. Versions are only added; the newest of a script and locale is in force."""

from __future__ import annotations

from sqlalchemy import select

from pipeline.store.session import Transaction
from pipeline.store.tables_telephony import wordings


def list_wordings(tx: Transaction) -> dict[str, str]:
    """Give the wordings in force by `script:locale`; a newest version without words has been taken back."""
    rows = tx.connection.execute(
        select(wordings.c.script_id, wordings.c.locale, wordings.c.wording)
        .where(wordings.c.tenant == tx.tenant)
        .order_by(wordings.c.version)
    )
    newest = {f"{row.script_id}:{row.locale}": row.wording for row in rows}
    return {name: wording for name, wording in newest.items() if wording is not None}
