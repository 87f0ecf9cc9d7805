"""The tenant's own servers that are told of things, and the log of what they were told."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.decisions.webhooks import (
    change_endpoint,
    check_address,
    register_endpoint,
    remove_endpoint,
    replay_delivery,
    send_test,
)
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.outgoing import CHOOSABLE, Endpoint, EventKind
from pipeline.store.webhook_deliveries import list_attempts, list_deliveries, lock_delivery
from pipeline.store.webhook_endpoints import list_endpoints, lock_endpoint
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.settings.parts import Admin, Context, Form, Reader, _, page, text
from webhooks.tenancy import WebContext

router = APIRouter(include_in_schema=False)
_PAGE = 50


@router.get("/settings/webhooks")
def show_endpoints(request: Request, context: Context, who: Reader) -> Response:
    """Show the servers by their hosts."""
    return _shown(request, context, who)


@router.post("/settings/webhooks")
def add_endpoint(request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Register a server, and show its secret once."""
    url = text(form, "url")
    events = [EventKind(name) for name in form.getlist("event") if name in list(EventKind)]
    try:
        check_address(url, context.events)
        with context.database.transaction(who.tenant) as tx:
            made = register_endpoint(tx, url, events, keys=context.keys, actor=who.actor)
    except InvalidInput as problem:
        return _shown(request, context, who, problem=problem)
    return _shown(request, context, who, made=made)


@router.get("/settings/webhooks/{endpoint}")
def show_log(endpoint: str, request: Request, context: Context, who: Reader, before: str = "") -> Response:
    """Show what a server was told, and each attempt."""
    with context.database.transaction(who.tenant) as tx:
        found = lock_endpoint(tx, endpoint, keys=context.keys)
        deliveries = list_deliveries(tx, endpoint, before=_place(before))
        last = deliveries[-1] if len(deliveries) == _PAGE else None
        values = {
            "title": _("Delivery log"),
            "endpoint": found,
            "deliveries": deliveries,
            "attempts": list_attempts(tx, [d.id for d in deliveries]),
            "kinds": CHOOSABLE,
            "more": f"/settings/webhooks/{endpoint}?before={last.created_at.timestamp()}:{last.id}" if last else "",
        }
    return page(request, who, "endpoint.html", values)


@router.post("/settings/webhooks/{endpoint}/{act}")
def act_on_endpoint(endpoint: str, act: str, request: Request, context: Context, who: Admin, form: Form) -> Response:
    """Send a test, choose other events, make a new secret, or tell the server of nothing any more."""
    keys, actor = context.keys, who.actor
    with context.database.transaction(who.tenant) as tx:
        if act == "test":
            send_test(tx, endpoint, keys=keys, queue=context.queue, actor=actor)
        elif act == "events":
            events = [EventKind(name) for name in form.getlist("event") if name in list(EventKind)]
            change_endpoint(tx, endpoint, events=events, keys=keys, actor=actor)
        elif act == "remove":
            remove_endpoint(tx, endpoint, keys=keys, actor=actor)
        elif act == "secret":
            made = change_endpoint(tx, endpoint, keys=keys, actor=actor)
        else:
            raise NotFound
    if act == "secret":
        return _shown(request, context, who, made=made)
    if act == "remove":
        return go_to("/settings/webhooks?done=done")
    return go_to(f"/settings/webhooks/{endpoint}?done={'asked' if act == 'test' else 'done'}")


@router.post("/settings/deliveries/{delivery}/replay")
def tell_again(delivery: str, context: Context, who: Admin) -> Response:
    """Tell a server again."""
    with context.database.transaction(who.tenant) as tx:
        endpoint = lock_delivery(tx, delivery).endpoint
        replay_delivery(tx, delivery, keys=context.keys, queue=context.queue, actor=who.actor)
    return go_to(f"/settings/webhooks/{endpoint}?done=asked")


def _place(before: str) -> tuple[datetime, str] | None:
    """Read where the page before ended; what is no such place begins anew."""
    moment, _colon, id = before.partition(":")
    try:
        return (datetime.fromtimestamp(float(moment), UTC), id) if id else None
    except (ValueError, OverflowError, OSError):
        return None


def _shown(
    request: Request,
    context: WebContext,
    who: SignedIn,
    *,
    made: Endpoint | None = None,
    problem: InvalidInput | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        endpoints = list_endpoints(tx, keys=context.keys)
    values = {"title": _("Webhooks"), "endpoints": endpoints, "made": made, "kinds": CHOOSABLE}
    return page(request, who, "servers.html", values, problem=problem)
