"""A caller's message is over: they pressed a key, or said nothing for as long as a message may be.

A 2 takes every permission back from that moment on. Whatever ended it, the caller is thanked and let go, so that no
recorder goes on where nobody listens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.intake.call_state import CallState
from pipeline.intake.choose_next import Act, Next, choose_next
from pipeline.intake.control_recorder import Wish
from pipeline.intake.noting import ACTOR
from pipeline.intake.withdraw import Withdrawal, withdraw
from pipeline.intake.wording import lines_of
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.policies.scripts import ScriptId
from pipeline.store.session import Transaction

_WITHDRAW: Final = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEnd:
    """How a message call ends, and what the recorder is to be told."""

    step: Next
    stop: Wish | None = None


def note_message_end(tx: Transaction, state: CallState, *, digits: str) -> MessageEnd:
    """Take up how a message ended; where none was agreed to, the call goes on as its answers have it."""
    outcome = state.outcome(LegRole.CALLER)
    if outcome is Outcome.WITHDRAWN:
        return MessageEnd(step=_let_go(state, ScriptId.WITHDRAWN))
    if outcome is not Outcome.GRANTED or choose_next(state).act is Act.ASK_TRAINING:
        return MessageEnd(step=choose_next(state))
    if digits != _WITHDRAW:
        return MessageEnd(step=_let_go(state, ScriptId.VOICEMAIL_DONE))
    stop = withdraw(tx, state.call.call_sid, Withdrawal(digit=digits), actor=ACTOR)
    return MessageEnd(step=_let_go(state, ScriptId.WITHDRAWN), stop=stop)


def _let_go(state: CallState, script: ScriptId) -> Next:
    return Next(act=Act.HANG_UP, lines=lines_of(script, state.locales, state.owner))
