"""What quality reviews say: leak rate, precision and agreement, as a page and as JSON; and the rates behind them."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from pipeline.decisions.quality_rates import set_rates
from pipeline.model.draw import EVERY
from pipeline.model.errors import InvalidInput
from pipeline.model.interval import Interval
from pipeline.model.leak_rate import Estimate, Quality
from pipeline.model.user import Role
from pipeline.reads.quality_report import QualityResults, read_results, to_document
from pipeline.store.quality_rates import QualityRates, list_rates_changes
from pipeline.store.session import Transaction
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.review.quality import Context, tabs_for
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/review/quality", include_in_schema=False)

Sees = Annotated[SignedIn, Depends(allowed(Role.PRIVILEGED_REVIEWER, Role.AUDITOR, Role.TENANT_ADMIN))]
Admin = Annotated[SignedIn, Depends(allowed(Role.TENANT_ADMIN))]
Days = Annotated[int, Query(ge=1, le=3660)]

_PERIODS: Final = (30, 90, 365)
_SCALES: Final = (0.05, 0.1, 0.25, 0.5, 1.0)
_BAR: Final = 200
"""How wide a bar is drawn, in its own units."""


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


class RatesForm(BaseModel):
    """Rates in per cent, and why they change."""

    rate: Annotated[float, Field(ge=0, le=100)]
    second_rate: Annotated[float, Field(ge=0, le=100)]
    keeps_cases: str = ""
    reason: Annotated[str, Field(max_length=1000)] = ""


@router.get("/results")
def results(request: Request, context: Context, who: Sees, days: Days = 90) -> Response:
    """Show the figures of the last days."""
    return _show(request, context, who, days)


@router.get("/results.json")
def results_as_json(context: Context, who: Sees, days: Days = 90) -> Response:
    """Give the same figures as JSON."""
    with context.database.transaction(who.tenant) as tx:
        return JSONResponse(to_document(_read(tx, days)), headers={"Cache-Control": "no-store"})


@router.post("/rates")
def change_rates(request: Request, context: Context, who: Admin, form: Annotated[RatesForm, Form()]) -> Response:
    """Set how much is drawn from now on."""
    rates = QualityRates(
        rate=round(form.rate * EVERY / 100),
        second_rate=round(form.second_rate * EVERY / 100),
        keeps_cases=form.keeps_cases == "yes",
    )
    try:
        with context.database.transaction(who.tenant) as tx:
            set_rates(tx, rates, reason=form.reason, keys=context.keys, queue=context.queue, actor=who.actor)
    except InvalidInput:
        notice = Notice(text=_("Say why the rates change."))
        return _show(request, context, who, _PERIODS[1], notice=notice, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return go_to("/review/quality/results")


def bar_of(interval: Interval | None, value: float | None, scale: float) -> dict[str, float] | None:
    """Say where a bar begins, how wide it is and where its value stands; None where there is no interval."""
    if interval is None or value is None:
        return None
    low, high, at = (round(min(one, scale) / scale * _BAR, 1) for one in (interval.low, interval.high, value))
    return {"x": low, "width": max(round(high - low, 1), 2), "value": at}


def scale_of(qualities: list[Quality]) -> float:
    """Choose up to which share leak rates are drawn, the same for all rows: the smallest that holds every interval."""
    highest = max((q.leak.interval.high for q in qualities if q.leak.interval), default=1.0)
    return next((scale for scale in _SCALES if highest <= scale), 1.0)


def _bar(estimate: Estimate, scale: float) -> dict[str, float] | None:
    return bar_of(estimate.interval, estimate.value, scale)


def _read(tx: Transaction, days: int) -> QualityResults:
    return read_results(tx, since=tx.now - timedelta(days=days), until=tx.now + timedelta(seconds=1))


def _show(
    request: Request,
    context: WebContext,
    who: SignedIn,
    days: int,
    *,
    notice: Notice | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    is_admin = Role.TENANT_ADMIN in who.roles
    with context.database.transaction(who.tenant) as tx:
        found = _read(tx, days)
        changes = list_rates_changes(tx, keys=context.keys) if is_admin else ()
    rows = [("", found.report.over_all), *((kind.value, q) for kind, q in found.report.by_type.items())]
    scale = scale_of([quality for _kind, quality in rows])
    values: dict[str, Any] = {
        "title": "",
        "notice": notice,
        "tabs_here": tabs_for(who),
        "days": days,
        "periods": _PERIODS,
        "found": found,
        "rows": [(kind, q, _bar(q.leak, scale), _bar(q.precision, 1.0)) for kind, q in rows],
        "scale": scale,
        "every": EVERY,
        "is_admin": is_admin,
        "changes": changes,
    }
    return show(request, who, "review/quality_results.html", values, status=status)
