"""A house with scripted vendors around the real database, vault, policies and steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.ids import CallId
from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant
from pipeline.redaction.audio import describe
from pipeline.steps.context import StepContext
from pipeline.store.artifacts import find_artifact, list_artifacts
from pipeline.store.audit import list_events
from pipeline.store.recorder_events import note_recorder_event
from pipeline.store.recordings import get_recording, read_facts
from pipeline.store.tenants import change_tenant
from pipeline.workflows.recording import STEPS
from tests.builders import a_call, a_recording, answer
from tests.pipeline.workflows.house_of_fakes import Log, tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One tenant's call and what steps work with; short words for what tests look at."""

    context: StepContext
    owner: Tenant
    folder: object

    def record(
        self,
        *,
        outcomes: Iterable[Outcome] = (Outcome.GRANTED,),
        roles: Iterable[LegRole] = (LegRole.CALLER,),
        audio: bytes | None = None,
        places: tuple[str, ...] = ("US-NY",),
        tokens: tuple[str, ...] = ("N", "P", "O", "T"),
        locale: str = "en-US",
        is_answered: bool = False,
        **chosen,
    ) -> Recording:
        """A call whose caller answered, and the callee too where it `is_answered`, and its recording at the vendor."""
        with self.tx() as tx:
            call = a_call(tx, self.context.vault.keys, roles=roles, places=places, tokens=tokens, locale=locale)
            for outcome in outcomes:
                answer(tx, call, outcome)
            if is_answered:
                answer(tx, call, role=LegRole.CALLEE)
            made = a_recording(tx, call, **chosen)
        (self.folder / "vendor" / made.recording_sid).write_bytes(tone() if audio is None else audio)
        return made

    def tx(self):
        """Open the tenant's transaction."""
        return self.context.vault.database.transaction(self.owner.id)

    def withdraw(self, call: CallId, *, after_s: float) -> None:
        """The caller takes everything back, so long after the present."""
        from datetime import timedelta

        with self.tx() as tx:
            answer(tx, call, Outcome.WITHDRAWN, at=tx.now + timedelta(seconds=after_s))

    def told(self, call: CallId, act: RecorderAct, *, after_s: float, is_done: bool = False) -> None:
        """The call's recorder is told something, so long after the present."""
        from datetime import timedelta

        cause = f"test:{act.value}:{after_s}:{'done' if is_done else 'asked'}"
        with self.tx() as tx:
            at = tx.now + timedelta(seconds=after_s)
            note_recorder_event(tx, call, RecorderEvent(act=act, at=at, is_done=is_done, cause=cause, actor="test"))

    def choose(self, **chosen) -> None:
        """The tenant changes its settings."""
        with self.tx() as tx:
            changed = replace(self.owner, settings=replace(self.owner.settings, **chosen))
            change_tenant(tx, changed, keys=self.context.vault.keys, actor="test", changed=[])

    def with_parts(self, **parts) -> Line:
        """The same line with other parts."""
        return replace(self, context=replace(self.context, **parts))

    def run(self, step, recording: Recording, *more):
        """Run one step."""
        return step(self.context, self.owner.id, recording.id, *more)

    def through(self, recording: Recording, *names: str) -> Recording:
        """Run steps by name."""
        for name in names:
            STEPS[name](self.context, self.owner.id, recording.id)
        return recording

    def now(self, recording: Recording) -> Recording:
        """The recording as it stands."""
        with self.tx() as tx:
            return get_recording(tx, recording.id)

    def state(self, recording: Recording) -> RecordingState:
        """Where it is."""
        return self.now(recording).state

    def facts(self, recording: Recording) -> dict:
        """What steps noted."""
        with self.tx() as tx:
            return read_facts(tx, recording.id)

    def tags(self, target: str) -> list[str]:
        """What the audit log says of something."""
        with self.tx() as tx:
            return [e.entry.tag for e in list_events(tx, target=target)]

    def events(self, tag: str) -> list[dict]:
        """The facts of every event of a tag."""
        with self.tx() as tx:
            return [dict(e.entry.facts) for e in list_events(tx) if e.entry.tag == tag]

    def artifact(self, recording: Recording, kind: ArtifactKind) -> Artifact | None:
        """The newest artifact of a kind."""
        with self.tx() as tx:
            return find_artifact(tx, recording.id, kind)

    def kept_ms(self, recording: Recording) -> int:
        """How much of the audio lies in the vault."""
        made = self.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
        assert made is not None
        return describe(self.context.vault.read(made)).duration_ms

    def kinds(self, recording: Recording) -> list[str]:
        """What was made of it."""
        with self.tx() as tx:
            return sorted(a.kind.value for a in list_artifacts(tx, recording=recording.id))

    @property
    def asked(self) -> list[str]:
        """What vendors were asked, in order."""
        return Log(self.folder / "vendor.log").lines()

    def at_vendor(self, recording: Recording) -> bool:
        """Whether the vendor still has it."""
        return (self.folder / "vendor" / recording.recording_sid).exists()
