"""What changes on a call while it runs: who is on it, which round of asking it is in, and where people meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from pipeline.model.call import Call, Leg
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, LegId
from pipeline.ports.keys import Keys
from pipeline.store.calls import find_call_by_sid, list_legs, number_ref, read_numbers, seal_numbers
from pipeline.store.session import Transaction
from pipeline.store.tables import calls, legs


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What the people on a call are asked under from now on."""

    mode: str
    tokens: Sequence[str]
    is_next: bool
    """Everybody is asked again, and meets elsewhere; false where only the law of a further leg was added."""


def lock_call(tx: Transaction, call_sid: str) -> Call:
    """Read a call by the vendor's id, and let nobody else change it until the transaction ends.

    Raises:
        NotFound: the tenant has no such call.
    """
    tx.connection.execute(
        select(calls.c.id).where(calls.c.tenant == tx.tenant, calls.c.call_sid == call_sid).with_for_update()
    )
    call = find_call_by_sid(tx, call_sid)
    if call is None:
        raise NotFound("no such call")
    return call


def has_ended(tx: Transaction, call: CallId) -> bool:
    """Say whether the vendor told that the call is over."""
    query = select(calls.c.ended_at).where(calls.c.tenant == tx.tenant, calls.c.id == call)
    return tx.connection.execute(query).scalar() is not None


def begin_round(tx: Transaction, call: Call, begun: Round) -> None:
    """Put a call under the law of the legs it now has. The call must be locked."""
    values = {"mode": begun.mode, "tokens": list(begun.tokens), "round": call.round + begun.is_next}
    values |= {"conference_sid": None} if begun.is_next else {}
    tx.connection.execute(update(calls).where(calls.c.tenant == tx.tenant, calls.c.id == call.id).values(**values))


def mark_conference(tx: Transaction, call: CallId, conference_sid: str) -> None:
    """Note the room in which the call's people meet."""
    tx.connection.execute(
        update(calls).where(calls.c.tenant == tx.tenant, calls.c.id == call).values(conference_sid=conference_sid)
    )


def find_leg_by_sid(tx: Transaction, call: CallId, leg_sid: str) -> Leg | None:
    """Find a leg of the call by the vendor's id."""
    return next((leg for leg in list_legs(tx, call) if leg.leg_sid == leg_sid), None)


def mark_leg_sid(tx: Transaction, leg: LegId, leg_sid: str) -> None:
    """Note the vendor's id of a leg; the first one stays."""
    tx.connection.execute(
        update(legs)
        .where(legs.c.tenant == tx.tenant, legs.c.id == leg, legs.c.leg_sid.is_(None))
        .values(leg_sid=leg_sid)
    )


def mark_joined(tx: Transaction, leg: LegId, *, at: datetime) -> None:
    """Note when a leg could first be heard by the others.

    A leg that waits outside carries the moment at which it was added, so the moment may be moved, but never before
    what was noted and never of a leg that has left.
    """
    tx.connection.execute(
        update(legs)
        .where(legs.c.tenant == tx.tenant, legs.c.id == leg, legs.c.left_at.is_(None))
        .where(legs.c.joined_at.is_(None) | (legs.c.joined_at < at))
        .values(joined_at=at)
    )


def mark_left(tx: Transaction, leg: LegId, *, at: datetime) -> bool:
    """Note when a leg could no longer be heard; the first note stays, and False is given for a later one."""
    changed = tx.connection.execute(
        update(legs).where(legs.c.tenant == tx.tenant, legs.c.id == leg, legs.c.left_at.is_(None)).values(left_at=at)
    )
    return changed.rowcount == 1


def seal_number(tx: Transaction, call: CallId, leg: Leg, number: str, *, keys: Keys) -> None:
    """Add a further leg's number to what is sealed with the call. The call must be locked."""
    numbers = {**read_numbers(tx, call, keys=keys), name_of(leg): number}
    tx.connection.execute(
        update(calls)
        .where(calls.c.tenant == tx.tenant, calls.c.id == call)
        .values(sealed=seal_numbers(tx, numbers, keys=keys))
    )


def name_of(leg: Leg) -> str:
    """Say under which name a further leg's number stands among the sealed ones of its call."""
    return f"{leg.role.value}:{leg.ordinal}"


def ref_of(tx: Transaction, number: str, *, keys: Keys) -> str:
    """Give the keyed digest that stands for a number of this tenant's."""
    return number_ref(number, keys=keys, tenant=tx.tenant)
