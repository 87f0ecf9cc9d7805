"""Everything that can happen to a copy in its life, in any order, on a real database and a real store of objects.

What must be true is kept apart, in plain values, and compared after each act. A copy that is brought back forgets with
its database; what was purged is forgotten by nobody.
"""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from pipeline.decisions.announce_policy import announce
from pipeline.decisions.children import clear_child, note_child
from pipeline.decisions.close_tenant import close_tenant
from pipeline.decisions.delete_recording import delete_recording
from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.decisions.publish_policy import publish
from pipeline.intake.note_status import note_told_after_end
from pipeline.intake.withdraw import Withdrawal, flag_child, withdraw
from pipeline.model.errors import IllegalTransition, NotFound, NotPermitted
from pipeline.policies.loader import load_bundle
from pipeline.steps.redecide import redecide
from pipeline.store.calls import get_call, mark_ended
from pipeline.store.due import SURVIVING
from pipeline.workflows.retention import begin_closure, replay_all, retain_tenant
from tests.disposal import lies, living
from tests.line import Line
from tests.pipeline.policies.variants import variant
from tests.policy_truth import TIGHTER_DAYS, Known, Placed, look
from tests.policy_watch import Kept, Watched
from tests.training import agreed

PEOPLE = st.sampled_from(("user:ada", "user:bo"))
PICK = st.integers(0, 5)
NOW = st.booleans()
"""Whether a worker does at once what an act has started, or whenever one works the next time."""
POLICY = load_bundle("connekz")
SHORTER = {f"retention/{kind}/tenant_max_days": TIGHTER_DAYS for kind in ("recording.original", "recording.redacted")}
LAST_ACTS = 9
NOTICED_DAYS = 20
CLOSED_DAYS = 80

is_open = precondition(lambda machine: machine.truth.closed_on is None)


def capture(line: Line, number: int) -> Known:
    """A recording whose caller agreed to everything, worked through to its end."""
    made = agreed(line, number)
    assert made.call is not None
    with line.tx() as tx:
        mark_ended(tx, made.call, at=tx.now)
        sid = get_call(tx, made.call).call_sid
        return Known(id=made.id, call=made.call, call_sid=sid, captured_on=tx.now.date())


