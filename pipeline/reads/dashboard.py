"""The figures of the dashboard: what each plot shows, as data. A page draws it, JSON is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.model.errors import NotFound
from pipeline.model.period import Period
from pipeline.reads.leak_plot import leak_plot
from pipeline.reads.plot import Plot, Series
from pipeline.reads.told_holds import list_told_holds
from pipeline.store.figures import (
    WORST_FIRST,
    Count,
    count_consent,
    count_deletions,
    count_failures,
    count_hidden,
    count_overdue,
    count_states,
    count_waiting,
    find_longest_waiting,
)
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import list_requests

_MOST_KINDS: Final = 20
"""Bars of a plot; what is rarer is told together as `other`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines:
    """What somebody should know before any plot: counts as of now."""

    recordings: int
    stuck: int
    """Failed or withheld."""
    waiting_since: datetime | None
    """The oldest of what waits for a reviewer."""
    overdue: int
    """Artifacts whose day has come and that are still there."""
    requests: int
    late: int
    """Open requests in the last sixth of their time."""
    holds: int
    releases: int
    """Holds whose release waits for a second person."""


def read_headlines(tx: Transaction) -> Headlines:
    """Count what stands now."""
    states, today = count_states(tx), tx.now.date()
    open_requests, holds = list_requests(tx, only_open=True), list_told_holds(tx, is_in_force=True)
    return Headlines(
        recordings=sum(states.values()),
        stuck=states.get("failed", 0) + states.get("withheld", 0),
        waiting_since=find_longest_waiting(tx),
        overdue=count_overdue(tx),
        requests=len(open_requests),
        late=sum(request.deadline.late_on <= today for request in open_requests),
        holds=len(holds),
        releases=sum(hold.release_requested_by is not None for hold in holds),
    )


def read_plots(tx: Transaction, period: Period) -> tuple[Plot, ...]:
    """Read every plot of a period."""
    return tuple(read(tx, period) for read in PLOTS.values())


def read_plot(tx: Transaction, name: str, period: Period) -> Plot:
    """Read one plot.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in PLOTS:
        raise NotFound("there is no such plot")
    return PLOTS[name](tx, period)


def _consent(tx: Transaction, period: Period) -> Plot:
    return _by_time("consent", "calls", period, ("granted", *WORST_FIRST[:-1], "not_asked"), count_consent(tx, period))


def _deletions(tx: Transaction, period: Period) -> Plot:
    return _by_time("deletions", "artifacts", period, ("due", "done"), count_deletions(tx, period), keep_all=True)


def _hidden(tx: Transaction, period: Period) -> Plot:
    return _by_kind("hidden", "entities", count_hidden(tx, period))


def _failures(tx: Transaction, period: Period) -> Plot:
    return _by_kind("failures", "recordings", count_failures(tx, period))


def _waiting(tx: Transaction, period: Period) -> Plot:
    return _by_kind("waiting", "recordings", count_waiting(tx))


def _by_time(
    name: str, unit: str, period: Period, keys: Iterable[str], counts: Iterable[Count], *, keep_all: bool = False
) -> Plot:
    steps = period.steps()
    found: Mapping[tuple[Any, str], int] = {(one.step, one.key): one.count for one in counts}
    series = (Series(key=key, values=tuple(found.get((step, key), 0) for step in steps)) for key in keys)
    shown = tuple(one for one in series if keep_all or any(one.values))
    return Plot(name=name, unit=unit, labels=tuple(step.isoformat() for step in steps), series=shown, is_by_time=True)


def _by_kind(name: str, unit: str, counts: Iterable[Count]) -> Plot:
    listed = list(counts)
    rest = sum(one.count for one in listed[_MOST_KINDS:])
    shown = listed[:_MOST_KINDS] + ([Count(key="other", count=rest)] if rest else [])
    values = Series(key=unit, values=tuple(one.count for one in shown))
    return Plot(name=name, unit=unit, labels=tuple(one.key for one in shown), series=(values,) if shown else ())


PLOTS: Final[Mapping[str, Callable[[Transaction, Period], Plot]]] = {
    "consent": _consent,
    "hidden": _hidden,
    "waiting": _waiting,
    "deletions": _deletions,
    "failures": _failures,
    "leak": leak_plot,
}
"""Every plot by its name, in the order in which the page shows them."""
