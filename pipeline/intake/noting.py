"""One answer of one leg, written down for each purpose it covers, in the call's present round of asking."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.model.call import Call, LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.store.consents import add_consent
from pipeline.store.session import Transaction

ACTOR: Final = "webhook:twilio"
UNANSWERED: Final = frozenset({Outcome.NO_ANSWER, Outcome.WRONG_KEY, Outcome.UNCLEAR})
"""What is asked once more before it counts; none of them is a yes."""
_KEY: Final = re.compile(r"[0-9*#]")
_KEYS: Final = {"1": Outcome.GRANTED, "2": Outcome.DECLINED, "": Outcome.NO_ANSWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a leg did. `at` is None for now; `script` None where nothing was played; `phrase` is one of ours."""

    outcome: Outcome
    script: ScriptRef | None = None
    role: LegRole = LegRole.CALLER
    method: Method = Method.DTMF
    digits: str = ""
    attempts: int = 1
    at: datetime | None = None
    ordinal: int = 1
    confidence: float | None = None
    phrase: str | None = None


def outcome_of(digits: str) -> Outcome:
    """Read a pressed key: 1 agrees, 2 declines, none is no answer, any other means nothing here."""
    return _KEYS.get(digits, Outcome.WRONG_KEY)


def note(
    tx: Transaction, call: Call, answer: Answer, purposes: Iterable[Purpose], *, cause: str, actor: str = ACTOR
) -> bool:
    """Add the answer for each purpose; False where its cause was noted before in the same round."""
    told = cause if call.round == 1 else f"r{call.round}:{cause}"
    added = [
        add_consent(tx, call.id, _event(tx, call, answer, purpose), cause=told, actor=actor) for purpose in purposes
    ]
    return any(added)


def _event(tx: Transaction, call: Call, answer: Answer, purpose: Purpose) -> ConsentEvent:
    return ConsentEvent(
        leg_role=answer.role,
        purpose=purpose,
        outcome=answer.outcome,
        method=answer.method,
        at=answer.at or tx.now,
        script=answer.script,
        attempts=answer.attempts,
        digit=answer.digits if _KEY.fullmatch(answer.digits) else None,
        confidence=answer.confidence,
        phrase=answer.phrase,
        ordinal=answer.ordinal,
        round=call.round,
    )
