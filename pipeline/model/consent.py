"""Who agreed to what, how we know, and which calls for permission are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.call import LegRole


class Purpose(StrEnum):
    """The five permissions, never one."""

    RECORD = "record"
    TRANSCRIBE = "transcribe"
    STORE = "store"
    VENDOR_PROCESS = "vendor_process"
    TRAIN = "train"


RECORDING_PURPOSES = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.STORE, Purpose.VENDOR_PROCESS)
"""What the recording question asks for in one breath; training is always its own question."""


class Outcome(StrEnum):
    """What a person answered. Only `granted` permits anything."""

    GRANTED = "granted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    HUNG_UP = "hung_up"
    UNCLEAR = "unclear"
    """Something was said that is neither a clear yes nor a clear no."""
    WRONG_KEY = "wrong_key"
    """A key was pressed that means nothing here."""
    WITHDRAWN = "withdrawn"


class Method(StrEnum):
    """How we know."""

    IMPLIED = "implied"
    DTMF = "dtmf"
    SPEECH = "speech"
    PRIOR_WRITTEN = "prior_written"
    OPERATOR_ATTESTED = "operator_attested"
    AGENT_API = "agent_api"
    ATTESTED_EVIDENCE = "attested_evidence"
    """A named person attests that there is evidence of it: in writing, or by a key press."""
    ATTESTED_IMPLIED = "attested_implied"
    """As before, of somebody who was told and stayed, or said so: no affirmative act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRef:
    """The very wording that was played: id, locale and sha256 of the text as spoken."""

    id: str
    locale: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One thing that happened to one leg's permission for one purpose. Events are only ever added."""

    leg_role: LegRole
    purpose: Purpose
    outcome: Outcome
    method: Method
    at: datetime
    script: ScriptRef | None
    attempts: int = 1
    digit: str | None = None
    confidence: float | None = None
    phrase: str | None = None
    """Which of our phrases for yes and no was said; what a person says beside it is never kept."""
    ordinal: int = 1
    """Which of the legs of that role."""
    round: int = 1
    """The round of asking it belongs to; a transfer begins the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one leg's permission for one purpose stands after all events.

    The last event decides, and nothing follows a withdrawal.
    """

    leg_role: LegRole
    purpose: Purpose
    outcome: Outcome
    method: Method
    at: datetime
    script: ScriptRef | None
    withdrawn_at: datetime | None = None
    ordinal: int = 1

    @property
    def is_granted(self) -> bool:
        """Say whether it permits anything now."""
        return self.outcome is Outcome.GRANTED


def standings(events: tuple[ConsentEvent, ...]) -> tuple[Standing, ...]:
    """Reduce a call's events to where each leg stands on each purpose, ordered by leg and purpose.

    A withdrawal is final: a later grant does not undo it, because the recording it would cover has stopped.
    """
    latest: dict[tuple[LegRole, int, Purpose], Standing] = {}
    for event in sorted(events, key=lambda e: e.at):
        key = (event.leg_role, event.ordinal, event.purpose)
        before = latest.get(key)
        if before is not None and before.outcome is Outcome.WITHDRAWN:
            continue
        latest[key] = Standing(
            leg_role=event.leg_role,
            purpose=event.purpose,
            outcome=event.outcome,
            method=event.method,
            at=event.at,
            script=event.script,
            withdrawn_at=event.at if event.outcome is Outcome.WITHDRAWN else None,
            ordinal=event.ordinal,
        )
    return tuple(latest[key] for key in sorted(latest, key=lambda k: (k[0].value, k[1], k[2].value)))
