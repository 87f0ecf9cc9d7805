"""Legal holds and the matters they belong to. A key places one, asks for its release, or refuses a release.

A release is allowed by a person in the console who did not ask for it, by a key or otherwise.
"""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from pipeline.decisions import holds as decisions
from pipeline.decisions.matters import close_matter, open_matter
from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.hold import HoldQuery, HoldScope
from pipeline.reads.hold_preview import preview_hold
from pipeline.reads.hold_state import LockState, read_hold_state
from pipeline.reads.told_holds import get_told_hold, list_told_holds, list_told_matters
from pipeline.store.session import Transaction
from webhooks.api.door import ApiRoute, Context, HoldsRead, HoldsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, Why, after_of, next_of, slice_of
from webhooks.operations.hold_queries import Conditions, query_from
from webhooks.operations.holds import scope_of, sealed
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/api/v1", tags=["holds"], route_class=ApiRoute)
MatterName = Annotated[str, Path(max_length=200, description="The reference of a matter.")]


class HoldView(View):
    """One hold. Why it was placed stays sealed; of a person only a keyed reference is told."""

    id: str
    matter: str
    scope_kind: str
    scope_id: str
    placed_by: str
    placed_at: datetime
    release_requested_by: str | None
    release_requested_at: datetime | None
    released_by: str | None
    released_at: datetime | None


class CoveredView(View):
    """One copy under a hold, and what the store itself says of its lock."""

    artifact: str
    kind: ArtifactKind
    lock: LockState


class MatterView(View):
    """One matter; what it is called stays sealed."""

    id: str
    owners: list[str]
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class NewHold(Why):
    """What is to be held."""

    matter: str = Field(min_length=1, max_length=200)
    scope: str = Field(max_length=20, description="`recording`, `call`, `party` or `tenant`.")
    subject: str = Field(default="", max_length=200, repr=False, description="An id; of a `party` their number.")


class HoldConditions(Given):
    """What a hold asks for: all of it is to be met, at least one, and what meets it later is covered too."""

    kind: ArtifactKind | None = None
    captured_from: date | None = Field(default=None, description="Captured on this day (UTC) or later.")
    captured_to: date | None = Field(default=None, description="Captured on this day (UTC) or before.")
    number: str = Field(default="", max_length=200, repr=False, description="Somebody on the call had this number.")
    flag: str = Field(default="", max_length=64, description="The call has this flag, such as `child_signal`.")
    mode: str = Field(default="", max_length=64, description="The call was begun in this mode.")
    entity_type: EntityType | None = Field(default=None, description="This was said.")

    def query(self, tx: Transaction, context: WebContext) -> HoldQuery:
        """Read them; a number becomes its keyed reference."""
        return query_from(tx, context, Conditions(**{k: str(v) for k, v in dict(self).items() if v}))


class NewQueryHold(Why):
    """What is to be held by conditions."""

    matter: str = Field(min_length=1, max_length=200)
    conditions: HoldConditions


class HoldPreviewView(View):
    """How much a hold would cover now. Where `is_whole` is false there is more than was counted."""

    artifacts: int
    recordings: int
    by_kind: dict[ArtifactKind, int]
    is_whole: bool


class NewMatter(Given):
    """A case."""

    matter: str = Field(min_length=1, max_length=200, description="Its reference.")
    title: str = Field(max_length=200, repr=False, description="Kept sealed.")
    owners: list[Annotated[str, Field(max_length=60)]] = Field(max_length=50, description="Logins.")


