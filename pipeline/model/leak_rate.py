"""How much of what is personal is not hidden, and how much of what is hidden is personal: estimated from a sample.

Calls are drawn, not words, and what leaks in one call leaks together; so a call is the unit, and each stands for as
many as its rate says. A rate may change within a period: calls drawn at one per cent count a hundred times, those drawn
at ten per cent ten times. Where some that were drawn were never read, those read at the same rate stand for them too.

Sources: the share is a ratio of weighted sums with its spread by linearisation, calls as clusters (W. G. Cochran,
Sampling Techniques, 3rd ed. 1977, §6 and §9A); the interval is the one of Clopper and Pearson on the effective number
of spans (E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected number of positive
counts estimated from survey data", Survey Methodology 24 (1998) 193-201). Where none or all leak the spread cannot be
seen, and the effective number is the one that unequal weights leave (L. Kish, Survey Sampling, 1965, §11.2). What
counts as enough follows the National Center for Health Statistics (Vital and Health Statistics 2(175), 2017): 30
effective spans, and an interval below 30 points; and, our own choice, ten calls.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.model.draw import EVERY
from pipeline.model.entity import EntityType
from pipeline.model.interval import LEVEL, Interval, beta_quantile, clopper_pearson
from pipeline.model.quality import Counts

_LEAST_SPANS: Final = 30
_WIDEST: Final = 0.30
_LEAST_CALLS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCall:
    """One call whose reading is finished: the rate it was drawn at, and what was found in it by type."""

    rate: int
    counts: Mapping[EntityType, Counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share with what it rests on. `part` and `whole` are counts as seen; value and interval are weighted.

    No value where there was nothing to count; `is_enough` says whether it may be quoted.
    """

    part: int
    whole: int
    calls: int
    value: float | None
    interval: Interval | None
    is_enough: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of one type, or of all: the share that leaks, and the share of what is hidden that is personal."""

    leak: Estimate
    precision: Estimate
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What a sample says of a period. `drawn` counts calls that were drawn, `read` those whose reading is finished."""

    drawn: int
    read: int
    over_all: Quality
    by_type: Mapping[EntityType, Quality]


def estimate_quality(calls: Sequence[ReadCall], *, drawn: Mapping[int, int]) -> QualityReport:
    """Estimate the leak rate and the precision of a period.

    Args:
        calls: those that were read.
        drawn: how many were drawn at each rate, read or not and without those that can no longer be read.
    """
    read = Counter(call.rate for call in calls)
    weights = [EVERY / call.rate * max(drawn.get(call.rate, 0), read[call.rate]) / read[call.rate] for call in calls]
    kinds = sorted({kind for call in calls for kind in call.counts})
    one = {kind: [call.counts.get(kind, Counts()) for call in calls] for kind in kinds}
    whole = [sum(call.counts.values(), Counts()) for call in calls]
    return QualityReport(
        drawn=sum(drawn.values()),
        read=len(calls),
        over_all=_quality(weights, whole),
        by_type={kind: _quality(weights, counts) for kind, counts in one.items()},
    )


def estimate_share(counted: Sequence[tuple[float, int, int]]) -> Estimate:
    """Estimate a share from clusters, each `(weight, part, whole)`; those without a whole say nothing."""
    told = [(w, part, whole) for w, part, whole in counted if whole]
    part, whole = sum(p for _, p, _ in told), sum(n for _, _, n in told)
    if not told:
        return Estimate(part=0, whole=0, calls=0, value=None, interval=None, is_enough=False)
    stands_for = sum(w * n for w, _, n in told)
    share = min(1.0, sum(w * p for w, p, _ in told) / stands_for)
    effective = _effective(told, share, stands_for)
    interval = clopper_pearson(min(share * effective, effective), effective)
    is_enough = effective >= _LEAST_SPANS and interval.width < _WIDEST and len(told) >= _LEAST_CALLS
    return Estimate(part=part, whole=whole, calls=len(told), value=share, interval=interval, is_enough=is_enough)


def _quality(weights: Sequence[float], counts: Sequence[Counts]) -> Quality:
    each = list(zip(weights, counts, strict=True))
    return Quality(
        leak=estimate_share([(w, c.missed, c.missed + c.personal) for w, c in each]),
        precision=estimate_share([(w, c.personal, c.personal + c.not_personal) for w, c in each]),
        unsure=sum(c.unsure for c in counts),
    )


def _effective(told: Sequence[tuple[float, int, int]], share: float, stands_for: float) -> float:
    """Give how many spans, each drawn by itself, would say as much as these do; never more than there are."""
    by_weights = stands_for**2 / sum(w * w * n for w, _, n in told)
    calls, spans = len(told), sum(n for _, _, n in told)
    if calls < 2 or share in (0.0, 1.0):
        return by_weights
    spread = calls / (calls - 1) * sum((w * (p - share * n)) ** 2 for w, p, n in told) / stands_for**2
    if spread == 0:
        return by_weights
    few = (_t(spans - 1) / _t(calls - 1)) ** 2 if spans > 1 else 1.0
    return min(by_weights, max(1.0, share * (1 - share) / spread * few))


def _t(freedom: int) -> float:
    """Give the bound of Student's distribution that 95 % lie within."""
    x = beta_quantile(LEVEL, 0.5, freedom / 2)
    return math.sqrt(freedom * x / (1 - x))
