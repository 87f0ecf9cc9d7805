"""The start of the settings: what really happens to calls now, and why."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions.settings_drafts import binding_versions, is_first_set_up
from pipeline.model.settings_draft import DraftState
from pipeline.reads.tenant_health import check_tenants
from pipeline.store.settings_drafts import list_drafts
from pipeline.store.tenants import get_tenant
from webhooks.settings.parts import Context, Reader, _, effective, page

router = APIRouter(include_in_schema=False)


@router.get("/settings")
def show_overview(request: Request, context: Context, who: Reader) -> Response:
    """Show what holds now."""
    with context.database.transaction(who.tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        versions = binding_versions(tx, owner)
        values = {
            "title": _("Settings"),
            "owner": owner,
            "bundle": versions[0],
            "announced": versions[1:],
            "now": effective(tx, context, owner),
            "waiting": list_drafts(tx, keys=context.keys, states=[DraftState.SUBMITTED]),
            "is_new": is_first_set_up(tx, keys=context.keys),
        }
    names, today = [who.tenant], context.clock.now().date()
    values["findings"] = tuple(check_tenants(context.vault, names, context.recognisers, today=today))
    return page(request, who, "overview.html", values)
