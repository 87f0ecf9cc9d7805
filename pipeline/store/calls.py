"""Calls and their legs. The numbers stand only in the sealed column; a keyed digest of each serves for look-up."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, LegId, TenantId
from pipeline.ports.keys import Keys
from pipeline.store.rows import add_rows, add_with_parts
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables import calls, legs

_CONTEXT = {"kind": "call.numbers"}


def number_ref(number: str, *, keys: Keys, tenant: TenantId) -> str:
    """Give the keyed digest that stands for a number everywhere outside the sealed column."""
    return number_digest(number, key=keys.digest_key(tenant))


def number_digest(number: str, *, key: bytes) -> str:
    """Give the digest that stands for a number, with the tenant's key for digests at hand."""
    return hmac.digest(key, b"number:" + number.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A call to be added, with what stands only in its row."""

    call: Call
    training_gate: bool
    numbers: Mapping[str, str] = field(repr=False)
    legs: tuple[Leg, ...] = ()
    """Added with the call, and not where it was known before."""


def add_call(tx: Transaction, call: Call, *, training_gate: bool, numbers: Mapping[str, str], keys: Keys) -> bool:
    """Add a call unless it is known; False where it was (a repeated webhook)."""
    return bool(add_calls(tx, [NewCall(call=call, training_gate=training_gate, numbers=numbers)], keys=keys))


def add_calls(tx: Transaction, new: Sequence[NewCall], *, keys: Keys) -> frozenset[CallId]:
    """Add the calls that are not known yet with their legs, in one statement; give the ids of those that were added."""
    rows = [_call_row(tx, call, keys) for call in sorted(new, key=lambda call: call.call.call_sid)]
    people = [_leg_row(tx, leg) for call in new for leg in call.legs]
    return frozenset(CallId(added) for added in add_with_parts(tx, calls, rows, parts=(legs.c.call_id, people)))


def add_leg(tx: Transaction, leg: Leg) -> None:
    """Add a leg unless the call has one of that role and ordinal."""
    add_rows(tx, legs, [_leg_row(tx, leg)], returning=legs.c.id)


def _call_row(tx: Transaction, new: NewCall, keys: Keys) -> dict[str, Any]:
    call = new.call
    return {
        "id": call.id,
        "tenant": tx.tenant,
        "call_sid": call.call_sid,
        "direction": call.direction,
        "started_at": call.started_at,
        "mode": call.mode,
        "tokens": list(call.tokens),
        "locale": call.locale,
        "training_gate": new.training_gate,
        "policy_digest": call.policy_digest,
        "matrix_version": call.matrix_version,
        "instance": call.instance,
        "flags": [],
        "round": call.round,
        "conference_sid": call.conference_sid,
        "sealed": seal_numbers(tx, new.numbers, keys=keys),
    }


def _leg_row(tx: Transaction, leg: Leg) -> dict[str, Any]:
    return {
        "id": leg.id,
        "tenant": tx.tenant,
        "call_id": leg.call,
        "role": leg.role.value,
        "leg_sid": leg.leg_sid,
        "number_ref": leg.number_ref,
        "candidates": list(leg.candidates),
        "ordinal": leg.ordinal,
        "joined_at": leg.joined_at,
        "left_at": leg.left_at,
    }


def find_call_by_sid(tx: Transaction, call_sid: str) -> Call | None:
    """Find a call by the vendor's id."""
    row = tx.connection.execute(select(calls).where(calls.c.tenant == tx.tenant, calls.c.call_sid == call_sid)).first()
    return None if row is None else _call(row)


def find_call_ids(tx: Transaction, call_sids: Collection[str]) -> dict[str, CallId]:
    """Find several calls by the vendor's ids; those that are not known are left out."""
    if not call_sids:
        return {}
    query = select(calls.c.call_sid, calls.c.id).where(
        calls.c.tenant == tx.tenant, calls.c.call_sid == any_(literal(list(call_sids), ARRAY(Text)))
    )
    return {row.call_sid: CallId(row.id) for row in tx.connection.execute(query)}


def get_call(tx: Transaction, call: CallId) -> Call:
    """Read a call.

    Raises:
        NotFound: the tenant has no such call.
    """
    row = tx.connection.execute(select(calls).where(calls.c.tenant == tx.tenant, calls.c.id == call)).first()
    if row is None:
        raise NotFound(f"no call {call}")
    return _call(row)


def has_training_gate(tx: Transaction, call: CallId) -> bool:
    """Say whether the call is to be asked about training."""
    query = select(calls.c.training_gate).where(calls.c.tenant == tx.tenant, calls.c.id == call)
    return bool(tx.connection.execute(query).scalar())


def seal_numbers(tx: Transaction, numbers: Mapping[str, str], *, keys: Keys) -> bytes:
    """Seal the numbers of a call for its column."""
    return seal(json.dumps(dict(numbers)).encode(), keys=keys, tenant=tx.tenant, context=_CONTEXT)


def read_numbers(tx: Transaction, call: CallId, *, keys: Keys) -> dict[str, str]:
    """Open the sealed numbers of a call (`from`, `to`).

    Raises:
        NotFound: the tenant has no such call.
    """
    sealed = tx.connection.execute(
        select(calls.c.sealed).where(calls.c.tenant == tx.tenant, calls.c.id == call)
    ).scalar()
    if sealed is None:
        raise NotFound(f"no call {call}")
    opened: dict[str, str] = json.loads(open_sealed(sealed, keys=keys, tenant=tx.tenant, context=_CONTEXT))
    return opened


def list_legs(tx: Transaction, call: CallId) -> tuple[Leg, ...]:
    """List a call's legs by role and ordinal."""
    rows = tx.connection.execute(
        select(legs).where(legs.c.tenant == tx.tenant, legs.c.call_id == call).order_by(legs.c.role, legs.c.ordinal)
    )
    return tuple(
        Leg(
            id=LegId(row.id),
            call=CallId(row.call_id),
            role=LegRole(row.role),
            leg_sid=row.leg_sid,
            number_ref=row.number_ref,
            candidates=tuple(row.candidates),
            ordinal=row.ordinal,
            joined_at=row.joined_at,
            left_at=row.left_at,
        )
        for row in rows
    )


def mark_ended(tx: Transaction, call: CallId, *, at: datetime) -> None:
    """Note when a call ended; the first note stays."""
    tx.connection.execute(
        update(calls)
        .where(calls.c.tenant == tx.tenant, calls.c.id == call, calls.c.ended_at.is_(None))
        .values(ended_at=at)
    )


def add_flag(tx: Transaction, call: CallId, flag: str) -> bool:
    """Note something about a call that decisions must know (`child_signal`); False where it was noted before."""
    row = tx.connection.execute(
        select(calls.c.flags).where(calls.c.tenant == tx.tenant, calls.c.id == call).with_for_update()
    ).first()
    if row is None or flag in row.flags:
        return False
    tx.connection.execute(
        update(calls).where(calls.c.tenant == tx.tenant, calls.c.id == call).values(flags=[*row.flags, flag])
    )
    return True


def list_flags(tx: Transaction, call: CallId) -> tuple[str, ...]:
    """List what was noted about a call."""
    found = tx.connection.execute(select(calls.c.flags).where(calls.c.tenant == tx.tenant, calls.c.id == call)).scalar()
    return tuple(found or ())


def _call(row: Row[Any]) -> Call:
    return Call(
        id=CallId(row.id),
        tenant=TenantId(row.tenant),
        call_sid=row.call_sid,
        direction=row.direction,
        started_at=row.started_at,
        mode=row.mode,
        tokens=tuple(row.tokens),
        locale=row.locale,
        policy_digest=row.policy_digest,
        matrix_version=row.matrix_version,
        instance=row.instance,
        round=row.round,
        conference_sid=row.conference_sid,
    )
