from __future__ import annotations

from datetime import date

from pipeline.model.period import Period
from pipeline.reads.leak_plot import leak_plot


def test_what_was_not_sampled_is_no_zero(line):
    with line.tx() as tx:
        plot = leak_plot(tx, Period(since=date(2026, 11, 1), until=date(2026, 11, 30)))
    assert (plot.gap, plot.series, plot.is_empty) == ("not_sampled", (), True)
