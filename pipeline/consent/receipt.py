"""The consent receipt: what one person on a call answered about one purpose, as a document that is then signed.

It holds ids, places, answers, digests and times (consent.md A.2). It never holds a telephone number, a name or a
spoken word: of speech only which of our own phrases matched, of an announcement only its digest. The same facts always
give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Purpose, ScriptRef, Standing, standings
from pipeline.model.ids import LegId
from pipeline.model.recorder import Pause
from pipeline.model.recording import Recording

TYP: Final = "earmark-consent-receipt"
"""The `typ` of a receipt's signature, so that no other signed statement passes for one."""

FORMAT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is known of the recording that a receipt goes with."""

    recording: Recording
    notice_at_ms: int | None = None
    """Where in the audio the notice is heard; None where it was not."""
    cut_at_ms: int | None = None
    """Nothing after this was kept; None where nothing was cut."""
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """Everything that the receipts of one call, or of one of its recordings, are written from."""

    call: Call
    legs: tuple[Leg, ...]
    events: tuple[ConsentEvent, ...]
    policy_id: str
    policy_version: str | None
    """None where the version that the call began under is no longer at hand; its digest names it."""
    derived: Mapping[LegId, Mapping[str, str]] = field(default_factory=dict)
    """For each leg, by place, how the place was found."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Version of a script by the digest of its words."""
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReceipt:
    """One receipt before it is signed, with what an index of receipts shows."""

    role: LegRole
    ordinal: int
    purpose: Purpose
    outcome: Outcome
    body: bytes = field(repr=False)


def write_receipts(facts: ReceiptFacts) -> tuple[WrittenReceipt, ...]:
    """Write one receipt for each leg and purpose that something was noted of, ordered by leg and purpose."""
    return tuple(
        WrittenReceipt(
            role=standing.leg_role,
            ordinal=standing.ordinal,
            purpose=standing.purpose,
            outcome=standing.outcome,
            body=_bytes(_document(facts, standing)),
        )
        for standing in standings(facts.events)
    )


def _document(facts: ReceiptFacts, standing: Standing) -> dict[str, Any]:
    leg = _leg(facts.legs, standing)
    return {
        "format": FORMAT,
        "tenant": facts.call.tenant,
        "call_sid": facts.call.call_sid,
        "parent_call_sid": facts.call.call_sid if leg["leg_sid"] not in (None, facts.call.call_sid) else None,
        "leg": leg,
        "purpose": standing.purpose,
        "outcome": standing.outcome,
        "method": standing.method,
        "at": standing.at,
        "withdrawn_at": standing.withdrawn_at,
        "answers": list(_answers(facts, standing)),
        "jurisdictions": list(_places(facts)),
        "tokens": facts.call.tokens,
        "mode": facts.call.mode,
        "matrix_version": facts.call.matrix_version,
        "policy": {
            "id": facts.policy_id,
            "version": facts.policy_version,
            "digest": facts.call.policy_digest,
        },
        **_recording(facts.recorded),
    }


def _leg(legs: Sequence[Leg], standing: Standing) -> dict[str, Any]:
    found = next((leg for leg in legs if (leg.role, leg.ordinal) == (standing.leg_role, standing.ordinal)), None)
    return {
        "role": standing.leg_role,
        "ordinal": standing.ordinal,
        "leg_sid": found.leg_sid if found else None,
        "joined_at": found.joined_at if found else None,
        "left_at": found.left_at if found else None,
    }


def _answers(facts: ReceiptFacts, standing: Standing) -> Iterator[dict[str, Any]]:
    """Tell every answer of the leg on the purpose, in order; the last that stands is the receipt's outcome."""
    own = [e for e in facts.events if (e.leg_role, e.ordinal) == (standing.leg_role, standing.ordinal)]
    for event in sorted((e for e in own if e.purpose is standing.purpose), key=lambda e: e.at):
        before = max([e.at for e in own if e.at < event.at], default=facts.call.started_at)
        yield {
            "outcome": event.outcome,
            "method": event.method,
            "at": event.at,
            "round": event.round,
            "attempts": event.attempts,
            "digit": event.digit,
            "phrase": event.phrase,
            "confidence": event.confidence,
            "script": _script(event.script, facts.versions, played_at=before, finished_at=event.at),
        }


def _script(
    script: ScriptRef | None, versions: Mapping[str, str], *, played_at: datetime, finished_at: datetime
) -> dict[str, Any] | None:
    """Name the words that were played. The vendor tells no times of them, so they lie between the two that we know:

    the request before the answer, which the words were sent in reply to, and the answer itself.
    """
    if script is None:
        return None
    return {
        "id": script.id,
        "locale": script.locale,
        "version": versions.get(script.sha256),
        "sha256": script.sha256,
        "played_at": played_at,
        "finished_at": finished_at,
    }


def _places(facts: ReceiptFacts) -> Iterator[dict[str, Any]]:
    """Tell every leg's places, because the tokens of all of them together were asked for."""
    for leg in facts.legs:
        how = facts.derived.get(leg.id, {})
        for place in leg.candidates:
            yield {"leg": leg.role, "ordinal": leg.ordinal, "place": place, "derived_from": how.get(place, "network")}


def _recording(recorded: Recorded | None) -> dict[str, Any]:
    if recorded is None:
        return {
            "recording_sid": None,
            "recording_started_at": None,
            "in_recording_notice_offset_ms": None,
            "pauses": [],
            "kept_until_ms": None,
        }
    recording = recorded.recording
    return {
        "recording_sid": recording.recording_sid,
        "recording_started_at": recording.started_at,
        "in_recording_notice_offset_ms": recorded.notice_at_ms,
        "pauses": list(_pauses(recorded.pauses, recording)),
        "kept_until_ms": recorded.cut_at_ms,
    }


def _pauses(pauses: Sequence[Pause], recording: Recording) -> Iterator[dict[str, Any]]:
    """Tell the pauses that touch the recording, in ms from its start; `to_ms` None means to its end."""
    if recording.started_at is None:
        return
    length_ms = None if recording.duration_s is None else recording.duration_s * 1000
    for pause in pauses:
        start = _offset_ms(pause.began_at, recording.started_at)
        end = None if pause.ended_at is None else _offset_ms(pause.ended_at, recording.started_at)
        is_before = end is not None and end <= 0
        is_after = length_ms is not None and start >= length_ms
        if not is_before and not is_after:
            yield {"from_ms": max(0, start), "to_ms": end, "is_done": pause.is_done}


def _offset_ms(moment: datetime, start: datetime) -> int:
    return round((moment - start).total_seconds() * 1000)


def _bytes(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain)
    return text.encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value).__name__)
