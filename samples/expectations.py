"""Holds what became of a sample against its `expected.yaml`, which was written from the script and the law."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import yaml

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.entity import EntityType
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Transcript, Word
from pipeline.reads.call_summary import ArtifactSummary, CallSummary, RecordingSummary
from pipeline.redaction.media_heard import HiddenValue, find_hidden
from samples.scenario import CALLS
from samples.twilio_standin import PlayedCall

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The words of one recording before and after redaction. Never printed."""

    original: Transcript
    redacted: tuple[Word, ...]


def load_expected(name: str) -> dict[str, Any]:
    """Read what a sample should become."""
    found: dict[str, Any] = yaml.safe_load((CALLS / name / "expected.yaml").read_text(encoding="utf-8"))
    return found


def differences(name: str, played: PlayedCall, summary: CallSummary, heard: Heard | None) -> list[str]:
    """List every way in which a call differs from what was expected of it; none of the lines holds a word of it."""
    expected = load_expected(name)
    found = [*_consent(expected, summary), *_count(expected, played, summary)]
    for recording in summary.recordings[:1]:
        found += _decisions(expected, recording)
        found += _training(expected, recording)
    if heard is not None:
        found += [*_hidden(expected, heard), *_stays(expected, heard), *_never(expected, heard)]
    return found


def _consent(expected: Mapping[str, Any], summary: CallSummary) -> Iterator[str]:
    for role, key in ((LegRole.CALLER, "consent"), (LegRole.CALLEE, "consent_of_callee")):
        stands = {s.purpose.value: s.outcome.value for s in summary.standings if s.leg_role is role}
        for purpose, outcome in expected.get(key, {}).items():
            got = stands.get(purpose, "not_asked")
            if got != outcome:
                yield f"{role} {purpose}: expected {outcome}, got {got}"


def _count(expected: Mapping[str, Any], played: PlayedCall, summary: CallSummary) -> Iterator[str]:
    if len(played.recording_sids) != expected["recordings_at_twilio"]:
        yield f"recordings at Twilio: expected {expected['recordings_at_twilio']}, got {len(played.recording_sids)}"
    for recording in summary.recordings[:1]:
        got = int(recording.facts.get("entities", 0))
        if got < expected["entities_hidden_min"]:
            yield f"entities hidden: expected {expected['entities_hidden_min']} or more, got {got}"
    state = expected.get("state", "published")
    if expected["recordings_at_twilio"] and any(r.recording.state != state for r in summary.recordings):
        yield f"state: expected {state}, got {', '.join(r.recording.state for r in summary.recordings)}"


def _decisions(expected: Mapping[str, Any], recording: RecordingSummary) -> Iterator[str]:
    for kind, wanted in expected["decisions"].items():
        artifact = recording.of_kind(ArtifactKind(kind))
        if artifact is None or artifact.record is None:
            yield f"{kind}: no decision"
            continue
        retention = artifact.record["retention"]
        if not _is_until(wanted["retain_until"], artifact.retain_until, recording):
            yield f"{kind}: expected {wanted['retain_until']}, got {artifact.retain_until}"
        if "clause" in wanted and not _cites(retention["clause"], wanted["clause"]):
            yield f"{kind}: expected § {wanted['clause']['section']}, got § {retention['clause']['section']}"


def _is_until(rule: str, until: date | None, recording: RecordingSummary) -> bool:
    if rule == "none":
        return until is None
    days = re.fullmatch(r"P(\d+)D", rule)
    started = recording.recording.started_at or recording.recording.noted_at
    if until is None or started is None:
        return False
    if days:
        return until == started.date() + timedelta(days=int(days[1]))
    hours = re.fullmatch(r"PT(\d+)H", rule)
    return hours is not None and until <= (started + timedelta(hours=int(hours[1]))).date()


def _cites(clause: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return clause["section"] == wanted["section"]


def _training(expected: Mapping[str, Any], recording: RecordingSummary) -> Iterator[str]:
    wanted = expected["training"]
    artifact = recording.of_kind(ArtifactKind.RECORDING_REDACTED)
    if artifact is None or artifact.record is None:
        return
    training = artifact.record["training"]
    if training["eligible"] != wanted["eligible"]:
        yield f"training: expected eligible {wanted['eligible']}, got {training['eligible']}"
    missing = set(wanted.get("reasons_include", ())) - set(artifact.training_reasons)
    if missing:
        yield f"training: reasons {', '.join(sorted(missing))} are missing"
    denied = _denied(artifact, recording)
    not_denied = set(expected.get("processors_denied", ())) - denied
    if not_denied:
        yield f"processors not denied: {', '.join(sorted(not_denied))}"


def _denied(artifact: ArtifactSummary, recording: RecordingSummary) -> set[str]:
    asked = (artifact.record or {}).get("processors", ())
    allowed = {p["name"] for p in asked if p["allowed"]}
    noted = str(recording.facts.get("processors_denied") or "")
    return {p["name"] for p in asked} - allowed | {part.split(":")[0] for part in noted.split(",") if part}


def _hidden(expected: Mapping[str, Any], heard: Heard) -> Iterator[str]:
    for number, item in enumerate(expected["must_hide"]):
        value = HiddenValue(
            kind=EntityType(item["type"]) if item["type"] in EntityType else EntityType.OTHER,
            text=item["said"],
            channel=item["channel"],
            time=TimeSpan(0, heard.original.duration_ms),
        )
        if find_hidden(heard.redacted, [value]):
            yield f"must_hide[{number}] ({item['type']}) can be read"


def _stays(expected: Mapping[str, Any], heard: Heard) -> Iterator[str]:
    before, after = _text(heard.original.words), _text(heard.redacted)
    for number, phrase in enumerate(expected["must_stay"]):
        wanted = f" {' '.join(_WORD.findall(phrase.lower()))} "
        # What the recogniser did not hear cannot stay; that is its error, and measured elsewhere.
        if wanted in before and wanted not in after:
            yield f"must_stay[{number}] was hidden"


def _never(expected: Mapping[str, Any], heard: Heard) -> Iterator[str]:
    text = _text(heard.original.words)
    for number, item in enumerate(expected.get("never_recorded", ())):
        words = _WORD.findall(item["said"].lower())
        if any(f" {' '.join(words[at : at + 4])} " in text for at in range(max(1, len(words) - 3))):
            yield f"never_recorded[{number}] was recorded"


def _text(words: tuple[Word, ...]) -> str:
    return " " + " ".join(token for word in words for token in _WORD.findall(word.text.lower())) + " "