@router.get("/holds")
def list_all(
    context: Context,
    who: HoldsRead,
    is_released: Annotated[bool, Query(description="Also those that were released.")] = False,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[HoldView]:
    """List holds, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = list_told_holds(tx, is_in_force=not is_released)[::-1]
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[HoldView.model_validate(one) for one in shown], next=more)


@router.post("/holds", status_code=HTTPStatus.CREATED)
def place_hold(context: Context, who: HoldsWrite, wanted: NewHold) -> HoldView:
    """Place a hold; every object that it covers is locked before the answer."""
    with context.database.transaction(who.tenant) as tx:
        covers = scope_of(tx, context, wanted.scope, wanted.subject)
        why = sealed(tx, wanted.matter, "hold", who, context, wanted.reason)
        hold = decisions.place(tx, context.vault, matter=wanted.matter, scope=covers, actor=who.actor, reason=why)
    return HoldView.model_validate(hold)


@router.post("/holds/preview")
def preview_query(context: Context, who: HoldsWrite, wanted: HoldConditions) -> HoldPreviewView:
    """Count what meets conditions; nothing is held."""
    with context.database.transaction(who.tenant) as tx:
        return HoldPreviewView.model_validate(preview_hold(tx, wanted.query(tx, context)))


@router.post("/holds/by-query", status_code=HTTPStatus.CREATED)
def place_by_query(context: Context, who: HoldsWrite, wanted: NewQueryHold) -> HoldView:
    """Hold whatever meets conditions, now or later."""
    with context.database.transaction(who.tenant) as tx:
        covers = (HoldScope.QUERY.value, wanted.conditions.query(tx, context).canonical())
        why = sealed(tx, wanted.matter, "hold", who, context, wanted.reason)
        hold = decisions.place(tx, context.vault, matter=wanted.matter, scope=covers, actor=who.actor, reason=why)
    return HoldView.model_validate(hold)


@router.get("/holds/{hold}")
def show_hold(context: Context, who: HoldsRead, hold: Name) -> HoldView:
    """Show one hold."""
    with context.database.transaction(who.tenant) as tx:
        return HoldView.model_validate(get_told_hold(tx, hold))


@router.get("/holds/{hold}/covered")
def list_covered(context: Context, who: HoldsRead, hold: Name, cursor: Cursor = None) -> Page[CoveredView]:
    """List what a hold covers, with the store's own word on each lock; a page is as long as the store is asked for."""
    with context.database.transaction(who.tenant) as tx:
        state = read_hold_state(tx, context.objects, hold, keys=context.keys, after=after_of(cursor))
    items = [CoveredView(artifact=o.artifact.id, kind=o.artifact.kind, lock=o.lock) for o in state.covered]
    return Page(items=items, next=next_of(state.after))


@router.post("/holds/{hold}/release")
def ask_for_release(context: Context, who: HoldsWrite, hold: Name, why: Why) -> HoldView:
    """Ask for a release. The hold stays in force until a person in the console allows it."""
    with context.database.transaction(who.tenant) as tx:
        reason = sealed(tx, get_told_hold(tx, hold).id, "release", who, context, why.reason)
        asked = decisions.ask_release(tx, hold=hold, actor=who.actor, reason=reason)
    return HoldView.model_validate(asked)


@router.post("/holds/{hold}/keep")
def keep_hold(context: Context, who: HoldsWrite, hold: Name, why: Why) -> HoldView:
    """Refuse a release, or take one's own asking back: the hold stays."""
    with context.database.transaction(who.tenant) as tx:
        reason = sealed(tx, get_told_hold(tx, hold).id, "reject", who, context, why.reason)
        return HoldView.model_validate(decisions.reject_release(tx, hold=hold, actor=who.actor, reason=reason))


@router.get("/matters")
def list_cases(context: Context, who: HoldsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[MatterView]:
    """List matters."""
    with context.database.transaction(who.tenant) as tx:
        found = list_told_matters(tx)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[MatterView.model_validate(one) for one in shown], next=more)


@router.post("/matters", status_code=HTTPStatus.CREATED)
def open_case(context: Context, who: HoldsWrite, wanted: NewMatter) -> MatterView:
    """Open a matter, or name one that a hold opened."""
    owners = [f"user:{owner.removeprefix('user:')}" for owner in wanted.owners]
    with context.database.transaction(who.tenant) as tx:
        made = open_matter(tx, context.keys, matter=wanted.matter, title=wanted.title, owners=owners, actor=who.actor)
    return MatterView.model_validate(made)


@router.post("/matters/{matter}/close")
def close_case(context: Context, who: HoldsWrite, matter: MatterName) -> MatterView:
    """Close a matter that holds nothing any more."""
    with context.database.transaction(who.tenant) as tx:
        return MatterView.model_validate(close_matter(tx, matter=matter, actor=who.actor))
