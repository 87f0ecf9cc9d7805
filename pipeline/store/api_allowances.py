"""How often each key asked lately: one moment a key, moved on by one statement, so all processes count together."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.allowance import Allowance, Standing, standing
from pipeline.model.ids import new_id
from pipeline.store.session import Transaction
from pipeline.store.tables_api import api_allowances

_MAY_BE_LOST = text("set local synchronous_commit = off")
"""A count that a crash takes back harms nobody."""


def spend_one(tx: Transaction, key: str, allowance: Allowance) -> Standing:
    """Count a request of a key where it is allowed one more, and say where the key stands."""
    full_at = api_allowances.c.full_at
    begun = func.greatest(full_at, tx.now)
    statement = (
        insert(api_allowances)
        .values(id=new_id("alw"), tenant=tx.tenant, key_id=key, full_at=tx.now + allowance.every)
        .on_conflict_do_update(
            index_elements=["tenant", "key_id"],
            set_={"full_at": begun + allowance.every},
            where=full_at <= tx.now + allowance.window - allowance.every,
        )
        .returning(full_at)
    )
    tx.connection.execute(_MAY_BE_LOST)
    moved = tx.connection.execute(statement).scalar()
    if moved is not None:
        return standing(allowance, moved, now=tx.now, is_refused=False)
    mine = (api_allowances.c.tenant == tx.tenant) & (api_allowances.c.key_id == key)
    kept = tx.connection.execute(select(full_at).where(mine)).scalar_one()
    return standing(allowance, kept, now=tx.now, is_refused=True)
