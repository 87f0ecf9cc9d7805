"""The figures of a period: plots with a table each, and the same numbers as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from pipeline.model.errors import InvalidInput
from pipeline.model.period import Period, read_period
from pipeline.model.purge import PurgeState
from pipeline.reads.dashboard import Headlines, read_headlines, read_plot, read_plots
from pipeline.reads.plot import Plot
from pipeline.store.purge_pages import read_purges
from webhooks.operations.frame import SEES, Anybody, Context, page
from webhooks.operations.labels import GAPS, PLOTS, label_of
from webhooks.operations.svg import NARROW, Words, draw
from webhooks.pages import language


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
Day = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A plot as the page shows it: what it is called, its drawing, and the same as rows."""

    plot: Plot
    title: str
    sentence: str
    gap: str | None
    drawing: Markup
    narrow: Markup
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


@router.get("/operations")
def dashboard(request: Request, who: Anybody, context: Context, since: Day = "", until: Day = "") -> Response:
    """Show the figures of a period."""
    today, refused = context.clock.now().date(), None
    try:
        period = read_period(since, until, today=today)
    except InvalidInput as error:
        period, refused = read_period("", "", today=today), error
    with context.database.transaction(who.tenant) as tx:
        plots, now = read_plots(tx, period), read_headlines(tx)
        last = read_purges(tx, state=PurgeState.DONE, limit=1).purges
    drawn = [draw_plot(plot, who.locale) for plot in plots]
    values = {"period": period, "drawn": drawn, "now": now, "may_see": bool(who.roles & set(SEES))}
    values["last"] = last[0] if last else None
    return page(request, who, "dashboard.html", _("Figures"), values, error=refused)


@router.get("/operations/dashboard.json")
def dashboard_data(who: Anybody, context: Context, since: Day = "", until: Day = "") -> Response:
    """Give every figure of the page."""
    period = read_period(since, until, today=context.clock.now().date())
    with context.database.transaction(who.tenant) as tx:
        plots, now = read_plots(tx, period), read_headlines(tx)
    return _data({**_plain(period), "now": _now(now), "plots": {plot.name: plot.plain() for plot in plots}})


@router.get("/operations/plots/{name}.json")
def plot_data(name: str, who: Anybody, context: Context, since: Day = "", until: Day = "") -> Response:
    """Give one plot's numbers."""
    period = read_period(since, until, today=context.clock.now().date())
    with context.database.transaction(who.tenant) as tx:
        plot = read_plot(tx, name, period)
    return _data({**_plain(period), **plot.plain()})


def draw_plot(plot: Plot, locale: str) -> Drawn:
    """Draw a plot in a reader's language."""
    say_text, (title, sentence) = language.speaker(locale), PLOTS[plot.name]
    say = _sayer(plot, locale, say_text)
    words = Words(
        title=say_text(title),
        description=f"{say_text(sentence)} {say_text(_('The same numbers stand in the table below.'))}",
        say=say,
        number=lambda value: language.say_number(value, locale),
    )
    rows = tuple((say(label), tuple(one.values[at] for one in plot.series)) for at, label in enumerate(plot.labels))
    return Drawn(
        plot=plot,
        title=title,
        sentence=sentence,
        gap=GAPS.get(plot.gap or "", plot.gap),
        drawing=draw(plot, words),
        narrow=draw(plot, words, width=NARROW),
        heads=tuple(say(one.key) for one in plot.series),
        rows=rows,
    )


def _sayer(plot: Plot, locale: str, say_text: Callable[[str], str]) -> Callable[[str], str]:
    def say(code: str) -> str:
        if plot.is_by_time and code[:1].isdigit():
            return language.say_day(date.fromisoformat(code), locale)
        state, _separator, reason = code.partition(":")
        return f"{say_text(label_of(state))}: {reason}" if reason else say_text(label_of(code))

    return say


def _plain(period: Period) -> dict[str, Any]:
    return {"since": period.since.isoformat(), "until": period.until.isoformat(), "step": period.step.value}


def _now(now: Headlines) -> dict[str, Any]:
    return {**asdict(now), "waiting_since": now.waiting_since.isoformat() if now.waiting_since else None}


def _data(body: dict[str, Any]) -> Response:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
