"""Does a score mean a probability: of what was found with a score, how much was personal data indeed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.redaction.evaluation.tally import Tally

_BUCKETS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was found with a score of `low` up to `high`: how many, their mean score, the share that touch a label."""

    low: float
    high: float
    count: int
    mean_score: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Buckets that hold something, and how far score and share are apart on average (expected calibration error)."""

    buckets: tuple[Bucket, ...]
    error: float | None


def calibrate(tallied: Tally) -> Calibration:
    """Compare scores with what they promise, in ten buckets of equal width; a score of 1 is in the last."""
    buckets: list[Bucket] = []
    places = np.clip((tallied.scores * _BUCKETS).astype(np.int64), 0, _BUCKETS - 1)
    for at in range(_BUCKETS):
        here = places == at
        if here.any():
            buckets.append(
                Bucket(
                    low=at / _BUCKETS,
                    high=(at + 1) / _BUCKETS,
                    count=int(here.sum()),
                    mean_score=float(tallied.scores[here].mean()),
                    right=float(tallied.touches[here].mean()),
                )
            )
    if not buckets:
        return Calibration(buckets=(), error=None)
    error = sum(b.count * abs(b.right - b.mean_score) for b in buckets) / len(tallied.scores)
    return Calibration(buckets=tuple(buckets), error=error)
