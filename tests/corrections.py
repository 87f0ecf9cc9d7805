"""Recordings that were published, and what reviewers say of them."""

from __future__ import annotations

from datetime import timedelta

from pipeline.decisions.corrections import Reviewer
from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.ids import new_id
from pipeline.model.recording import Recording
from pipeline.model.retention import RetentionBasis
from pipeline.model.review import ChangeKind, ChangeState, Finding, RedactionChange
from pipeline.model.span import TimeSpan
from pipeline.reads.findings import read_findings
from pipeline.store.endings import Ending, add_ending
from pipeline.store.redaction_changes import add_change
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import SAID, Log, ScriptedTranscriber, two_voices
from tests.queued import Queued

SPOKEN = f"{SAID} many thanks"
"""my name is CANARYNAME and my number is 5551234 many thanks: from 3000 on, a word every 200 ms, each 150 long."""
NAME, NUMBER, THANKS = TimeSpan(3600, 3750), TimeSpan(4600, 4750), TimeSpan(5000, 5150)


def published(line: Line, *, spoken: str = SPOKEN) -> Recording:
    """A recording whose redaction is in force and before the reviewers."""
    talks = ScriptedTranscriber(Log(line.folder / "vendor.log"), caller=spoken)
    made = line.with_parts(transcribers={"local": talks})
    recording = made.record(audio=two_voices())
    steps = ("settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish")
    return made.through(recording, *steps)


def change(
    line: Line,
    recording: Recording,
    kind: ChangeKind,
    time: TimeSpan,
    *,
    type: EntityType = EntityType.PERSON,
    state: ChangeState = ChangeState.WAITING,
    due_in_s: float = 0,
    reason: str = "",
    channel: int = 0,
    actor: str = "user:ada",
) -> RedactionChange:
    """A change, as a decision would have left it."""
    with line.tx() as tx:
        made = RedactionChange(
            id=new_id("chg"),
            recording=recording.id,
            batch=None,
            kind=kind,
            type=type,
            channel=channel,
            time=time,
            code=None,
            base_version=1,
            actor=actor,
            at=tx.now,
            due_at=tx.now + timedelta(seconds=due_in_s),
            state=state,
        )
        add_change(tx, made, reason=reason, keys=line.context.vault.keys)
    return made


def reviewer(line: Line, name: str = "ada", queue: Queued | None = None) -> Reviewer:
    """Somebody who decides."""
    return Reviewer(actor=f"user:{name}", keys=line.context.vault.keys, queue=queue or Queued())  # type: ignore[arg-type]  # a queue all the same


def finding(line: Line, recording: Recording, type: EntityType = EntityType.PERSON) -> Finding:
    """The first finding of a type in the version in force."""
    read = read_findings(line.context.vault, line.owner.id, recording.id, actor="user:ada")
    return next(one for one in read.findings if one.place.type is type)


def shown(line: Line, recording: Recording) -> str:
    """The redacted transcript in force."""
    return line.context.vault.read(line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)).decode()


def an_ending(line: Line, recording: Recording) -> None:
    """Somebody asks for the recording to be deleted."""
    with line.tx() as tx:
        ending = Ending(
            scope_kind="recording",
            scope_id=recording.id,
            cause=RetentionBasis.DELETION_REQUEST,
            source=new_id("del"),
            ends_on=tx.now.date(),
        )
        add_ending(tx, ending, actor="test")
