"""What a draft of settings would move of the latest recordings, counted, and nothing written.

Each artifact is judged from the facts of its decision in force, once with the settings as they stand and once with the
draft's. What holds for what is captured already differs from what would have held had it been captured then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.model.call import Leg
from pipeline.model.consent import Purpose
from pipeline.model.decision import DecisionRecord, canonical_json
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.retention import Disposition
from pipeline.model.tenant import Tenant
from pipeline.policies.facts import Facts
from pipeline.policies.facts_json import read_facts
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.versions import PolicyShelf, judge
from pipeline.store.calls import list_legs
from pipeline.store.decisions import list_latest_in_force
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction

MOVES: Final = (
    "due_now", "shorter", "longer", "no_longer_eligible", "eligible", "not_recorded_then", "recorded_then",
    "not_transcribed_then", "transcribed_then", "begins_otherwise",
)  # fmt: skip
_EXAMPLES: Final = 3
type Beginning = Callable[[Sequence[Leg], Tenant], str]
"""Says how a call with these legs begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPreview:
    """How many recordings and artifacts were looked at, how many each move concerns, and some ids of recordings."""

    recordings: int
    artifacts: int
    counts: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is held against each other: settings as they stand and as a draft has them, under one policy and law."""

    before: Tenant
    after: Tenant
    shelf: PolicyShelf
    matrix: JurisdictionMatrix
    beginning: Beginning


def preview_settings(tx: Transaction, weighed: Weighed, *, latest: int) -> SettingsPreview:
    """Count what a draft would move.

    Args:
        tx: the tenant's transaction; nothing is written in it.
        weighed: what is held against each other.
        latest: how many of the latest recordings are looked at.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    seen: dict[str, None] = {}
    artifacts = 0
    for recording, stored in list_latest_in_force(tx, recordings_count=latest):
        facts = replace(read_facts(canonical_json(stored.facts)), as_of=tx.now, later_policies=())
        artifacts += 1
        moves = list(_moves(facts, weighed))
        if recording not in seen:
            seen[recording] = None
            moves += _begins_otherwise(tx, recording, weighed)
        for move in moves:
            counts[move] += 1
            shown = examples.setdefault(move, [])
            if len(shown) < _EXAMPLES and recording not in shown:
                shown.append(recording)
    found = {move: tuple(ids) for move, ids in examples.items()}
    return SettingsPreview(recordings=len(seen), artifacts=artifacts, counts=counts, examples=found)


def _moves(facts: Facts, weighed: Weighed) -> Iterator[str]:
    old = _judged(facts, weighed.before, weighed, is_anew=False)
    new = _judged(facts, weighed.after, weighed, is_anew=False)
    was = _judged(facts, weighed.before, weighed, is_anew=True)
    then = _judged(facts, weighed.after, weighed, is_anew=True)
    found = {
        "due_now": new.retention.disposition is Disposition.DUE and old.retention.disposition is not Disposition.DUE,
        "shorter": _reach(new) < _reach(old),
        "longer": _reach(new) > _reach(old),
        "no_longer_eligible": old.training.eligible and not new.training.eligible,
        "eligible": new.training.eligible and not old.training.eligible,
        "not_recorded_then": was.permits(Purpose.RECORD) and not then.permits(Purpose.RECORD),
        "recorded_then": then.permits(Purpose.RECORD) and not was.permits(Purpose.RECORD),
        "not_transcribed_then": was.permits(Purpose.TRANSCRIBE) and not then.permits(Purpose.TRANSCRIBE),
        "transcribed_then": then.permits(Purpose.TRANSCRIBE) and not was.permits(Purpose.TRANSCRIBE),
    }
    yield from (move for move, holds in found.items() if holds)


def _judged(facts: Facts, owner: Tenant, weighed: Weighed, *, is_anew: bool) -> DecisionRecord:
    chosen, kind = owner.settings, facts.artifact.kind.value
    tenant = replace(
        facts.tenant,
        train=chosen.asks_for_training,
        retention_days=chosen.retention_days.get(kind),
        regulated_in=chosen.regulated_in,
    )
    if is_anew:
        is_kept = chosen.is_recording_on
        tenant = replace(
            tenant, record=is_kept, transcribe=chosen.is_transcription_on, store=is_kept, vendor_process=is_kept
        )
    return judge(weighed.shelf, replace(facts, tenant=tenant), weighed.matrix).record


def _begins_otherwise(tx: Transaction, recording: str, weighed: Weighed) -> list[str]:
    call = get_recording(tx, RecordingId(recording)).call
    if call is None:
        return []
    legs = list_legs(tx, CallId(call))
    same = weighed.beginning(legs, weighed.before) == weighed.beginning(legs, weighed.after)
    return [] if same else ["begins_otherwise"]


def _reach(record: DecisionRecord) -> str:
    return "9999-12-31" if record.retention.until is None else record.retention.until.isoformat()
