from __future__ import annotations

from datetime import timedelta

from pipeline.model.entity import EntityType
from pipeline.model.period import Period
from pipeline.model.quality import Counts, Findings
from pipeline.reads.leak_plot import leak_plot
from pipeline.store.quality_samples import mark_finished
from tests.pipeline.store.test_quality_samples import drawn

NAME, PIN = EntityType.PERSON, EntityType.PIN


def read(line, tx, counts) -> None:
    """One drawn call is read, with these counts."""
    keys = line.context.vault.keys
    sample = drawn(tx)
    mark_finished(tx, sample, Findings(verdicts=()), counts=counts, compared=None, settled=None, keys=keys)


def plot_of(tx, *, days: int = 0):
    today = tx.now.date() + timedelta(days=days)
    return leak_plot(tx, Period(since=today, until=today))


def test_what_was_not_sampled_is_no_zero(line):
    with line.tx() as tx:
        plot = plot_of(tx)
        read(line, tx, {NAME: Counts(personal=50)})
        too_few = plot_of(tx)
    for one in (plot, too_few):
        assert (one.gap, one.series, one.is_empty) == ("not_sampled", (), True)


def test_what_was_seen_often_enough_is_told_and_nothing_else(line):
    with line.tx() as tx:
        for at in range(20):
            read(line, tx, {NAME: Counts(personal=9, missed=at % 2), PIN: Counts(personal=int(at < 3))})
        plot = plot_of(tx)
        assert (plot.labels, plot.gap) == (("all", "PERSON"), None)
        assert plot.series[0].values == (round(10 / 193, 4), round(10 / 190, 4))
        assert plot_of(tx, days=1).gap == "not_sampled"
