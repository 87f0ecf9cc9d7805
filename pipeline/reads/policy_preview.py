"""What a version would move if it were published today: counted by kind, with examples, and nothing written.

Each living artifact is judged from the facts of its decision in force, on the version's first day, once with the
versions that there are and once with this one too. What only the passing of time changes is no effect of the version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from itertools import islice
from typing import Final

from pipeline.model.decision import DecisionRecord, canonical_json
from pipeline.policies.bundle import Bundle
from pipeline.policies.decide import decide
from pipeline.policies.facts import Facts
from pipeline.policies.facts_json import read_facts
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.versions import PolicyShelf, judge, with_version
from pipeline.store.decisions import list_in_force
from pipeline.store.session import Transaction

MOVES: Final = (
    "shorter", "no_longer_eligible", "processors_lost", "copies_lost", "download_lost", "ended",
    "longer_if_captured_then", "eligible_if_captured_then",
)  # fmt: skip
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How many artifacts of each kind were looked at, how many each move concerns, and some ids of those."""

    artifacts: Mapping[str, int]
    counts: Mapping[tuple[str, str], int]
    examples: Mapping[tuple[str, str], tuple[str, ...]] = field(repr=False)


def preview_policy(
    tx: Transaction, shelf: PolicyShelf, bundle: Bundle, matrix: JurisdictionMatrix, *, most: int | None = None
) -> Preview:
    """Count what a version would move of everything that the transaction's tenant has now.

    Args:
        tx: the tenant's transaction; nothing is written in it.
        shelf: the versions that the tenant has.
        bundle: the version that is considered.
        matrix: the rows of law.
        most: how many artifacts are looked at, for somebody who waits; None: all.
    """
    after = with_version(shelf, bundle, announced_on=tx.now.date())
    begins = after.newest.in_force_from or bundle.effective.day
    as_of = max(datetime.combine(begins, time(), UTC), tx.now)
    artifacts: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for stored in islice(list_in_force(tx), most):
        facts = replace(read_facts(canonical_json(stored.facts)), as_of=as_of, later_policies=())
        kind = facts.artifact.kind.value
        artifacts[kind] += 1
        for move in _moves(facts, shelf, after, matrix):
            counts[kind, move] += 1
            shown = examples.setdefault((kind, move), [])
            if len(shown) < _EXAMPLES:
                shown.append(stored.artifact)
    return Preview(artifacts=artifacts, counts=counts, examples={key: tuple(ids) for key, ids in examples.items()})


def _moves(facts: Facts, before: PolicyShelf, after: PolicyShelf, matrix: JurisdictionMatrix) -> Iterator[str]:
    old, new = judge(before, facts, matrix).record, judge(after, facts, matrix).record
    alone = decide(replace(facts, later_policies=()), after.newest.bundle, matrix)
    found = {
        "shorter": _reach(new) < _reach(old),
        "no_longer_eligible": old.training.eligible and not new.training.eligible,
        "processors_lost": bool(_companies(old) - _companies(new)),
        "copies_lost": old.region.replicate and not new.region.replicate,
        "download_lost": old.download.allowed and not new.download.allowed,
        "ended": new.retention.ended_by is not None and old.retention.ended_by is None,
        "longer_if_captured_then": _reach(alone) > _reach(old),
        "eligible_if_captured_then": alone.training.eligible and not old.training.eligible,
    }
    yield from (move for move in MOVES if found[move])


def _reach(record: DecisionRecord) -> str:
    return "9999-12-31" if record.retention.until is None else record.retention.until.isoformat()


def _companies(record: DecisionRecord) -> set[tuple[str, str]]:
    return {(p.name, p.purpose) for p in record.processors if p.allowed}
