"""One answer of one leg, written down for each purpose it covers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.model.ids import CallId
from pipeline.store.consents import add_consent
from pipeline.store.session import Transaction

ACTOR: Final = "webhook:twilio"
_KEY: Final = re.compile(r"[0-9*#]")
_KEYS: Final = {"1": Outcome.GRANTED, "2": Outcome.DECLINED, "": Outcome.NO_ANSWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a leg did. `at` is None for now; `script` None where nothing was played."""

    outcome: Outcome
    script: ScriptRef | None
    role: LegRole = LegRole.CALLER
    method: Method = Method.DTMF
    digits: str = ""
    attempts: int = 1
    at: datetime | None = None


def outcome_of(digits: str) -> Outcome:
    """Read a pressed key: 1 agrees, 2 declines, none is no answer, any other is unclear."""
    return _KEYS.get(digits, Outcome.UNCLEAR)


def note(
    tx: Transaction, call: CallId, answer: Answer, purposes: Iterable[Purpose], *, cause: str, actor: str = ACTOR
) -> bool:
    """Add the answer for each purpose; False where its cause was noted before."""
    added = [
        add_consent(
            tx,
            call,
            ConsentEvent(
                leg_role=answer.role,
                purpose=purpose,
                outcome=answer.outcome,
                method=answer.method,
                at=answer.at or tx.now,
                script=answer.script,
                attempts=answer.attempts,
                digit=answer.digits if _KEY.fullmatch(answer.digits) else None,
            ),
            cause=cause,
            actor=actor,
        )
        for purpose in purposes
    ]
    return any(added)
