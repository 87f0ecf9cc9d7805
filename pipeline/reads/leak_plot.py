"""The estimated share of what should be hidden and is not, by type of entity.

It is estimated from calls that were drawn at random and read whole. Where nothing was sampled, or too little to say
anything, nothing is claimed: the plot says so, and shows no zero. Intervals stand with the results of quality reviews.
"""

from __future__ import annotations

from typing import Final

from pipeline.model.period import Period
from pipeline.reads.plot import Plot, Series
from pipeline.reads.quality_report import read_results
from pipeline.store.session import Transaction

_DIGITS: Final = 4


def leak_plot(tx: Transaction, period: Period) -> Plot:
    """Give the plot of what was drawn in a period: of all types together and of each that was seen often enough."""
    report = read_results(tx, since=period.begins_at, until=period.ends_at).report
    named = [("all", report.over_all), *((kind.value, quality) for kind, quality in report.by_type.items())]
    told = [(name, q.leak.value) for name, q in named if q.leak.is_enough and q.leak.value is not None]
    if not told:
        return Plot(name="leak", unit="share", labels=(), series=(), gap="not_sampled")
    values = tuple(round(value, _DIGITS) for _, value in told)
    labels = tuple(name for name, _ in told)
    return Plot(name="leak", unit="share", labels=labels, series=(Series(key="share", values=values),))
