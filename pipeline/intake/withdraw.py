"""What is told during a call: a permission is taken back, or a child seems to speak.

A withdrawal is noted first and in any case; stopping the recorder comes after, outside the transaction. What the
recorder hears meanwhile, or because it could not be stopped, is cut at the noted moment before anything is made of it.
Whoever takes it back, the recorder of the whole call stops: it hears everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.intake.control_recorder import Wish, ask_stop
from pipeline.intake.noting import Answer, note
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant_notice import NoticeKind
from pipeline.policies.facts import ChildSign
from pipeline.ports.queue import WorkQueue
from pipeline.store.audit import add_event
from pipeline.store.call_progress import lock_call
from pipeline.store.calls import add_flag
from pipeline.store.child_signals import FLAGGED
from pipeline.store.consents import list_consents
from pipeline.store.recalls import recall_scope
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Transaction
from pipeline.store.tenant_notices import add_notice

_CLOCKS_DIFFER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A person takes back every permission. `digit` is the key they pressed, empty where they said or wrote so."""

    role: LegRole = LegRole.CALLER
    ordinal: int = 1
    at: datetime | None = None
    """When they said so; None for now. The agent hears it before we do; a moment that is still to come counts as now,
    since a clock that is ahead must not keep a word more."""
    digit: str = ""
    told_by: Method | None = None
    """How we know, where it was neither a key nor the agent's word, such as by a request of theirs."""

    @property
    def method(self) -> Method:
        """How we know."""
        return self.told_by or (Method.DTMF if self.digit else Method.AGENT_API)


def withdraw(tx: Transaction, call_sid: str, said: Withdrawal, *, actor: str) -> Wish:
    """Note that a person took back every permission, and that the recorder is to stop from that moment on.

    Telling it again changes nothing: the first moment stays.

    Raises:
        NotFound: the tenant has no such call.
        InvalidInput: a moment outside the call, or a leg that nobody is asked on.
    """
    call = lock_call(tx, call_sid)
    if said.role is LegRole.AGENT:
        raise InvalidInput("an agent has no permission to take back")
    if said.at is not None and (said.at.tzinfo is None or said.at < call.started_at - _CLOCKS_DIFFER):
        raise InvalidInput("a moment with its time zone, within the call, is expected")
    moment = min(said.at or tx.now, tx.now)
    who = f"{said.role.value}-{said.ordinal}"
    answer = Answer(
        role=said.role,
        ordinal=said.ordinal,
        outcome=Outcome.WITHDRAWN,
        method=said.method,
        script=None,
        digits=said.digit,
        at=moment,
    )
    note(tx, call, answer, tuple(Purpose), cause=f"withdrawn:{said.role.value}", actor=actor)
    recall_scope(tx, ("call", call.id), RecallCause.WITHDRAWAL, actor=actor)
    first = min(e.at for e in list_consents(tx, call.id) if _is_this(e, said))
    return ask_stop(tx, call, reason=f"withdrawn-{who}", at=first, actor=actor)


def flag_child(tx: Transaction, call_sid: str, *, queue: WorkQueue, actor: str) -> None:
    """Note that a child seems to speak, which decisions about the call must know; the tenant is told.

    What was recorded of it until now is judged again. Telling it again changes nothing.

    Raises:
        NotFound: the tenant has no such call.
        StoreUnreachable: nothing was noted.
    """
    call = lock_call(tx, call_sid).id
    if add_flag(tx, call, FLAGGED):
        add_event(tx, AuditTag.CHILD_NOTED, actor=actor, target=call, facts={"sign": ChildSign.AGENT_FLAG.value})
        recall_scope(tx, ("call", call), RecallCause.CHILD)
        add_notice(tx, NoticeKind.CHILD, subject=("call", call), cause=ChildSign.AGENT_FLAG.value)
        for recording in list_recordings(tx, call=call):
            queue.enqueue_judging(tx, tx.tenant, recording.id, cause=f"child-{ChildSign.AGENT_FLAG.value}")


def _is_this(event: ConsentEvent, said: Withdrawal) -> bool:
    is_theirs = event.leg_role is said.role and event.ordinal == said.ordinal
    return is_theirs and event.outcome is Outcome.WITHDRAWN
