from __future__ import annotations

from datetime import date

import pytest

from pipeline.decisions.holds import ask_release, place
from pipeline.model.errors import NotFound
from pipeline.model.period import Period
from pipeline.model.subject import RequestKind
from pipeline.reads.dashboard import PLOTS, read_headlines, read_plot, read_plots
from pipeline.steps.fail import fail
from pipeline.store.recordings import merge_facts
from tests.pipeline.steps.asking import asked

DAYS = Period(since=date(2026, 11, 20), until=date(2026, 11, 22))


def test_each_plot_has_its_labels_and_numbers_and_an_empty_house_draws_none(line):
    with line.tx() as tx:
        plots = read_plots(tx, DAYS)
    assert [plot.name for plot in plots] == list(PLOTS)
    assert all(plot.is_empty for plot in plots)
    recording = line.record(is_answered=True)
    line.through(line.record(), "settle_consent", "capture", "transcribe", "detect")
    line.run(fail, recording, "VendorUnavailable")
    with line.tx() as tx:
        found = {plot.name: plot for plot in read_plots(tx, DAYS)}
    consent = found["consent"]
    assert consent.labels == ("2026-11-20", "2026-11-21", "2026-11-22")
    assert [(one.key, one.values) for one in consent.series] == [("granted", (0, 2, 0))]
    assert found["failures"].labels == ("failed:VendorUnavailable",)
    assert sum(found["hidden"].series[0].values) == 2
    assert found["waiting"].series[0].values[0] == 1
    assert [one.key for one in found["deletions"].series] == ["due", "done"]


def test_what_is_rare_is_told_together(line):
    many = ",".join(f"TYPE_{number:02}={100 - number}" for number in range(23))
    with line.tx() as tx:
        merge_facts(tx, line.record().id, {"entity_counts": many})
        plot = read_plot(tx, "hidden", DAYS)
    assert (plot.labels[0], plot.labels[-1], len(plot.labels)) == ("TYPE_00", "other", 21)
    assert plot.series[0].values[-1] == 80 + 79 + 78


def test_a_plot_that_nobody_knows_is_not_found(line):
    with line.tx() as tx, pytest.raises(NotFound):
        read_plot(tx, "salaries", DAYS)


def test_the_headlines_say_what_is_late_stuck_and_waiting_for_a_second_person(line, clock):
    recording = line.record()
    line.run(fail, recording, "VendorUnavailable")
    asked(line, RequestKind.ACCESS)
    with line.tx() as tx:
        for asks in (True, False):
            hold = place(tx, line.context.vault, matter="m-1", scope=("tenant", tx.tenant), actor="user:a", reason="x")
            if asks:
                ask_release(tx, hold=hold.id, actor="user:a", reason="over")
        before = read_headlines(tx)
    clock.move(days=27)
    with line.tx() as tx:
        now = read_headlines(tx)
    assert (before.recordings, before.stuck, before.holds, before.releases) == (1, 1, 2, 1)
    assert (before.requests, before.late, now.late) == (1, 0, 1)
    assert now.waiting_since is not None
