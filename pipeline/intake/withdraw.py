"""What the tenant's agent tells us during a call: a permission is taken back, or a child seems to speak.

A withdrawal is noted first and in any case; stopping the recorder comes after, outside the transaction. What the
recorder hears meanwhile, or because it could not be stopped, is cut at the noted moment before anything is made of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pipeline.intake.noting import Answer, note
from pipeline.model.call import Call, LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.store.calls import add_flag, find_call_by_sid
from pipeline.store.consents import list_consents
from pipeline.store.session import Transaction

CHILD_SIGNAL: Final = "child_signal"
_CLOCKS_DIFFER: Final = timedelta(minutes=1)


def withdraw(tx: Transaction, call_sid: str, *, role: LegRole, at: datetime | None, actor: str) -> datetime:
    """Note that a person took back every permission; give the moment it counts from.

    Telling it again changes nothing: the first moment stays.

    Args:
        tx: the tenant's transaction.
        call_sid: the vendor's id of the call.
        role: whose permission.
        at: when they said so; None for now. The agent hears it before we do; a moment that is still to come counts
            as now, since a clock that is ahead must not keep a word more.
        actor: who told us.

    Raises:
        NotFound: the tenant has no such call.
        InvalidInput: a moment outside the call, or a leg that nobody is asked on.
    """
    call = _find(tx, call_sid)
    if role is LegRole.AGENT:
        raise InvalidInput("an agent has no permission to take back")
    if at is not None and (at.tzinfo is None or at < call.started_at - _CLOCKS_DIFFER):
        raise InvalidInput("a moment with its time zone, within the call, is expected")
    moment = min(at or tx.now, tx.now)
    answer = Answer(role=role, outcome=Outcome.WITHDRAWN, method=Method.AGENT_API, script=None, at=moment)
    note(tx, call.id, answer, tuple(Purpose), cause=f"withdrawn:{role.value}", actor=actor)
    noted = (e.at for e in list_consents(tx, call.id) if e.leg_role is role and e.outcome is Outcome.WITHDRAWN)
    return min(noted)


def flag_child(tx: Transaction, call_sid: str) -> None:
    """Note that a child seems to speak, which decisions about the call must know.

    Raises:
        NotFound: the tenant has no such call.
    """
    add_flag(tx, _find(tx, call_sid).id, CHILD_SIGNAL)


def _find(tx: Transaction, call_sid: str) -> Call:
    call = find_call_by_sid(tx, call_sid)
    if call is None:
        raise NotFound("no such call")
    return call