class PolicyMachine(Watched):
    """Captures, holds, releases, withdraws, deletes, judges, publishes, purges, brings back and closes."""

    @is_open
    @rule(now=NOW)
    def capture(self, now: bool) -> None:
        self.clock.move(seconds=60)
        self.truth.known.append(capture(self.line, len(self.truth.known)))
        self._go_on("captured", now)

    @is_open
    @rule(pick=PICK, scope=st.sampled_from(("recording", "call", "tenant")), matter=st.sampled_from(("m-1", "m-2")))
    def hold(self, pick: int, scope: str, matter: str) -> None:
        known = self._known(pick)
        what = {"recording": known.id, "call": known.call, "tenant": self.line.owner.id}[scope]
        with self.line.tx() as tx:
            hold = place(tx, self.vault, matter=matter, scope=(scope, what), actor="user:ada", reason="suit")
        self.truth.placed.append(Placed(id=hold.id, scope=(scope, what)))
        self._go_on("held", is_worked=False)

    @precondition(lambda machine: machine.truth.closed_on is None and any(h.is_in_force for h in machine.truth.placed))
    @rule(pick=PICK, asks=PEOPLE, approves=PEOPLE, now=NOW)
    def release(self, pick: int, asks: str, approves: str, now: bool) -> None:
        """Two people release a hold; one alone does not."""
        in_force = [hold for hold in self.truth.placed if hold.is_in_force]
        hold = in_force[pick % len(in_force)]
        try:
            with self.line.tx() as tx:
                ask_release(tx, hold=hold.id, actor=asks, reason="settled")
            hold.asked_by = asks
        except IllegalTransition:
            assert hold.asked_by is not None
        try:
            with self.line.tx() as tx:
                approve_release(tx, hold=hold.id, actor=approves)
            assert hold.asked_by not in (None, approves)
            hold.is_in_force, hold.is_settled = False, False
            self.happened["released"] += 1
        except NotPermitted:
            assert hold.asked_by == approves
        self._go_on("asked", now)

    @is_open
    @rule(pick=PICK, now=NOW)
    def withdraw(self, pick: int, now: bool) -> None:
        """The caller takes everything back after the call, through the same door as during it."""
        known = self._known(pick)
        with self.line.tx() as tx:
            withdraw(tx, known.call_sid, Withdrawal(), actor="api:acme")
            note_told_after_end(tx, known.call_sid, cause="withdrawn:caller:1", queue=self.queue)
        known.is_withdrawn, known.is_settled = True, False
        self._go_on("withdrawn", now)

    @is_open
    @rule(pick=PICK, now=NOW)
    def ask_deletion(self, pick: int, now: bool) -> None:
        known = self._known(pick)
        try:
            with self.line.tx() as tx:
                delete_recording(tx, known.id, actor="user:ada", reason="asked", queue=self.queue, bundle=POLICY)
            known.is_deleted, known.is_settled = True, False
        except IllegalTransition:
            assert all(shown.is_purged for shown in self._shown_of(known) if shown.kind not in SURVIVING)
        self._go_on("asked to be deleted", now)

    @is_open
    @rule(pick=PICK, is_on_call=st.booleans(), now=NOW)
    def note_child(self, pick: int, is_on_call: bool, now: bool) -> None:
        """A child is heard: by an agent, who tells of the call, or by whoever listens to the recording."""
        known = self._known(pick)
        with self.line.tx() as tx:
            if is_on_call:
                flag_child(tx, known.call_sid, queue=self.queue, actor="api:acme")
            else:
                note_child(tx, known.id, age=None, actor="user:ada")
                self.queue.enqueue_judging(tx, tx.tenant, known.id, cause=f"noted:{self.acts}")
            on = known.captured_on if is_on_call else tx.now.date()
        known.child_on = min(known.child_on or on, on)
        known.was_child, known.is_settled = True, False
        self._go_on("a child's", now)

    @precondition(lambda machine: machine.truth.closed_on is None and any(k.child_on for k in machine.truth.known))
    @rule(pick=PICK, now=NOW)
    def clear_child(self, pick: int, now: bool) -> None:
        known = self._known(pick)
        try:
            with self.line.tx() as tx:
                clear_child(tx, known.id, reason="an adult", actor="user:bo")
                self.queue.enqueue_judging(tx, tx.tenant, known.id, cause=f"cleared:{self.acts}")
            assert known.was_child
            known.child_on, known.is_settled = None, False
        except NotFound:
            assert not known.was_child
        self._go_on("cleared", now)

    @is_open
    @rule()
    def judge_again(self) -> None:
        """Everything there is is judged as things stand, as after any change of policy."""
        artifacts = [a.id for known in self.truth.known for a in living(self.line, known)]
        redecide(self.line.context, self.line.owner.id, artifacts)
        self._go_on("judged", is_worked=False)

    @precondition(lambda machine: machine.truth.closed_on is None and machine.truth.shorter_from is None)
    @rule(now=NOW)
    def tighten(self, now: bool) -> None:
        """A version that keeps recordings for less is published; its notice goes out, and binds on its day."""
        with self.line.tx() as tx:
            day = tx.now.date() + timedelta(days=NOTICED_DAYS)
            publish(tx, self.vault, variant(POLICY, SHORTER, effective=day), actor="user:ada")
            announce(tx, self.queue, POLICY.id, actor="user:ada")
        self.truth.shorter_from = day
        self._go_on("tightened", now)

    @rule(days=st.sampled_from((1, 3, 20, 31)), now=NOW)
    def wait(self, days: int, now: bool) -> None:
        self.clock.move(days=days)
        self._go_on("waited", now)

    @rule()
    def night(self) -> None:
        """A worker does what waits, and then the run of the night."""
        self.clock.move(hours=1)
        self._work()
        retain_tenant(self.line.context, self.line.owner.id)
        self._go_on("nights", is_worked=False)
        self.is_morning = True

    @is_open
    @rule()
    def keep_a_copy(self) -> None:
        self.kept = Kept(copy=self.copies.take(self.line), truth=copy.deepcopy(self.truth), queue=self.queue.copy())
        self._go_on("copied", is_worked=False)

    @precondition(lambda machine: machine.truth.closed_on is None and machine.kept)
    @rule()
    def bring_the_copy_back(self) -> None:
        """Database and objects are those of the copy; a worker starts, and looks into the ledger first."""
        assert self.kept is not None
        kept, self.kept = self.kept, None
        self.line = self.copies.bring_back(kept.copy, self.line)
        self.truth, self.queue = kept.truth, kept.queue
        assert all(not found["doubted"] for found in replay_all(self.line.context).values())
        self.seen = look(self.line)
        for shown in self.seen.artifacts:
            known = next(one for one in self.truth.known if one.id == shown.recording)
            if shown.id in self.gone and self.truth.is_held(known):
                self.owed[shown.id] = self.gone.pop(shown.id)
                self.happened["came back under a hold"] += 1
        self._go_on("brought back", is_worked=False)

    @precondition(lambda machine: machine.truth.closed_on is None and machine.acts >= LAST_ACTS)
    @rule()
    def close(self) -> None:
        """The account is closed: at the end nothing is left but what a hold keeps and the proof of consent."""
        self._work()
        with self.line.tx() as tx:
            close_tenant(tx, self.vault, actor="user:ada", reason="they left", bundle=POLICY)
        begin_closure(self.line.context, self.line.owner.id)
        self.truth.closed_on = self.clock.now().date()
        self.clock.move(days=CLOSED_DAYS)
        self._work()
        told = retain_tenant(self.line.context, self.line.owner.id)
        assert told["is_key_destroyed"]
        assert told["is_proved"]
        assert lies(self.line, f"tenants/{self.line.owner.id}/") == []
        with pytest.raises(NotFound):
            self.vault.keys.digest_key(self.line.owner.id)
        self.happened["closed"] += 1
