"""Calls that are drawn for a quality review, and readers who find things in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipeline.decisions.quality_rates import set_rates
from pipeline.decisions.quality_readings import Desk, finish, take
from pipeline.model.artifact import ArtifactKind
from pipeline.model.draw import EVERY
from pipeline.model.entity import EntityType
from pipeline.model.quality import Findings, Sheet, Verdict
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.retention import RetentionBasis
from pipeline.model.transcript_file import write_transcript
from pipeline.reads.quality_sheet import open_sheet
from pipeline.redaction.manifest import build_manifest
from pipeline.redaction.render_text import render_text
from pipeline.steps.context import shelf_of
from pipeline.steps.detect import profile_of, read_conversation
from pipeline.store.endings import Ending, add_ending
from pipeline.store.quality_rates import QualityRates
from pipeline.store.quality_readings import Reading
from pipeline.store.quality_samples import Sample, get_sample
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.session import Transaction
from pipeline.store.tables_quality import quality_samples
from tests.fakes import NotedQueue
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import Log, ScriptedTranscriber, WordDetector, tone

STEPS = ("settle_consent", "capture", "keep_receipts", "transcribe", "detect", "redact_audio", "redact_text", "decide",
         "publish")  # fmt: skip
ADA, BEN, CAT = "user:ada", "user:ben", "user:cat"
MISSED_WORD = "name"
"""The caller says `my name is canaryname and my number is 5551234`; a reader takes this for something missed."""


def set_to(line: Line, *, rate: int = EVERY, second: int = 0, keeps_cases: bool = False, queue=None) -> None:
    """Put rates in force."""
    with line.tx() as tx:
        set_rates(
            tx, QualityRates(rate=rate, second_rate=second, keeps_cases=keeps_cases), reason="canary reason",
            keys=line.context.vault.keys, queue=queue or NotedQueue(), actor="user:boss",
        )  # fmt: skip


def taken_through(line: Line) -> Recording:
    """A recording that went all the way, under the rates in force."""
    return line.through(line.record(), *STEPS)


def published(line: Line) -> Recording:
    """A recording that is published under the rates in force, with what was made of it; its sound was never heard."""
    recording, vault = line.record(), line.context.vault
    shelf, key = shelf_of(line.now(recording)), ArtifactKind
    transcript = ScriptedTranscriber(Log(Path(line.folder) / "vendor.log")).transcribe(tone(), language="en")  # type: ignore[arg-type]
    heard = vault.keep(shelf, key.TRANSCRIPT_ORIGINAL, write_transcript(transcript))
    conversation, _ = read_conversation(line.context, line.now(recording), line.owner)
    profile = profile_of(line.owner, words_key=vault.keys.digest_key(line.owner.id))
    manifest = build_manifest(
        conversation, WordDetector().detect(conversation, profile=profile), profile=profile,
        duration_ms=transcript.duration_ms, channels=2, detector_version="scripted",
    )  # fmt: skip
    made = vault.keep(shelf, key.REDACTION_MANIFEST, manifest.to_json(), parents=(heard.id,))
    written = json.dumps(render_text(conversation, manifest)).encode()
    vault.keep(shelf, key.TRANSCRIPT_REDACTED, written, parents=(heard.id, made.id))
    vault.keep(shelf, key.RECORDING_REDACTED, tone(), parents=(made.id,))
    with line.tx() as tx:
        mark_state(tx, recording.id, RecordingState.CAPTURED)
        merge_facts(tx, recording.id, {"is_redaction_proved": True})
    return line.through(recording, "publish")


def end(tx: Transaction, recording: Recording) -> None:
    """Somebody has the recording deleted."""
    cause = RetentionBasis.DELETION_REQUEST
    ending = Ending(
        scope_kind="recording", scope_id=recording.id, cause=cause, source="s", ends_on=tx.now.date()
    )  # fmt: skip
    add_ending(tx, ending, actor="test")


def sample_of(line: Line, recording: Recording) -> Sample:
    """What was drawn of a recording."""
    with line.tx() as tx:
        query = quality_samples.select().where(quality_samples.c.recording_id == recording.id)
        return get_sample(tx, tx.connection.execute(query).one().id)


def taken(line: Line, who: str) -> Reading:
    """Somebody takes the next call; there must be one."""
    with line.tx() as tx:
        reading = take(tx, actor=who)
    assert reading is not None
    return reading


def found_on(sheet: Sheet, *, wrong: Iterable[int] = (), missed: EntityType | None = None) -> Findings:
    """What a reader finds: all is personal but `wrong`, and the missed word where a type is given."""
    marks = [
        sheet.mark(turn.index, at, at, missed)
        for turn in sheet.turns
        for at, word in enumerate(turn.words)
        if missed is not None and word.text == MISSED_WORD
    ]
    verdicts = tuple(Verdict.NOT_PERSONAL if at in set(wrong) else Verdict.PERSONAL for at in range(len(sheet.types)))
    return Findings(verdicts=verdicts, missed=tuple(marks))


def desk(line: Line, queue: NotedQueue | None = None) -> Desk:
    """What finishing works with."""
    return Desk(keys=line.context.vault.keys, queue=queue or NotedQueue())


def read_as(line: Line, who: str, *, queue: NotedQueue | None = None, **found) -> Reading:
    """Somebody takes the next call, reads it and says what they found."""
    reading = taken(line, who)
    sheet = open_sheet(line.context.vault, line.owner.id, reading.id, actor=who)
    with line.tx() as tx:
        finish(
            tx, reading.id, found_on(sheet, **found), sheet=sheet, is_whole=True, desk=desk(line, queue), actor=who
        )  # fmt: skip
    return reading
