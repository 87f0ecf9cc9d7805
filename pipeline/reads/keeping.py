"""What is kept without an end: which kinds may be, what must be justified again, and what was written before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import ArtifactId
from pipeline.model.retention import REVIEW_GRACE
from pipeline.policies.bundle import Bundle
from pipeline.ports.keys import Keys
from pipeline.store.due import ReviewDue, list_overdue, list_reviews_due
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.retention_runs import Justification, list_justifications
from pipeline.store.session import Transaction
from pipeline.store.tenants import policy_of

SOON: Final = timedelta(days=60)
"""How long before its day a review is named, so that nobody writes one in haste."""
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKind:
    """One kind that the policy may keep without an end."""

    kind: ArtifactKind
    review_days: int
    due: int
    """Artifacts whose keeping must be justified now."""
    since: date | None
    """The oldest day that one of them was due on; None where nothing is due."""
    soon: int
    """Artifacts that become due within `SOON`."""
    overdue: int
    """Artifacts that were due more than thirty days ago, up to five hundred of all kinds together."""
    examples: tuple[ArtifactId, ...]
    """Some of those, the longest overdue first."""
    last: Justification | None = field(repr=False)
    """What was written last for the kind; its words are opened."""


def read_keeping(tx: Transaction, *, keys: Keys) -> tuple[KeptKind, ...]:
    """List the kinds that are kept without an end under the version in force, what is due first.

    Raises:
        NotFound: no such tenant, or its key was destroyed.
    """
    today, bundle = tx.now.date(), bundle_in_force(tx, policy_of(tx))
    due = {one.kind: one for one in list_reviews_due(tx, on=today)}
    soon = {one.kind: one.count for one in list_reviews_due(tx, on=today + SOON)}
    late: dict[str, list[ArtifactId]] = {}
    for artifact, kind in list_overdue(tx, before=today - REVIEW_GRACE + timedelta(days=1)):
        late.setdefault(kind.value, []).append(artifact)
    written = {one.kind: one for one in list_justifications(tx, keys=keys)}
    found = [
        KeptKind(
            kind=kind,
            review_days=days,
            due=_count(due.get(kind.value)),
            since=due[kind.value].since if kind.value in due else None,
            soon=soon.get(kind.value, 0) - _count(due.get(kind.value)),
            overdue=len(late.get(kind.value, ())),
            examples=tuple(late.get(kind.value, ())[:_EXAMPLES]),
            last=written.get(kind.value),
        )
        for kind, days in _reviewed(bundle)
    ]
    return tuple(sorted(found, key=lambda one: (-one.overdue, one.since or date.max, one.kind)))


def _count(found: ReviewDue | None) -> int:
    return 0 if found is None else found.count


def _reviewed(bundle: Bundle) -> Iterator[tuple[ArtifactKind, int]]:
    yield from ((kind, rule.review_days) for kind, rule in bundle.retention.items() if rule.review_days is not None)
