"""What finding anew with a newer detector would work on; nothing is written and nothing is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.bulk import BulkOutcome
from pipeline.store.outdated import Outdated, count_outdated, list_outdated, why_left
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction

_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReprocessPlan:
    """Counts of recordings: by the detector that made their redaction, those that are left and why, and the rest."""

    by_detector: Mapping[str, int]
    left: Mapping[BulkOutcome, int]

    @property
    def due(self) -> int:
        """How many would be found anew."""
        return sum(self.by_detector.values()) - sum(self.left.values())

    def plain(self) -> dict[str, object]:
        """Give it as one JSON document."""
        left = {why.value: many for why, many in self.left.items()}
        return {"by_detector": dict(self.by_detector), "left": left, "due": self.due}


def plan_reprocessing(tx: Transaction, which: Outdated) -> ReprocessPlan:
    """Count what a job would find, as things stand."""
    left: Counter[BulkOutcome] = Counter()
    after = ""
    while True:
        page = list_outdated(tx, which, after=after, limit=_PAGE)
        reasons = (why_left(tx, get_recording(tx, recording)) for recording in page)
        left.update(reason for reason in reasons if reason is not None)
        if len(page) < _PAGE:
            return ReprocessPlan(by_detector=count_outdated(tx, which), left=dict(sorted(left.items())))
        after = page[-1]
