"""What became of a call, in a line: for the demo's table, and for whoever asks about one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Standing, standings
from pipeline.model.ids import RecordingId
from pipeline.model.recording import Recording
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import find_call_by_sid
from pipeline.store.consents import list_consents
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import list_recordings, read_facts
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactSummary:
    """One artifact and the decision in force for it; None before it is decided."""

    kind: ArtifactKind
    retain_until: date | None
    record: Mapping[str, Any] | None

    @property
    def training_reasons(self) -> tuple[str, ...]:
        """The codes that stand against training; empty when eligible or not decided."""
        training = (self.record or {}).get("training", {})
        return tuple(sorted({reason["code"] for reason in training.get("reasons", ())}))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSummary:
    """One recording: where it is, what steps noted, and its artifacts."""

    recording: Recording
    facts: Mapping[str, Any]
    artifacts: tuple[ArtifactSummary, ...]

    def of_kind(self, kind: ArtifactKind) -> ArtifactSummary | None:
        """Give the newest artifact of a kind."""
        return next((a for a in reversed(self.artifacts) if a.kind is kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSummary:
    """One call: what was asked of whom and answered, and what was recorded."""

    call_sid: str
    mode: str
    tokens: tuple[str, ...]
    standings: tuple[Standing, ...]
    recordings: tuple[RecordingSummary, ...]


def find_call_summary(tx: Transaction, call_sid: str) -> CallSummary | None:
    """Read what became of a call; None where the tenant has no such call."""
    call = find_call_by_sid(tx, call_sid)
    if call is None:
        return None
    return CallSummary(
        call_sid=call.call_sid,
        mode=call.mode,
        tokens=call.tokens,
        standings=standings(list_consents(tx, call.id)),
        recordings=tuple(summarise_recording(tx, recording) for recording in list_recordings(tx, call=call.id)),
    )


def summarise_recording(tx: Transaction, recording: Recording) -> RecordingSummary:
    """Read what became of a recording."""
    return RecordingSummary(
        recording=recording, facts=read_facts(tx, recording.id), artifacts=tuple(_artifacts(tx, recording.id))
    )


def _artifacts(tx: Transaction, recording: RecordingId) -> list[ArtifactSummary]:
    summaries = []
    for artifact in list_artifacts(tx, recording=recording):
        decision = find_decision(tx, artifact.id)
        summaries.append(
            ArtifactSummary(
                kind=artifact.kind,
                retain_until=decision.retain_until if decision else None,
                record=decision.record if decision else None,
            )
        )
    return summaries
