"""Makes an evaluation case of a finished reading: what was said, and where in it something is personal.

It is a sealed artifact of the recording, of the kind `export`: kept no longer than the policy keeps exports, gone when
the recording goes, never trained on, and never put together with another tenant's. The format is the one that
`pipeline.redaction.evaluation.labelled` reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.ids import TenantId
from pipeline.model.quality import Findings, Missed, Verdict
from pipeline.model.recording import RecordingState
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.detect import read_conversation
from pipeline.store.artifacts import find_artifact, get_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.endings import list_endings_of
from pipeline.store.quality_rates import find_rates
from pipeline.store.quality_samples import FINISHED, Sample, get_sample, mark_case, read_findings
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction

SCOPE: Final = "own_instance"


def write_case(context: StepContext, tenant: TenantId, sample_id: str) -> Receipt:
    """Write and keep the evaluation case of a sample, where the tenant allows it and the recording may still be read.

    Returns:
        The artifact; or why none was made: `not_allowed`, `not_finished`, `ended`, `changed`.

    Raises:
        NotFound: no such sample, or its artifacts were purged.
    """
    with context.vault.database.transaction(tenant) as tx:
        sample = get_sample(tx, sample_id)
        if sample.case is not None:
            return {"artifact": sample.case}
        if (why := _refusal(tx, sample)) is not None:
            return {"artifact": None, "reason": why}
        findings = read_findings(tx, sample_id, keys=context.vault.keys)
        manifest_row = get_artifact(tx, sample.manifest)
    recording, owner = context.read(tenant, sample.recording)
    conversation, _ = read_conversation(context, recording, owner)
    manifest = Manifest.from_json(context.vault.read(manifest_row))
    line = case_line(sample_id, conversation, manifest.entries, findings)
    parents = (*manifest_row.parents, manifest_row.id)
    body = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    kept = context.vault.keep(shelf_of(recording), ArtifactKind.EXPORT, body, parents=parents)
    decide_artifacts(context, tenant, sample.recording)
    with context.vault.database.transaction(tenant) as tx:
        if get_sample(tx, sample_id, is_locked=True).case is None:
            mark_case(tx, sample_id, kept.id)
            facts: Facts = {"artifact": kept.id, "recording": sample.recording, "scope": SCOPE}
            add_event(tx, AuditTag.QUALITY_CASE_KEPT, actor="system", target=sample_id, facts=facts)
    return {"artifact": kept.id}


def case_line(name: str, conversation: Conversation, entries: Sequence[Entry], findings: Findings) -> dict[str, Any]:
    """Label a conversation: hidden and personal, and missed, must be found; what nobody could tell may be."""
    labels: dict[int, list[dict[str, Any]]] = {turn.index: [] for turn in conversation.turns}
    for entry, verdict in zip(entries, findings.verdicts, strict=True):
        if verdict is not Verdict.NOT_PERSONAL:
            optional = {"optional": True} if verdict is Verdict.UNSURE else {}
            labels[entry.turn].append(_label(entry.span, entry.type.value) | optional)
    turns = {turn.index: turn for turn in conversation.turns}
    for missed in findings.missed:
        if (span := _place(turns[missed.turn], missed)) is not None:
            labels[missed.turn].append(_label(span, missed.type.value))
    return {
        "id": name,
        "source": "quality",
        "language": conversation.language,
        "turns": [
            {
                "turn": turn.index,
                "speaker": turn.speaker,
                "text": turn.text,
                "entities": sorted(labels[turn.index], key=lambda label: label["start"]),
            }
            for turn in conversation.turns
        ],
    }


def _refusal(tx: Transaction, sample: Sample) -> str | None:
    if not find_rates(tx).keeps_cases:
        return "not_allowed"
    if sample.state != FINISHED:
        return "not_finished"
    recording = get_recording(tx, sample.recording)
    if recording.state is not RecordingState.PUBLISHED or list_endings_of(
        tx, recording=sample.recording, call=recording.call
    ):
        return "ended"
    return None if _is_as_read(tx, sample) else "changed"


def _is_as_read(tx: Transaction, sample: Sample) -> bool:
    """Say whether the words are still those that the manifest was made from: a correction may have changed them."""
    words = find_artifact(tx, sample.recording, ArtifactKind.TRANSCRIPT_ORIGINAL)
    return words is not None and words.id in get_artifact(tx, sample.manifest).parents


def _place(turn: Turn, missed: Missed) -> CharSpan | None:
    """Find the characters of the words that were marked by their time."""
    places = [at for word, at in zip(turn.words, turn.word_spans, strict=True) if word.time.touches(missed.time)]
    return CharSpan(places[0].start, places[-1].end) if places else None


def _label(span: CharSpan, kind: str) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "type": kind}
