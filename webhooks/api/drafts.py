"""Settings on their way: a key drafts and submits, and a person in the console activates or turns down.

An administrator activates what a key drafted unless they made that key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field

from pipeline.decisions import settings_drafts as decisions
from pipeline.model.errors import InvalidInput
from pipeline.model.settings_draft import OPEN, Draft, DraftChanges, DraftState, with_changes
from pipeline.store.cursors import read_cursor, write_cursor
from pipeline.store.session import Transaction
from pipeline.store.settings_drafts import list_drafts, lock_draft
from pipeline.store.settings_history import list_activations
from pipeline.store.tenants import get_tenant
from webhooks.api.door import ApiRoute, Context, SettingsRead, SettingsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, slice_of
from webhooks.api.tenant_settings import ActivationView, DifferenceView, changes_of
from webhooks.settings.drafts import preview
from webhooks.settings.fields import SECTIONS
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/api/v1/settings", tags=["settings"], route_class=ApiRoute)
type Value = bool | int | float | str | list[str] | dict[str, int | float] | None
_FIELDS: Final = [field for section in SECTIONS.values() for field in section.fields]
_SECRETS: Final = frozenset(field.name for field in _FIELDS if field.kind in ("secret", "words"))
_SETTINGS: Final = frozenset(f.name for f in _FIELDS) - _SECRETS - {"display_name"} | {"retention_days", "thresholds"}


class DraftView(View):
    """One draft: whose it is and where it stands."""

    id: str
    state: DraftState
    revision: int
    based_on: int
    created_by: str
    created_at: datetime
    changed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class MovesView(View):
    """What a draft would move of the latest recordings, by what happens to them."""

    recordings: int
    artifacts: int
    counts: dict[str, int]


class WeighedView(DraftView):
    """One draft with what it would change and move; `fault` says why it cannot be in force."""

    changes: list[DifferenceView]
    moves: MovesView | None
    fault: str


class Changes(Given):
    """What is to be changed. Names are those of `GET /settings`."""

    settings: dict[str, Value] = Field(default_factory=dict)
    secrets: dict[str, str | list[str]] = Field(default_factory=dict, repr=False, description="Kept sealed.")
    wordings: dict[str, Annotated[str, Field(max_length=4000)] | None] = Field(
        default_factory=dict, repr=False, description="By `script:locale`; nothing takes ours again."
    )
    display_name: str | None = Field(default=None, min_length=1, max_length=200)


class Revision(Given):
    """Which revision was looked at; 409 where there is another by now."""

    revision: int = Field(ge=1)


class Dropped(Revision):
    """One change that is to be dropped."""

    name: str = Field(max_length=120)


@router.get("/drafts")
def list_open(
    context: Context,
    who: SettingsRead,
    is_decided: Annotated[bool, Query(description="Also those that are over.")] = False,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[DraftView]:
    """List drafts."""
    with context.database.transaction(who.tenant) as tx:
        found = list_drafts(tx, keys=context.keys, states=tuple(DraftState) if is_decided else tuple(OPEN))
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[DraftView.model_validate(one) for one in shown], next=more)


@router.patch("/draft")
def save(context: Context, who: SettingsWrite, wanted: Changes) -> WeighedView:
    """Put changes on the key's own draft; what cannot be in force is refused with its clause."""
    unknown = set(wanted.settings) - _SETTINGS or set(wanted.secrets) - _SECRETS
    if unknown:
        raise InvalidInput("there is no setting of such a name that a key may draft")
    changes = DraftChanges(**wanted.model_dump())
    with context.database.transaction(who.tenant) as tx:
        return _weighed(tx, context, decisions.save_changes(tx, changes, keys=context.keys, actor=who.actor))


@router.get("/drafts/{draft}")
def show_draft(context: Context, who: SettingsRead, draft: Name) -> WeighedView:
    """Show what a draft would change, and what that would move of the latest recordings."""
    with context.database.transaction(who.tenant) as tx:
        return _weighed(tx, context, lock_draft(tx, draft, keys=context.keys))


@router.post("/drafts/{draft}/submit")
def submit(context: Context, who: SettingsWrite, draft: Name, seen: Revision) -> DraftView:
    """Let an administrator decide about the key's own draft."""
    with context.database.transaction(who.tenant) as tx:
        done = decisions.submit_draft(tx, draft, revision=seen.revision, keys=context.keys, actor=who.actor)
    return DraftView.model_validate(done)


@router.post("/drafts/{draft}/withdraw")
def withdraw(context: Context, who: SettingsWrite, draft: Name, seen: Revision) -> DraftView:
    """Take the key's own draft back."""
    with context.database.transaction(who.tenant) as tx:
        done = decisions.withdraw_draft(tx, draft, revision=seen.revision, keys=context.keys, actor=who.actor)
    return DraftView.model_validate(done)


@router.post("/drafts/{draft}/rebase")
def rebase(context: Context, who: SettingsWrite, draft: Name, seen: Revision) -> DraftView:
    """Hold the key's own draft against the settings as they stand now."""
    with context.database.transaction(who.tenant) as tx:
        done = decisions.rebase_draft(tx, draft, revision=seen.revision, keys=context.keys, actor=who.actor)
    return DraftView.model_validate(done)


@router.post("/drafts/{draft}/drop")
def drop(context: Context, who: SettingsWrite, draft: Name, what: Dropped) -> DraftView:
    """Drop one change from the key's own draft."""
    named = {"revision": what.revision, "keys": context.keys, "actor": who.actor}
    with context.database.transaction(who.tenant) as tx:
        return DraftView.model_validate(decisions.drop_change(tx, draft, what.name, **named))  # type: ignore[arg-type]


@router.get("/history")
def list_history(
    context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[ActivationView]:
    """List what was put in force, the newest first."""
    before = read_cursor(cursor, int)[0] if cursor else None
    with context.database.transaction(who.tenant) as tx:
        found = list_activations(tx, before=before, limit=limit + 1)
    more = write_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=[ActivationView.model_validate(one) for one in found[:limit]], next=more)


def _weighed(tx: Transaction, context: WebContext, draft: Draft) -> WeighedView:
    plain: Mapping[str, Any] = DraftView.model_validate(draft).model_dump()
    if not draft.is_open:
        return WeighedView(**plain, changes=[], moves=None, fault="")
    owner = get_tenant(tx, keys=context.keys)
    try:
        after = with_changes(owner, draft.changes)
    except InvalidInput as fault:
        return WeighedView(**plain, changes=[], moves=None, fault=str(fault))
    moves = MovesView.model_validate(preview(tx, context, owner, after))
    return WeighedView(**plain, changes=changes_of(owner, after), moves=moves, fault="")
