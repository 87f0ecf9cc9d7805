"""How far figures could be off by chance: conversations drawn again with replacement, many times at once.

Whole conversations are drawn, since what leaks in one call leaks together; and within each source, since how many of
each a file holds is its maker's choice and no chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.redaction.evaluation.tally import Counts

type Draws = npt.NDArray[np.float64]

_AT_ONCE: Final = 4_000_000
"""How many numbers of drawn conversations are held at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share, and the bounds within which nineteen of twenty draws lie. No value where there was nothing to count."""

    value: float | None
    low: float | None = None
    high: float | None = None


NOTHING: Final = Rate(value=None)


def draw_sums(counts: Counts, sources: Sequence[str], *, rounds: int, seed: int) -> dict[str, Draws]:
    """Draw every source's conversations again and add up their counts.

    Args:
        counts: `(conversations, columns)`.
        sources: of each conversation.
        rounds: how many times to draw.
        seed: the same gives the same draws.

    Returns:
        For each source `(rounds, columns)`.
    """
    named = np.array(sources)
    random = np.random.default_rng(seed)
    return {
        source: np.concatenate([*_chunks(counts[named == source].astype(np.float64), rounds, random)])
        for source in dict.fromkeys(sources)
    }


def rate(part: float, whole: float, parts: Draws | None = None, wholes: Draws | None = None) -> Rate:
    """Give `part / whole` with its interval from draws of both."""
    if not whole:
        return NOTHING
    if parts is None or wholes is None:
        return Rate(value=float(part / whole))
    drawn = np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes > 0)
    return with_bounds(float(part / whole), drawn)


def with_bounds(value: float, drawn: Draws) -> Rate:
    """Put the 2.5th and 97.5th percentile of draws around a value; draws in which nothing was counted are left out."""
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Rate(value=value)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Rate(value=value, low=float(low), high=float(high))


def _chunks(counts: Draws, rounds: int, random: np.random.Generator) -> Iterator[Draws]:
    size = len(counts)
    step = max(1, _AT_ONCE // size)
    for first in range(0, rounds, step):
        drawn = random.multinomial(size, np.full(size, 1 / size), size=min(step, rounds - first))
        yield drawn.astype(np.float64) @ counts
