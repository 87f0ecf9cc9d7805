"""How much a hold on a query would cover now, before it is placed. What comes later is covered when it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.hold import HoldQuery
from pipeline.store.hold_subjects import iter_met
from pipeline.store.session import Transaction

MOST_COUNTED: Final = 10_000
"""No more artifacts are counted: whoever covers as many is told that it is more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPreview:
    """What is there that meets the conditions. Where `is_whole` is False there is more than was counted."""

    artifacts: int
    recordings: int
    by_kind: Mapping[ArtifactKind, int]
    is_whole: bool


def preview_hold(tx: Transaction, query: HoldQuery) -> HoldPreview:
    """Count the living artifacts that meet a query; nothing is written or locked."""
    found = list(islice(iter_met(tx, query), MOST_COUNTED + 1))
    counted = found[:MOST_COUNTED]
    return HoldPreview(
        artifacts=len(counted),
        recordings=len({artifact.recording for artifact in counted} - {None}),
        by_kind=Counter(artifact.kind for artifact in counted),
        is_whole=len(found) <= MOST_COUNTED,
    )
