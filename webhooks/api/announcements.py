"""What callers hear, by language, as it would be spoken; wordings are changed by `PATCH /settings/draft`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from pipeline.consent.script import render_script
from pipeline.model.errors import NotFound
from pipeline.policies.loader import list_locales, load_scripts
from pipeline.store.tenants import get_tenant
from webhooks.api.door import ApiRoute, Context, SettingsRead
from webhooks.api.pages import USUAL, Cursor, Limit, Page, View, slice_of

router = APIRouter(prefix="/api/v1", tags=["settings"], route_class=ApiRoute)


class AnnouncementView(View):
    """One announcement."""

    script: str
    locale: str
    spoken: str
    is_own: bool


@router.get("/announcements")
def list_all(
    context: Context,
    who: SettingsRead,
    locale: Annotated[str, Query(max_length=20, description="Such as `en-US`; empty for the tenant's own.")] = "",
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Page[AnnouncementView]:
    """List every announcement in a language."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
    spoken = locale or owner.settings.locale
    if spoken not in list_locales():
        raise NotFound
    shown, more = slice_of(sorted(load_scripts(spoken).scripts), str, cursor=cursor, limit=limit)
    items = [
        AnnouncementView(
            script=script.value,
            locale=spoken,
            spoken=render_script(script, spoken, tenant_name=owner.display_name, wording=own).text,
            is_own=own is not None,
        )
        for script in shown
        for own in [owner.wordings.get(f"{script.value}:{spoken}")]
    ]
    return Page(items=items, next=more)
