"""How far two readers of the same call agree, beyond what they would by chance.

Hidden entities and visible words are two questions and are never thrown together: nearly all words are rightly shown
and nearly all entities rightly hidden, so one table of both would show agreement that says nothing of what is missed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from pipeline.model.interval import Interval

_Z: Final = 1.959963984540054
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two readers' yes and no about the same things: counts of the four cases."""

    both: int = 0
    only_first: int = 0
    only_second: int = 0
    neither: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        """Count both together."""
        return Agreement(
            both=self.both + other.both,
            only_first=self.only_first + other.only_first,
            only_second=self.only_second + other.only_second,
            neither=self.neither + other.neither,
        )

    @property
    def total(self) -> int:
        """How many things were judged by both."""
        return self.both + self.only_first + self.only_second + self.neither


NONE: Final = Agreement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Agreement beyond chance: 1 is perfect, 0 what chance gives. No interval where its spread cannot be known."""

    value: float
    interval: Interval | None


def cohens_kappa(counts: Agreement) -> Kappa | None:
    """Give Cohen's kappa; None where nothing was judged, or where both always said the same one thing.

    The interval takes each thing for a judgement of its own, which the words of one call are not quite: read it as the
    narrowest that can be claimed.

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20
    (1960) 37-46; the standard error is the one of J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard
    errors of kappa and weighted kappa", Psychological Bulletin 72 (1969) 323-327, equation 13.
    """
    n = counts.total
    if not n:
        return None
    cells = ((counts.both / n, counts.only_first / n), (counts.only_second / n, counts.neither / n))
    first = (cells[0][0] + cells[0][1], cells[1][0] + cells[1][1])
    second = (cells[0][0] + cells[1][0], cells[0][1] + cells[1][1])
    seen, by_chance = cells[0][0] + cells[1][1], first[0] * second[0] + first[1] * second[1]
    if math.isclose(by_chance, 1):
        return None
    kappa = (seen - by_chance) / (1 - by_chance)
    rest = 1 - kappa
    agreed = sum(cells[i][i] * (1 - (first[i] + second[i]) * rest) ** 2 for i in (0, 1))
    differed = rest**2 * sum(cells[i][1 - i] * (second[i] + first[1 - i]) ** 2 for i in (0, 1))
    spread = (agreed + differed - (kappa - by_chance * rest) ** 2) / (n * (1 - by_chance) ** 2)
    if spread <= 0:
        return Kappa(value=kappa, interval=None)
    error = _Z * math.sqrt(spread)
    return Kappa(value=kappa, interval=Interval(low=max(-1.0, kappa - error), high=min(1.0, kappa + error)))


def positive_agreement(counts: Agreement) -> float | None:
    """Give how far two readers agree on what they found, whatever they left alone; None where neither found anything.

    Where almost everything is rightly left alone, this says more than kappa.

    Source: G. Hripcsak and A. S. Rothschild, "Agreement, the F-measure, and reliability in information retrieval",
    Journal of the American Medical Informatics Association 12 (2005) 296-298.
    """
    found = 2 * counts.both + counts.only_first + counts.only_second
    return 2 * counts.both / found if found else None
