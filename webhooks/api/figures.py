"""The figures of a period, each plot by name."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from pipeline.model.period import Period, read_period
from pipeline.reads.dashboard import read_headlines, read_plot, read_plots
from webhooks.api.door import ApiRoute, Context, RecordingsRead
from webhooks.api.pages import View

router = APIRouter(prefix="/api/v1", tags=["figures"], route_class=ApiRoute)
Day = Annotated[str, Query(max_length=10, description="Such as `2026-11-21`; empty for the usual period.")]
PlotName = Annotated[str, Path(max_length=40, description="A plot's name.")]


class NowView(View):
    """How things stand now."""

    recordings: int
    stuck: int
    waiting_since: datetime | None
    overdue: int
    requests: int
    late: int
    holds: int
    releases: int


class PlotView(BaseModel):
    """One plot's numbers: a value for each label, of each series; a `gap` says why there are none."""

    since: str
    until: str
    step: str
    name: str
    unit: str
    labels: list[str]
    series: dict[str, list[float | None]]
    gap: str | None


class FiguresView(BaseModel):
    """Every figure of a period."""

    now: NowView
    plots: list[PlotView]


@router.get("/figures")
def read_all(context: Context, who: RecordingsRead, since: Day = "", until: Day = "") -> FiguresView:
    """Give every figure of a period."""
    period = read_period(since, until, today=context.clock.now().date())
    with context.database.transaction(who.tenant) as tx:
        plots, now = read_plots(tx, period), read_headlines(tx)
    return FiguresView(now=NowView(**asdict(now)), plots=[_plot(period, plot.plain()) for plot in plots])


@router.get("/figures/{plot}")
def read_one(context: Context, who: RecordingsRead, plot: PlotName, since: Day = "", until: Day = "") -> PlotView:
    """Give one plot's numbers."""
    period = read_period(since, until, today=context.clock.now().date())
    with context.database.transaction(who.tenant) as tx:
        return _plot(period, read_plot(tx, plot, period).plain())


def _plot(period: Period, plain: dict[str, Any]) -> PlotView:
    step = period.step.value
    return PlotView(since=period.since.isoformat(), until=period.until.isoformat(), step=step, **plain)
