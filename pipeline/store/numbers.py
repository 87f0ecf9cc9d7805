"""A tenant's own telephone numbers. The number stands only in the sealed column; a keyed digest serves for look-up."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.ids import new_id
from pipeline.ports.keys import Keys
from pipeline.store.calls import number_ref
from pipeline.store.seal import seal
from pipeline.store.session import Transaction
from pipeline.store.tables import tenants
from pipeline.store.tables_telephony import numbers

_CONTEXT = {"kind": "tenant.number"}
ARMED = "armed"


def list_armed(tx: Transaction) -> frozenset[str]:
    """Give the references of the tenant's numbers whose calls may be recorded."""
    query = select(numbers.c.number_ref).where(numbers.c.tenant == tx.tenant, numbers.c.state == ARMED)
    return frozenset(tx.connection.execute(query).scalars())


def mark_armed(tx: Transaction, number: str, *, keys: Keys) -> None:
    """List a number, unless it is, and let its calls be recorded."""
    ref = number_ref(number, keys=keys, tenant=tx.tenant)
    values = {"state": ARMED, "armed_at": tx.now}
    sealed = seal(number.encode(), keys=keys, tenant=tx.tenant, context=_CONTEXT)
    row = {"id": new_id("num"), "tenant": tx.tenant, "number_ref": ref, "sealed": sealed, "listed_at": tx.now}
    tx.connection.execute(
        insert(numbers)
        .values(**row, **values)
        .on_conflict_do_update(index_elements=["tenant", "number_ref"], set_=values)
    )
    bump_version(tx)


def bump_version(tx: Transaction) -> None:
    """Say that something of the tenant changed, so that nothing goes on from what was read before."""
    tx.connection.execute(update(tenants).where(tenants.c.tenant == tx.tenant).values(version=tenants.c.version + 1))
