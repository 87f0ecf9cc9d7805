"""A tenant's own telephone numbers. The number stands only in the sealed column; a keyed digest serves for look-up.

A number that a vendor points at us has the vendor's SID; one that somebody else points (a SIP domain, a client) has
none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.errors import NotFound
from pipeline.model.ids import new_id
from pipeline.ports.keys import Keys
from pipeline.store.calls import number_ref
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import tenants
from pipeline.store.tables_telephony import numbers

_CONTEXT = {"kind": "tenant.number"}
LISTED = "listed"
ARMED = "armed"
DISARMED = "disarmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumber:
    """A number of the tenant as it stands now."""

    id: str
    number: str = field(repr=False)
    number_sid: str | None
    state: str
    attestation_id: str | None
    listed_at: datetime
    armed_at: datetime | None
    read_back_at: datetime | None

    @property
    def is_armed(self) -> bool:
        """Whether its calls may be recorded."""
        return self.state == ARMED


def list_armed(tx: Transaction) -> frozenset[str]:
    """Give the references of the tenant's numbers whose calls may be recorded."""
    query = select(numbers.c.number_ref).where(numbers.c.tenant == tx.tenant, numbers.c.state == ARMED)
    return frozenset(tx.connection.execute(query).scalars())


def list_number_refs(tx: Transaction) -> frozenset[str]:
    """Give the references of every number of the tenant, armed or not."""
    return frozenset(tx.connection.execute(select(numbers.c.number_ref).where(numbers.c.tenant == tx.tenant)).scalars())


def list_numbers(tx: Transaction, *, keys: Keys) -> tuple[OwnNumber, ...]:
    """List the tenant's numbers, the first listed first."""
    query = select(numbers).where(numbers.c.tenant == tx.tenant).order_by(numbers.c.listed_at, numbers.c.id)
    return tuple(_opened(tx, tx.connection.execute(query), keys))


def get_number(tx: Transaction, named: str, *, keys: Keys) -> OwnNumber:
    """Read a number by itself, by the vendor's SID or by our id, and lock it: who arms and who disarms take turns.

    Raises:
        NotFound: no such number is listed; the message does not repeat it.
    """
    ref = number_ref(named, keys=keys, tenant=tx.tenant)
    is_it = (numbers.c.number_ref == ref) | (numbers.c.number_sid == named) | (numbers.c.id == named)
    query = select(numbers).where(numbers.c.tenant == tx.tenant, is_it).with_for_update()
    found = next(_opened(tx, tx.connection.execute(query), keys), None)
    if found is None:
        raise NotFound("no such number is listed for the tenant")
    return found


def add_number(tx: Transaction, number: str, *, number_sid: str | None, keys: Keys) -> str | None:
    """List a number; give its id, None where it was listed already (a SID that it had not is added)."""
    added = tx.connection.execute(
        insert(numbers)
        .values(**_new(tx, number, keys), number_sid=number_sid, state=LISTED)
        .on_conflict_do_nothing(index_elements=["tenant", "number_ref"])
        .returning(numbers.c.id)
    ).scalar()
    if added is None and number_sid is not None:
        ref = number_ref(number, keys=keys, tenant=tx.tenant)
        mine = (numbers.c.tenant == tx.tenant) & (numbers.c.number_ref == ref)
        tx.connection.execute(update(numbers).where(mine).values(number_sid=number_sid))
    return added


def mark_armed(
    tx: Transaction, number: str, *, keys: Keys, attestation_id: str | None = None, is_read_back: bool = False
) -> None:
    """Let a number's calls be recorded; it is listed where it was not."""
    values: dict[str, Any] = {"state": ARMED, "armed_at": tx.now, "attestation_id": attestation_id}
    if is_read_back:
        values["read_back_at"] = tx.now
    tx.connection.execute(
        insert(numbers)
        .values(**_new(tx, number, keys), **values)
        .on_conflict_do_update(index_elements=["tenant", "number_ref"], set_=values)
    )
    bump_version(tx)


def mark_disarmed(tx: Transaction, number_id: str) -> None:
    """Let no call of a number be recorded from now on."""
    mine = (numbers.c.tenant == tx.tenant) & (numbers.c.id == number_id)
    tx.connection.execute(update(numbers).where(mine).values(state=DISARMED, armed_at=None, read_back_at=None))
    bump_version(tx)


def bump_version(tx: Transaction) -> None:
    """Say that something of the tenant changed, so that nothing goes on from what was read before."""
    tx.connection.execute(update(tenants).where(tenants.c.tenant == tx.tenant).values(version=tenants.c.version + 1))


def _new(tx: Transaction, number: str, keys: Keys) -> dict[str, Any]:
    return {
        "id": new_id("num"),
        "tenant": tx.tenant,
        "number_ref": number_ref(number, keys=keys, tenant=tx.tenant),
        "sealed": seal(number.encode(), keys=keys, tenant=tx.tenant, context=_CONTEXT),
        "listed_at": tx.now,
    }


def _opened(tx: Transaction, rows: Any, keys: Keys) -> Iterator[OwnNumber]:
    for row in rows:
        yield _number(row, open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=_CONTEXT).decode())


def _number(row: Row[Any], number: str) -> OwnNumber:
    return OwnNumber(
        id=row.id,
        number=number,
        number_sid=row.number_sid,
        state=row.state,
        attestation_id=row.attestation_id,
        listed_at=row.listed_at,
        armed_at=row.armed_at,
        read_back_at=row.read_back_at,
    )
