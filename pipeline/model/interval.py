"""The interval of a share, exact for few counts: from the beta distribution, without any library.

Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
binomial", Biometrika 26 (1934) 404-413. The beta distribution is added up by its continued fraction: NIST Digital
Library of Mathematical Functions §8.17(v), https://dlmf.nist.gov/8.17#v, by the modified method of Lentz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from pipeline.model.errors import InvalidInput

LEVEL: Final = 0.95
_TINY: Final = 1e-300
_CLOSE: Final = 1e-14
_MOST_TERMS: Final = 10_000
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The bounds within which a figure lies, as sure as `LEVEL` says."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart they are."""
        return self.high - self.low


def clopper_pearson(part: float, whole: float, *, level: float = LEVEL) -> Interval:
    """Give the interval of a share that was seen `part` times in `whole`; it is never narrower than it claims.

    Args:
        part: how often it was seen, 0 to `whole`. It need not be a whole number: an effective count is none.
        whole: out of how many, above 0.
        level: how sure.

    Raises:
        InvalidInput: a part of nothing, or more than the whole.
    """
    if not whole > 0 or not 0 <= part <= whole:
        raise InvalidInput("a share is a part of something")
    outside = (1 - level) / 2
    low = 0.0 if part == 0 else beta_quantile(outside, part, whole - part + 1)
    high = 1.0 if part == whole else beta_quantile(1 - outside, part + 1, whole - part)
    return Interval(low=low, high=high)


def beta_share(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b): how much of the distribution lies below x."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(log_front) * _fraction(x, a, b) / a
    return 1 - math.exp(log_front) * _fraction(1 - x, b, a) / b


def beta_quantile(share: float, a: float, b: float) -> float:
    """Give the x below which that share of the beta distribution lies."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_share(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    """Add up the continued fraction; it settles within a few times the root of the larger parameter."""
    below, above = 1.0, _not_zero(1 - (a + b) * x / (a + 1))
    above = 1 / above
    total = above
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            above = 1 / _not_zero(1 + term * above)
            below = _not_zero(1 + term / below)
            total *= above * below
        if abs(above * below - 1) < _CLOSE:
            break
    return total


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
