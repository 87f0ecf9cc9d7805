"""What would happen to a call: supposed from numbers and answers, or one that was made. Nothing typed is kept."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field, model_validator
from starlette.datastructures import FormData, UploadFile

from pipeline.intake.foresee import Foreseen
from pipeline.model.consent import Method, Outcome
from pipeline.model.decision import explain
from pipeline.model.entity import EntityType
from webhooks.api.door import ApiRoute, Context, SettingsRead
from webhooks.api.pages import Given, View
from webhooks.settings.parts import as_drafted
from webhooks.settings.simulator import foreseen_of, supposed_of

router = APIRouter(prefix="/api/v1/settings", tags=["settings"], route_class=ApiRoute)


class Supposition(Given):
    """A call that was made, by its recording; or one that is supposed."""

    recording: str = Field(default="", max_length=40)
    caller: str = Field(default="", max_length=256, repr=False)
    called: str = Field(default="", max_length=256, repr=False)
    is_outbound: bool = False
    is_armed: bool = True
    answer: Outcome = Outcome.GRANTED
    training: Outcome | None = None
    method: Method = Method.DTMF
    entity_types: list[EntityType] = Field(default_factory=list, max_length=60)

    @model_validator(mode="after")
    def _names_a_call(self) -> Supposition:
        if not self.recording and not (self.caller or self.called):
            raise ValueError("a recording, or numbers")
        return self

    def form(self) -> FormData:
        """Write it as the page's form, so that both are read by the same code."""
        pairs: list[tuple[str, str | UploadFile]] = [
            ("recording", self.recording),
            ("caller", self.caller),
            ("called", self.called),
            ("direction", "outbound" if self.is_outbound else "inbound"),
            ("not_armed", "" if self.is_armed else "on"),
            ("answer", self.answer.value),
            ("training", self.training.value if self.training else ""),
            ("method", self.method.value),
            *(("type", type.value) for type in self.entity_types),
        ]
        return FormData(pairs)


class ForeseenView(View):
    """What would happen."""

    mode: str
    why_unrecorded: str | None
    is_recorded: bool
    locales: list[str]
    is_hidden: dict[str, bool] = Field(description="Of each type that is supposed to be said.")
    decisions: list[dict[str, Any]] = Field(description="One for each thing that would be kept, with its clauses.")


class SimulatedView(View):
    """What would happen as settings stand, and with the key's own draft."""

    now: ForeseenView
    drafted: ForeseenView | None


@router.post("/simulate")
def simulate(context: Context, who: SettingsRead, supposition: Supposition) -> SimulatedView:
    """Say what would happen to a call; nothing is written."""
    with context.database.transaction(who.tenant) as tx:
        owner, drafted, draft = as_drafted(tx, context, who)
        supposed = supposed_of(tx, context, owner, supposition.form())
        now = _view(*foreseen_of(tx, context, owner, supposed))
        is_other = draft is not None and drafted != owner
        then = _view(*foreseen_of(tx, context, drafted, supposed)) if is_other else None
    return SimulatedView(now=now, drafted=then)


def _view(found: Foreseen, hidden: dict[str, bool]) -> ForeseenView:
    return ForeseenView(
        mode=found.mode,
        why_unrecorded=found.why_unrecorded,
        is_recorded=found.is_recorded,
        locales=list(found.locales),
        is_hidden=hidden,
        decisions=[explain(record) for record in found.records],
    )
