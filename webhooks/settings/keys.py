"""A tenant's API keys: made, rotated, revoked. A key's text is in the answer to the form that made it alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions.api_keys import make_key, revoke_key, rotate_key
from pipeline.model.api_key import NewSecret, Scope
from pipeline.model.errors import InvalidInput
from pipeline.store.api_keys import list_keys
from pipeline.store.tenants import get_tenant
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.settings.parts import Admin, Context, Form, Reader, _, number, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_LIVES: Final = (("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")), ("730", _("Two years")))
_OVERLAPS: Final = (("0", _("ends at once")), ("24", _("ends in a day")), ("168", _("ends in a week")))


@router.get("/settings/keys")
def show_keys(request: Request, context: Context, who: Reader) -> Response:
    """Show the keys; of none the secret."""
    return _shown(request, context, who)


@router.post("/settings/keys")
def add_key(request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Make a key and show it once."""
    try:
        with context.database.transaction(who.tenant) as tx:
            scopes = [Scope(name) for name in form.getlist("scope") if name in list(Scope)]
            lasts = timedelta(days=number(form, "days", 90))
            made = make_key(tx, text(form, "label"), scopes, lasts=lasts, actor=who.actor)
    except InvalidInput as problem:
        return _shown(request, context, who, problem=problem)
    return _shown(request, context, who, made=made)


@router.post("/settings/keys/{key}/rotate")
def renew_key(key: str, request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Make a key in the place of another, and show it once."""
    with context.database.transaction(who.tenant) as tx:
        made = rotate_key(tx, key, overlap=timedelta(hours=number(form, "hours")), actor=who.actor)
    return _shown(request, context, who, made=made)


@router.post("/settings/keys/{key}/revoke")
def end_key(key: str, context: Context, who: Admin) -> Response:
    """Let a key open nothing any more."""
    with context.database.transaction(who.tenant) as tx:
        revoke_key(tx, key, actor=who.actor)
    return go_to("/settings/keys?done=done")


def _shown(
    request: Request,
    context: WebContext,
    who: SignedIn,
    *,
    made: NewSecret | None = None,
    problem: InvalidInput | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        values = {
            "title": _("API keys"),
            "keys": list_keys(tx),
            "now": tx.now,
            "made": made,
            "scopes": tuple(Scope),
            "lives": _LIVES,
            "overlaps": _OVERLAPS,
            "has_first_key": get_tenant(tx, keys=context.keys).api_key_sha256 is not None,
        }
    return page(request, who, "keys.html", values, problem=problem)
