"""Everything that can happen to holds, in any order, on a real database and a real store of objects.

What should be held is kept apart, in plain sets, and compared after each act: whatever is under hold is HELD and locked
at once; when what changed was settled, nothing else is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from pipeline.decisions.holds import approve_release, ask_release, place, reject_release
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import IllegalTransition, NotPermitted
from pipeline.model.recording import Recording
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.settle_hold import settle_hold
from pipeline.store.decisions import find_decision
from pipeline.store.endings import Ending, add_ending
from pipeline.store.holding import is_marked_held
from pipeline.store.holds import Hold, list_unsettled
from tests.line import Line
from tests.pipeline.store.test_holds import add_party

REFS = ("a" * 64, "b" * 64)
KINDS = (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL, ArtifactKind.TRANSCRIPT_REDACTED)
PEOPLE = st.sampled_from(("user:ada", "user:bo"))


@dataclass(kw_only=True)
class Known:
    """What the test knows of an artifact by itself."""

    artifact: Artifact
    recording: Recording
    ref: str
    kinds: frozenset[str]


@dataclass(kw_only=True)
class Placed:
    """A hold as the test knows it."""

    hold: Hold
    asked_by: str | None = None
    is_in_force: bool = True

    def covers(self, known: Known) -> bool:
        kind, subject = self.hold.scope_kind, self.hold.scope_id
        if kind == "query":
            assert self.hold.query is not None
            asked = self.hold.query.plain()
            return asked.get("kind") in {None, *known.kinds} and asked.get("number_ref") in {None, known.ref}
        return (
            subject
            == {
                "tenant": known.artifact.tenant,
                "recording": known.recording.id,
                "call": known.recording.call,
                "party": known.ref,
            }[kind]
        )


class HoldsMachine(RuleBasedStateMachine):
    """Places, asks, approves, rejects, makes, ends, decides and settles."""

    recordings = Bundle("recordings")
    in_force = Bundle("in_force")

    def __init__(self, line: Line, clock: Any) -> None:
        super().__init__()
        self.line, self.clock = line, clock
        self.known: list[Known] = []
        self.placed: list[Placed] = []

    @initialize(target=recordings)
    def begin(self) -> Any:
        return multiple(*(self._record(ref) for ref in REFS))

    @rule(target=recordings, ref=st.sampled_from(REFS))
    def record(self, ref: str) -> tuple[Recording, str]:
        return self._record(ref)

    @rule(of=recordings, kind=st.sampled_from(KINDS))
    def make(self, of: tuple[Recording, str], kind: ArtifactKind) -> None:
        """Something is made of a recording, from what was made of it before."""
        self.clock.move(seconds=1)
        recording, ref = of
        before = [k for k in self.known if k.recording.id == recording.id][-1:]
        body = f"{kind} {len(self.known)}".encode()
        parents = tuple(k.artifact.id for k in before)
        artifact = self.line.context.vault.keep(shelf_of(recording), kind, body, parents=parents)
        kinds = frozenset({kind.value}).union(*(k.kinds for k in before))
        self.known.append(Known(artifact=artifact, recording=recording, ref=ref, kinds=kinds))

    @rule(
        target=in_force,
        of=recordings,
        scope=st.sampled_from(("tenant", "recording", "call", "party", "kind", "number")),
        kind=st.sampled_from(KINDS),
        matter=st.sampled_from(("m-1", "m-2")),
    )
    def place(self, of: tuple[Recording, str], scope: str, kind: ArtifactKind, matter: str) -> Placed:
        self.clock.move(seconds=1)
        recording, ref = of
        chosen = {
            "tenant": ("tenant", self.line.owner.id),
            "recording": ("recording", recording.id),
            "call": ("call", recording.call),
            "party": ("party", ref),
            "kind": ("query", f'{{"kind":"{kind.value}"}}'),
            "number": ("query", f'{{"number_ref":"{ref}","kind":"{kind.value}"}}'),
        }[scope]
        with self.line.tx() as tx:
            hold = place(tx, self.line.context.vault, matter=matter, scope=chosen, actor="user:ada", reason="suit")
        made = Placed(hold=hold)
        self.placed.append(made)
        return made

    @rule(placed=in_force, actor=PEOPLE)
    def ask(self, placed: Placed, actor: str) -> None:
        try:
            with self.line.tx() as tx:
                ask_release(tx, hold=placed.hold.id, actor=actor, reason="settled")
        except IllegalTransition:
            assert placed.asked_by is not None
        else:
            assert placed.asked_by is None
            placed.asked_by = actor

    @rule(placed=in_force, actor=PEOPLE)
    def reject(self, placed: Placed, actor: str) -> None:
        try:
            with self.line.tx() as tx:
                reject_release(tx, hold=placed.hold.id, actor=actor, reason="appeal")
        except IllegalTransition:
            assert placed.asked_by is None
        placed.asked_by = None

    @rule(placed=consumes(in_force), actor=PEOPLE, target=in_force)
    def approve(self, placed: Placed, actor: str) -> Any:
        self.clock.move(seconds=1)
        try:
            with self.line.tx() as tx:
                approve_release(tx, hold=placed.hold.id, actor=actor)
        except (IllegalTransition, NotPermitted):
            assert placed.asked_by in (None, actor)
            return placed
        assert placed.asked_by not in (None, actor)
        placed.is_in_force = False
        return multiple()

    @rule(of=recordings)
    def decide(self, of: tuple[Recording, str]) -> None:
        self.clock.move(seconds=1)
        decide_artifacts(self.line.context, self.line.owner.id, of[0].id)

    @rule(of=recordings)
    def end(self, of: tuple[Recording, str]) -> None:
        """Somebody asks for the recording to be deleted."""
        ending = Ending(
            scope_kind="recording", scope_id=of[0].id, cause=RetentionBasis.DELETION_REQUEST, source="dsr_1",
            ends_on=self.clock.now().date(),
        )  # fmt: skip
        with self.line.tx() as tx:
            add_ending(tx, ending, actor="test")

    @rule()
    def purge_what_can_be_purged(self) -> None:
        """The store itself destroys nothing that is held, whoever asks it to."""
        for known in self._held():
            assert not self.line.context.vault.objects.purge(known.artifact.object_key).is_complete

    @rule()
    def settle(self) -> None:
        """The worker takes up what was placed and released; then locks and decisions are as the holds say."""
        self.clock.move(seconds=1)
        with self.line.tx() as tx:
            waiting = list_unsettled(tx)
        for hold in waiting:
            after: str | None = ""
            while after is not None:
                after = settle_hold(self.line.context, self.line.owner.id, hold.id, after)["after"]
        held = [known.artifact.id for known in self._held()]
        for known in self.known:
            is_held = known.artifact.id in held
            assert self._is_locked(known) == self._is_marked(known) == is_held
            with self.line.tx() as tx:
                decision = find_decision(tx, known.artifact.id)
            if decision is not None:
                assert (decision.disposition == Disposition.HELD) == is_held
                tags = self.line.context.vault.objects.read_tags(known.artifact.object_key)
                assert (tags["legal-hold"], tags["disposition"]) == (str(is_held).lower(), decision.disposition)

    @invariant()
    def whatever_is_under_hold_is_held_and_locked(self) -> None:
        for known in self._held():
            assert self._is_locked(known)
            assert self._is_marked(known)

    def teardown(self) -> None:
        self.settle()

    def _record(self, ref: str) -> tuple[Recording, str]:
        recording = self.line.record()
        with self.line.tx() as tx:
            add_party(tx, recording.call, ref)
        return recording, ref

    def _held(self) -> list[Known]:
        return [k for k in self.known if any(p.is_in_force and p.covers(k) for p in self.placed)]

    def _is_locked(self, known: Known) -> bool:
        return self.line.context.vault.objects.read_lock(known.artifact.object_key).is_held

    def _is_marked(self, known: Known) -> bool:
        with self.line.tx() as tx:
            return is_marked_held(tx, known.artifact.id)
