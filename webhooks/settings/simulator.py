"""What would happen to a call: supposed from numbers and answers, or one that was made. Nothing typed is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from pipeline.intake.foresee import Foreseen, Supposed, foresee, suppose
from pipeline.intake.law_of_call import Ringing
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision_terms import SENTENCES
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.retention import RetentionBasis
from pipeline.model.tenant import Tenant
from pipeline.policies.entity_sets import load_entity_set
from pipeline.store.calls import list_legs
from pipeline.store.consents import list_consents
from pipeline.store.policy_versions import policies_of
from pipeline.store.recordings import get_recording, read_facts
from pipeline.store.session import Transaction
from pipeline.store.training_features import find_feature
from webhooks.pages.who import SignedIn
from webhooks.settings.drafts import MOVES, preview
from webhooks.settings.fields import TYPES
from webhooks.settings.parts import Context, Form, Reader, _, as_drafted, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_LONGEST: Final = 256
_ANSWERS: Final = (
    (Outcome.GRANTED.value, _("agrees")),
    (Outcome.DECLINED.value, _("declines")),
    (Outcome.NO_ANSWER.value, _("says nothing")),
    (Outcome.UNCLEAR.value, _("is not clear")),
)
_METHODS: Final = (
    (Method.DTMF.value, _("by a key press")),
    (Method.SPEECH.value, _("by speech")),
    (Method.IMPLIED.value, _("by staying on the line")),
)
BASES: Final[Mapping[RetentionBasis, str]] = {
    RetentionBasis.POLICY: _("the policy's own period"),
    RetentionBasis.HOUSE_CHOICE: _("our choice, where the policy is silent"),
    RetentionBasis.TENANT_SETTING: _("your setting"),
    RetentionBasis.JURISDICTION_CAP: _("the latest day that a law allows"),
    RetentionBasis.JURISDICTION_MINIMUM: _("a law orders to keep it until then"),
    RetentionBasis.POLICY_MINIMUM: _("a law that the policy names orders to keep it until then"),
    RetentionBasis.CHILD: _("a child was heard"),
    RetentionBasis.CARD_NUMBER: _("a card number in it could not be hidden"),
    RetentionBasis.DELETION_REQUEST: _("deletion was asked for"),
    RetentionBasis.CLOSURE: _("the account was closed"),
    RetentionBasis.WITHDRAWAL: _("the permission was taken back"),
    RetentionBasis.NOT_PERMITTED: _("it must not be kept"),
    RetentionBasis.HOLD: _("a legal hold"),
}
"""What sets the day of a copy, in words."""


@router.get("/settings/simulator")
def show_simulator(request: Request, context: Context, who: Reader) -> Response:
    """Show the form, and what the reader's own draft would move."""
    return _shown(request, context, who)


@router.post("/settings/simulator")
def simulate(request: Request, context: Context, who: Reader, form: Form) -> Response:
    """Say what would happen, under the settings as they stand and under the reader's own draft."""
    try:
        return _shown(request, context, who, form=form)
    except InvalidInput as problem:
        return _shown(request, context, who, problem=problem)


def _shown(
    request: Request,
    context: WebContext,
    who: SignedIn,
    *,
    form: FormData | None = None,
    problem: InvalidInput | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        owner, drafted, draft = as_drafted(tx, context, who)
        found: list[tuple[str, Foreseen, dict[str, bool]]] = []
        if form is not None:
            supposed = supposed_of(tx, context, owner, form)
            found.append((_("As it stands"), *foreseen_of(tx, context, owner, supposed)))
            if draft is not None and drafted != owner:
                found.append((_("With your draft"), *foreseen_of(tx, context, drafted, supposed)))
        values: dict[str, Any] = {
            "title": _("Simulator"),
            "found": found,
            "answers": _ANSWERS,
            "methods": _METHODS,
            "types": TYPES,
            "given": form or FormData(),
            "draft": draft,
            "preview": preview(tx, context, owner, drafted) if draft is not None else None,
            "moves": MOVES,
            "reasons": SENTENCES,
            "bases": BASES,
        }
    return page(request, who, "simulator.html", values, problem=problem)


def foreseen_of(
    tx: Transaction, context: WebContext, owner: Tenant, supposed: Supposed
) -> tuple[Foreseen, dict[str, bool]]:
    """Foresee a call, and say of each type that is supposed to be said whether it is hidden."""
    shelf = policies_of(tx, owner.policy_id)
    hides = load_entity_set(owner.settings.entity_set).hides
    said = {type.value: type in hides for type in supposed.entity_types}
    return foresee(supposed, owner, shelf, law=context.law, feature=find_feature(tx)), said


def supposed_of(tx: Transaction, context: WebContext, owner: Tenant, form: FormData) -> Supposed:
    """Read what is supposed: a call that was made, or numbers and answers."""
    recording = text(form, "recording")
    if recording:
        return _of_past(tx, recording)
    caller, called = text(form, "caller"), text(form, "called")
    if max(len(caller), len(called)) > _LONGEST:
        raise InvalidInput("a number has at most 256 characters")
    try:
        answers = {Purpose.RECORD: Outcome(text(form, "answer") or Outcome.GRANTED.value)}
        if text(form, "training"):
            answers[Purpose.TRAIN] = Outcome(text(form, "training"))
        method = Method(text(form, "method") or Method.DTMF.value)
    except ValueError:
        raise InvalidInput("there is no such answer") from None
    is_outbound = text(form, "direction") == "outbound"
    ringing = Ringing(
        call_sid="",
        direction="outbound-api" if is_outbound else "inbound",
        from_number=caller,
        to_number=called,
        answered_by="human" if is_outbound else "",
    )
    supposed = suppose(ringing, owner, law=context.law, answers=answers, now=tx.now, method=method)
    return replace(supposed, entity_types=_types(form.getlist("type")), is_armed=text(form, "not_armed") != "on")


def _of_past(tx: Transaction, named: str) -> Supposed:
    """Take a call that was made: who was on it, what they answered, what was found."""
    recording = get_recording(tx, RecordingId(named))
    if recording.call is None:
        raise NotFound("the recording has no call")
    types = str(read_facts(tx, recording.id).get("entity_types") or "").split(",")
    return Supposed(
        legs=tuple(list_legs(tx, recording.call)),
        answers=tuple(list_consents(tx, recording.call)),
        entity_types=_types(types),
        at=recording.started_at or tx.now,
    )


def _types(names: list[Any]) -> tuple[EntityType, ...]:
    return tuple(EntityType(str(name)) for name in names if str(name) in list(EntityType))
