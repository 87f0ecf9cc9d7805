"""The estimated share of what should be hidden and is not, by type of entity.

It is estimated from random samples that two people looked at. Where nothing was sampled nothing is claimed: the plot
says so, and shows no zero.
"""

from __future__ import annotations

from pipeline.model.period import Period
from pipeline.reads.plot import Plot
from pipeline.store.session import Transaction


def leak_plot(tx: Transaction, period: Period) -> Plot:
    """Give the plot of a period: what was sampled is not stored yet, so it is a gap that is named."""
    return Plot(name="leak", unit="share", labels=(), series=(), gap="not_sampled")
