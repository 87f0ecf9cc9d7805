"""What there is to show that people knew and agreed: who was told what, what each answered, how, when, under which law.

A wording is shown only where its text has the digest of what was played; where none has, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from pipeline.consent.spoken import find_spoken
from pipeline.model.call import Call, Leg
from pipeline.model.consent import ConsentEvent, ScriptRef
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.store.calls import get_call, list_legs
from pipeline.store.consents import list_consents
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction
from pipeline.store.wordings import list_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One thing that one party did or said, with every purpose that it was about."""

    leg: str
    ordinal: int
    purposes: tuple[str, ...]
    outcome: str
    method: str
    at: datetime
    attempts: int
    digit: str | None
    confidence: float | None
    script: ScriptRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What was played. `text` is None where no wording that we or the tenant have has its digest."""

    script: ScriptRef
    version: str | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPanel:
    """All of it. `call` is None for a file that an operator handed in: there the operator's word is all there is."""

    call: Call | None
    legs: tuple[Leg, ...]
    answers: tuple[Answered, ...]
    wordings: tuple[Wording, ...]
    notice_at_ms: int | None
    """Where in the sound the announcement begins; None where it is not heard."""
    is_notice_inside: bool


def read_consent(tx: Transaction, recording: Recording, owner: Tenant) -> ConsentPanel:
    """Read the evidence of a recording's call."""
    noted = read_facts(tx, recording.id)
    call = None if recording.call is None else get_call(tx, recording.call)
    events = () if call is None else list_consents(tx, call.id)
    scripts = dict.fromkeys(event.script for event in events if event.script is not None)
    own = list_texts(tx) if scripts else {}
    found = {script: find_spoken(script, tenant_name=owner.display_name, own=own) for script in scripts}
    at = noted.get("notice_at_ms")
    return ConsentPanel(
        call=call,
        legs=() if call is None else list_legs(tx, call.id),
        answers=answers_of(events),
        wordings=tuple(
            Wording(
                script=script,
                version=spoken.version if spoken else None,
                text=spoken.text if spoken else None,
            )
            for script, spoken in found.items()
        ),
        notice_at_ms=at if isinstance(at, int) else None,
        is_notice_inside=bool(noted.get("is_notice_inside")),
    )


def answers_of(events: Sequence[ConsentEvent]) -> tuple[Answered, ...]:
    """Join what was said in one breath: events that differ by their purpose alone."""
    alike = sorted((_answered(event) for event in events), key=_breath)
    return tuple(
        replace(first, purposes=tuple(p for one in (first, *same) for p in one.purposes))
        for first, *same in (list(group) for _, group in groupby(alike, key=_breath))
    )


def _answered(event: ConsentEvent) -> Answered:
    return Answered(
        leg=event.leg_role.value,
        ordinal=event.ordinal,
        purposes=(event.purpose.value,),
        outcome=event.outcome.value,
        method=event.method.value,
        at=event.at,
        attempts=event.attempts,
        digit=event.digit,
        confidence=event.confidence,
        script=event.script,
    )


def _breath(one: Answered) -> tuple[str, ...]:
    script = one.script.sha256 if one.script else ""
    return (one.at.isoformat(), one.leg, str(one.ordinal), one.outcome, one.method, script, one.digit or "")
