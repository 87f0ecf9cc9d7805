"""A tenant's API keys: listed and revoked; a key renews itself. No key makes others, so revoking one ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from pipeline.decisions.api_keys import revoke_key, rotate_key
from pipeline.model.api_key import LONGEST_OVERLAP, Scope
from pipeline.model.errors import NotPermitted
from pipeline.store.api_keys import list_keys, lock_key
from webhooks.api.door import ApiRoute, Context, SettingsRead, SettingsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, slice_of

router = APIRouter(prefix="/api/v1", tags=["keys"], route_class=ApiRoute)


class KeyView(View):
    """One key; of none the secret."""

    id: str
    label: str
    scopes: list[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime
    replaces: str | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class Overlap(Given):
    """For how long the present key still holds."""

    overlap_hours: int = Field(default=0, ge=0, le=LONGEST_OVERLAP.days * 24)


class NewKeyView(View):
    """The key that takes over."""

    id: str
    text: str = Field(description="Told once.")


@router.get("/keys")
def list_all(context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[KeyView]:
    """List every key, the newest first."""
    with context.database.transaction(who.tenant) as tx:
        found = list_keys(tx)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[KeyView.model_validate(one) for one in shown], next=more)


@router.post("/keys/{key}/rotate", status_code=HTTPStatus.CREATED)
def rotate(context: Context, who: SettingsWrite, key: Name, wish: Overlap) -> NewKeyView:
    """Make a key in the place of the one that asks; it may do the same for as long. 403 for any other key."""
    with context.database.transaction(who.tenant) as tx:
        if lock_key(tx, key).id != who.key:
            raise NotPermitted("a key renews itself and no other")
        made = rotate_key(tx, key, overlap=timedelta(hours=wish.overlap_hours), actor=who.actor)
    return NewKeyView.model_validate(made)


@router.post("/keys/{key}/revoke", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
def revoke(context: Context, who: SettingsWrite, key: Name) -> None:
    """Let a key open nothing any more."""
    with context.database.transaction(who.tenant) as tx:
        revoke_key(tx, key, actor=who.actor)
