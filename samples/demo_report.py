"""What the demo shows: one line a call, held against what was expected, and where the redacted results lie."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.bootstrap import Base
from pipeline.cli.output import show, show_table
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.call import LegRole
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.transcript import Word
from pipeline.model.transcript_file import read_transcript
from pipeline.reads.artifact import read_redacted
from pipeline.reads.call_summary import CallSummary, RecordingSummary
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import add_event
from samples.expectations import Heard, differences

if TYPE_CHECKING:
    from samples.demo import PlayedSample

type Played = tuple[PlayedSample, CallSummary]

_FILES: Final = {
    "transcript.redacted.json": ArtifactKind.TRANSCRIPT_REDACTED,
    "redacted.wav": ArtifactKind.RECORDING_REDACTED,
    "manifest.json": ArtifactKind.REDACTION_MANIFEST,
}
_COLUMNS: Final = ("call", "consent", "entities hidden", "seconds muted", "retain until", "training", "clause")


def write_results(base: Base, folder: Path, played: Sequence[Played]) -> None:
    """Write each published call's redacted transcript and audio, its manifest and its decisions."""
    for sample, summary in played:
        for recording in summary.recordings:
            if recording.recording.state != "published":
                continue
            place = folder / sample.scenario.name
            place.mkdir(parents=True, exist_ok=True)
            for name, kind in _FILES.items():
                body = read_redacted(
                    base.vault, sample.owner.tenant.id, recording.recording.id, kind, actor="demo", reason="demo"
                )
                (place / name).write_bytes(body)
            decisions = {artifact.kind.value: artifact.record for artifact in recording.artifacts}
            (place / "decisions.json").write_text(json.dumps(decisions, indent=2, sort_keys=True))


def print_report(base: Base, played: Sequence[Played], *, results: Path, as_json: bool) -> bool:
    """Print the table; say whether every call became what was expected of it."""
    rows = [_row(summary) for _, summary in played]
    found = {
        sample.scenario.name: differences(sample.scenario.name, sample.call, summary, heard(base, sample, summary))
        for sample, summary in played
    }
    if as_json:
        calls = [
            dict(zip(_COLUMNS, (sample.scenario.name, *row), strict=True)) | {"differs": found[sample.scenario.name]}
            for (sample, _), row in zip(played, rows, strict=True)
        ]
        show({"calls": calls, "results": str(results)})
    else:
        show_table(_COLUMNS, [(s.scenario.name, *row) for (s, _), row in zip(played, rows, strict=True)])
        _print_verdict(found, results)
    return not any(found.values())


def _print_verdict(found: dict[str, list[str]], results: Path) -> None:
    for name, lines in found.items():
        for line in lines:
            click.echo(f"NOT AS EXPECTED  {name}: {line}")
    if not any(found.values()):
        click.echo(f"\nAll {len(found)} calls became what their expected.yaml says.")
    click.echo(f"Redacted transcripts and audio, manifests and decisions: {results}")


def _row(summary: CallSummary) -> tuple[str, ...]:
    recording = summary.recordings[0] if summary.recordings else None
    facts = recording.facts if recording else {}
    shown = _judged(recording)
    retention, training = shown.get("retention"), shown.get("training")
    return (
        _consent(summary),
        str(facts.get("entities", "")) if recording else "-",
        f"{facts.get('muted_ms', 0) / 1000:.1f}" if recording else "-",
        _until(retention) if retention else "-",
        _training(training) if training else "-",
        _clause(retention, training),
    )


def _judged(recording: RecordingSummary | None) -> dict[str, Any]:
    """Give the decision that the table shows: of the redacted recording, else of the original."""
    if recording is None:
        return {}
    for kind in (ArtifactKind.RECORDING_REDACTED, ArtifactKind.RECORDING_ORIGINAL):
        artifact = recording.of_kind(kind)
        if artifact is not None and artifact.record is not None:
            return dict(artifact.record)
    return {}


def _consent(summary: CallSummary) -> str:
    stands = {(s.leg_role, s.purpose.value): s for s in summary.standings}
    record = stands.get((LegRole.CALLER, "record"))
    train = stands.get((LegRole.CALLER, "train"))
    text = f"{record.outcome.value} ({record.method.value})" if record else "not asked"
    if (LegRole.CALLEE, "record") in stands:
        text += f", callee {stands[(LegRole.CALLEE, 'record')].outcome.value}"
    return text + (f", training {train.outcome.value}" if train else "")


def _until(retention: dict[str, Any]) -> str:
    if retention["until"]:
        return str(retention["until"])
    return f"no end, review {retention['review_on']}" if retention["review_on"] else "held"


def _training(training: dict[str, Any]) -> str:
    if training["eligible"]:
        return f"yes ({training['scope']})"
    codes = list(dict.fromkeys(reason["code"] for reason in training["reasons"]))
    return f"no: {codes[0]}" + (f" +{len(codes) - 1}" if len(codes) > 1 else "")


def _clause(retention: dict[str, Any] | None, training: dict[str, Any] | None) -> str:
    """Name the sections that decided how long it is kept and whether anyone may train on it."""
    cited = [part["clause"] for part in (retention, training) if part]
    return ", ".join(dict.fromkeys(f"{c['document']} §{c['section']}" for c in cited)) or "-"


def heard(base: Base, sample: PlayedSample, summary: CallSummary) -> Heard | None:
    """Read what was heard before and after redaction, to compare in memory; the reading is noted, as any is."""
    redacted_ones = [r for r in summary.recordings if r.recording.state in ("published", "withheld")]
    if not redacted_ones:
        return None
    tenant = TenantId(sample.owner.tenant.id)
    recording = RecordingId(redacted_ones[0].recording.id)
    with base.database.transaction(tenant) as tx:
        original = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_ORIGINAL)
        redacted = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
        if original is None or redacted is None:
            return None
        for artifact in (original, redacted):
            facts = {"kind": artifact.kind.value, "recording": recording, "reason": "demo"}
            add_event(tx, AuditTag.ARTIFACT_READ, actor="demo", target=artifact.id, facts=facts)
    document = json.loads(base.vault.read(redacted))
    words = tuple(
        Word(text=word["text"], channel=turn["channel"], start_ms=word["start_ms"], end_ms=word["end_ms"])
        for turn in document["turns"]
        for word in turn["words"]
        if not word["text"].startswith("[")
    )
    return Heard(original=read_transcript(base.vault.read(original)), redacted=words)
