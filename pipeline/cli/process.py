"""`earmark process`: one sound file through the whole pipeline."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import RecordingId, TenantId, tenant_id

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.reads.call_summary import RecordingSummary

type Work = Callable[[Any, Callable[[str], None]], RecordingId]
"""Runs the line with a context, telling the name of each step before it runs."""

_FILES = {
    "transcript.redacted.json": ArtifactKind.TRANSCRIPT_REDACTED,
    "redacted.wav": ArtifactKind.RECORDING_REDACTED,
    "manifest.json": ArtifactKind.REDACTION_MANIFEST,
}


@click.command("process")
@click.argument("audio", type=click.Path(path_type=Path))
@click.option("--tenant", required=True, help="Whose recording it is.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the redacted files; nothing without it.")
@as_json_option
def command(audio: Path, tenant: str, out: Path | None, as_json: bool) -> int:
    """Redact, verify and decide on one recording; you attest that it may be recorded, transcribed and kept."""
    from pipeline.redaction.audio import describe
    from pipeline.workflows.upload import process_upload

    owner = tenant_id(tenant)
    body = _read(audio)
    describe(body)  # a file that cannot be used is refused before anything is started or written
    if out is not None and out.exists() and not out.is_dir():
        raise InvalidInput("--out is a file, not a directory")
    with open_desk(log_level="warning") as base:
        recording = run_with_progress(
            base, owner, lambda context, told: process_upload(context, owner, body, before_step=told)
        )
        summary = summarise(base, owner, recording)
        if out is not None and summary.recording.state == "published":
            _write(base, owner, summary, out)
    shown = _shown(summary)
    show(shown) if as_json else show_facts({name: v for name, v in shown.items() if name != "decisions"})
    return 0 if summary.recording.state == "published" else 1


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidInput("there is no such audio file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"the audio file cannot be read: {os.strerror(error.errno or 0)}") from error


def run_with_progress(base: Base, owner: TenantId, work: Work) -> RecordingId:
    """Run the line in this process, with what it is doing shown on a terminal.

    Raises:
        NotFound: no such tenant.
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from pipeline.bootstrap import step_context
    from pipeline.store.tenants import find_tenant

    with base.database.transaction(owner) as tx:  # before models are loaded for nothing
        if find_tenant(tx, keys=base.keys) is None:
            raise NotFound(f"no tenant {owner}")
    context = step_context(base)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), transient=True, disable=not _is_terminal()) as bar:
        task = bar.add_task("")
        return work(context, lambda name: bar.update(task, description=name.replace("_", " ")))


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def summarise(base: Base, owner: TenantId, recording: RecordingId) -> RecordingSummary:
    """Read what became of a recording."""
    from pipeline.reads.call_summary import summarise_recording
    from pipeline.store.recordings import get_recording

    with base.database.transaction(owner) as tx:
        return summarise_recording(tx, get_recording(tx, recording))


def _write(base: Base, owner: TenantId, summary: RecordingSummary, out: Path) -> None:
    from pipeline.reads.artifact import read_redacted

    bodies = {
        name: read_redacted(base.vault, owner, summary.recording.id, kind, actor="cli", reason="earmark process --out")
        for name, kind in _FILES.items()
    }
    bodies["decisions.json"] = json.dumps(_decisions(summary)).encode()
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, body in bodies.items():
            part = out / f".{name}.part"
            part.write_bytes(_readable(body) if name.endswith(".json") else body)
            part.replace(out / name)
    except OSError as error:
        raise InvalidInput(f"--out cannot be written: {os.strerror(error.errno or 0)}") from error


def _readable(document: bytes) -> bytes:
    """Write a JSON document for people: what is kept has no line breaks, so that it always has the same bytes."""
    return json.dumps(json.loads(document), indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _decisions(summary: RecordingSummary) -> dict[str, Any]:
    return {artifact.kind.value: artifact.record for artifact in summary.artifacts}


def _shown(summary: RecordingSummary) -> dict[str, Any]:
    facts = summary.facts
    original = summary.of_kind(ArtifactKind.RECORDING_ORIGINAL)
    return {
        "recording": summary.recording.id,
        "state": summary.recording.state.value,
        "reason": summary.recording.reason,
        "words": facts.get("words"),
        "entities_hidden": facts.get("entities"),
        "entity_types": facts.get("entity_types"),
        "seconds_muted": round(facts.get("muted_ms", 0) / 1000, 1),
        "retain_until": original.retain_until if original else None,
        "decisions": _decisions(summary),
    }
