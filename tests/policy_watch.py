"""An installation that is watched: after each act all that it shows is held against what is known apart from it."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests import policy_promises as promises
from tests.copies import Copies, Copy
from tests.disposal import lies
from tests.line import Line
from tests.policy_truth import Known, Truth, look
from tests.queued import Queued

BEGUN = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A copy, with what was true when it was made."""

    copy: Copy
    truth: Truth
    queue: Queued


class Watched(RuleBasedStateMachine):
    """Keeps the truth, a worker's queue and the list of what has gone; its rules are somebody else's."""

    def __init__(self, *, base: Copy, line: Line, truth: Truth, copies: Copies, clock: Any, happened: Counter[str]):
        super().__init__()
        self.copies, self.clock, self.happened = copies, clock, happened
        clock.at = BEGUN
        self.line = copies.open(base, line)
        self.truth, self.queue = copy.deepcopy(truth), Queued()
        self.kept: Kept | None = None
        self.gone: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.owed: dict[str, str] = {}
        self.acts, self.is_morning = 0, False

    @invariant()
    def every_promise_is_kept(self) -> None:
        self.seen = look(self.line)
        today = self.clock.now().date()
        newly = promises.newly_purged(self.seen, self.truth, self.gone, self.owed, today)
        self.happened["purged"] += len(newly)
        self.gone |= newly
        self.owed = {artifact: cause for artifact, cause in self.owed.items() if artifact not in newly}
        self.keys |= {shown.id: shown.key for shown in self.seen.artifacts}
        promises.check_explained(self.seen, self.truth)
        self._check_gone()
        if self.is_morning:
            self.is_morning = False
            promises.check_night(self.seen, self.truth, today, self.owed)
        if self.truth.closed_on is None:
            promises.check_holds(self.seen, self.truth)
            promises.check_training(self.seen, self.truth)
            self.happened["eligible"] += sum(shown.is_eligible for shown in self.seen.artifacts)

    def _check_gone(self) -> None:
        """Nothing that was purged is there again, in no row and in no place."""
        living_ids = {shown.id for shown in self.seen.artifacts if not shown.is_purged}
        assert not living_ids & self.gone.keys()
        there = set(lies(self.line, "tenants/"))
        assert not there & {self.keys[artifact] for artifact in self.gone}

    @property
    def vault(self) -> Any:
        return self.line.context.vault

    def _known(self, pick: int) -> Known:
        return self.truth.known[pick % len(self.truth.known)]

    def _shown_of(self, known: Known) -> list[Any]:
        return [shown for shown in look(self.line).artifacts if shown.recording == known.id]

    def _work(self) -> None:
        """A worker does all that waits; what was noted is settled by then."""
        self.queue.work_off(self.line.context)
        for known in self.truth.known:
            known.is_settled = True
        for hold in self.truth.placed:
            hold.is_settled = True

    def _go_on(self, what: str, is_worked: bool) -> None:
        self.acts += 1
        self.happened[what] += 1
        if is_worked:
            self.clock.move(hours=1)
            self._work()
