"""The tenant's own numbers: listed, armed and disarmed; and what shows that a company may receive calls.

The vendor's account and the declaration in the tenant's name are given by an administrator in the console.
"""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from pipeline.consent.resolve import mask
from pipeline.decisions.numbers import arm, disarm, list_number
from pipeline.decisions.processors import register
from pipeline.model.processor import ProcessorEvidence
from pipeline.store.numbers import OwnNumber, list_numbers
from pipeline.store.policy_versions import bundle_in_force
from pipeline.store.tenants import get_tenant
from webhooks.api.door import ApiRoute, Context, SettingsRead, SettingsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, slice_of
from webhooks.api.people import Number

router = APIRouter(prefix="/api/v1", tags=["numbers"], route_class=ApiRoute)
Text = Annotated[str, Field(min_length=1, max_length=200)]


class NumberView(View):
    """One number, masked."""

    id: str
    number: str
    is_armed: bool
    listed_at: datetime
    armed_at: datetime | None
    read_back_at: datetime | None


class NewNumber(Given):
    """A number of the tenant's account."""

    number: Number


class EvidenceView(Given):
    """What shows that a company may receive calls."""

    name: Text
    contract: Text
    training_off_by: Text
    regions: list[Text] = Field(max_length=40)
    keeps_days: int | None = Field(default=None, ge=0, le=3660)
    evidence_on: date
    expires_on: date


@router.get("/numbers")
def list_all(context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[NumberView]:
    """List the tenant's own numbers, masked."""
    with context.database.transaction(who.tenant) as tx:
        found = list_numbers(tx, keys=context.keys)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[_view(one) for one in shown], next=more)


@router.post("/numbers", status_code=HTTPStatus.CREATED)
def add(context: Context, who: SettingsWrite, wanted: NewNumber) -> NumberView:
    """List a number of the account; its calls are not recorded before it is armed."""
    telephony = context.telephony
    return _view(list_number(context.vault, who.tenant, wanted.number, telephony=telephony, actor=who.actor))


@router.post("/numbers/{number}/arm")
def arm_number(context: Context, who: SettingsWrite, number: Name) -> NumberView:
    """Let a number's calls be recorded: its addresses are set at the vendor and read back."""
    done = arm(
        context.vault,
        who.tenant,
        number,
        telephony=context.telephony,
        public_base=context.public_base,
        actor=who.actor,
    )
    return _view(done)


@router.post("/numbers/{number}/disarm")
def disarm_number(context: Context, who: SettingsWrite, number: Name) -> NumberView:
    """Let no call of a number be recorded from now on."""
    with context.database.transaction(who.tenant) as tx:
        return _view(disarm(tx, context.vault, number, actor=who.actor, reason="api"))


@router.post("/processors", status_code=HTTPStatus.CREATED)
def put_on_file(context: Context, who: SettingsWrite, evidence: EvidenceView) -> EvidenceView:
    """Put on file what shows that a company may receive calls."""
    entry = ProcessorEvidence(**(evidence.model_dump() | {"regions": tuple(evidence.regions)}))
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        register(tx, entry, bundle=bundle_in_force(tx, owner.policy_id), actor=who.actor)
    return evidence


def _view(number: OwnNumber) -> NumberView:
    return NumberView(
        id=number.id,
        number=mask(number.number) or number.id,
        is_armed=number.is_armed,
        listed_at=number.listed_at,
        armed_at=number.armed_at,
        read_back_at=number.read_back_at,
    )
