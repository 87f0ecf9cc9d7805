"""What quality reviews say: leak rate with its interval, precision, agreement; and how much is drawn for them.

Readings themselves are made by people, blind, in the console: a program that read for them would measure itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from pipeline.decisions.quality_rates import set_rates
from pipeline.model.draw import EVERY
from pipeline.reads.quality_report import read_results, to_document
from pipeline.store.quality_rates import QualityRates, find_rates
from pipeline.store.quality_samples import list_samples
from webhooks.api.door import ApiRoute, Context, ReviewsRead, SettingsWrite
from webhooks.api.pages import USUAL, Cursor, Limit, Page, View, Why, after_of, next_of

router = APIRouter(prefix="/api/v1/quality", tags=["quality"], route_class=ApiRoute)


class RatesView(View):
    """How much is drawn, in shares from 0 to 1."""

    rate: float
    second_rate: float
    keeps_cases: bool


class NewRates(Why):
    """How much is to be drawn from now on, and why."""

    rate: float = Field(ge=0, le=1)
    second_rate: float = Field(ge=0, le=1, description="Of what is drawn, how much is read by two.")
    keeps_cases: bool = Field(default=False, description="Whether finished readings become evaluation cases.")


class SampleView(View):
    """One call that was drawn. Who reads it is not told."""

    id: str
    recording: str
    has_second: bool
    state: str
    drawn_at: datetime
    finished_at: datetime | None


class SampleState(StrEnum):
    """Where a sample stands."""

    OPEN = "open"
    DISPUTED = "disputed"
    FINISHED = "finished"


@router.get("/results")
def results(context: Context, who: ReviewsRead, days: Annotated[int, Query(ge=1, le=3660)] = 90) -> dict[str, Any]:
    """Give leak rate and precision by type with their intervals, and the readers' agreement (Cohen's kappa)."""
    with context.database.transaction(who.tenant) as tx:
        until = tx.now + timedelta(seconds=1)
        return to_document(read_results(tx, since=tx.now - timedelta(days=days), until=until))


@router.get("/samples")
def list_drawn(
    context: Context, who: ReviewsRead, state: SampleState, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[SampleView]:
    """List calls that were drawn and stand somewhere."""
    with context.database.transaction(who.tenant) as tx:
        found = list_samples(tx, state=state.value, after=after_of(cursor), limit=limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return Page(items=[SampleView.model_validate(one) for one in found[:limit]], next=next_of(more))


@router.get("/rates")
def show_rates(context: Context, who: ReviewsRead) -> RatesView:
    """Show how much is drawn."""
    with context.database.transaction(who.tenant) as tx:
        return _rates(find_rates(tx))


@router.put("/rates")
def change_rates(context: Context, who: SettingsWrite, wanted: NewRates) -> RatesView:
    """Set how much is drawn from now on."""
    rates = QualityRates(
        rate=round(wanted.rate * EVERY),
        second_rate=round(wanted.second_rate * EVERY),
        keeps_cases=wanted.keeps_cases,
    )
    with context.database.transaction(who.tenant) as tx:
        keys, queue = context.keys, context.queue
        return _rates(set_rates(tx, rates, reason=wanted.reason, keys=keys, queue=queue, actor=who.actor))


def _rates(rates: QualityRates) -> RatesView:
    return RatesView(rate=rates.rate / EVERY, second_rate=rates.second_rate / EVERY, keeps_cases=rates.keeps_cases)
