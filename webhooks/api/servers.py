"""The tenant's own servers that are told of things, and the log of what they were told."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from pipeline.decisions.webhooks import (
    change_endpoint,
    check_address,
    register_endpoint,
    remove_endpoint,
    replay_delivery,
    send_test,
)
from pipeline.model.outgoing import DeliveryState, Endpoint, EventKind
from pipeline.store.cursors import read_cursor, write_cursor
from pipeline.store.webhook_deliveries import list_attempts, list_deliveries, lock_delivery
from pipeline.store.webhook_endpoints import list_endpoints, lock_endpoint
from webhooks.api.door import ApiRoute, Context, SettingsRead, SettingsWrite
from webhooks.api.pages import USUAL, Cursor, Given, Limit, Name, Page, View, slice_of

router = APIRouter(prefix="/api/v1", tags=["webhooks"], route_class=ApiRoute)


class ServerView(View):
    """One server, by its host."""

    id: str
    host: str
    events: list[EventKind]
    created_by: str
    created_at: datetime


class SecretView(ServerView):
    """A server whose secret was just made."""

    secret: str = Field(description="By which it checks what it is told. Told once.")


class NewServer(Given):
    """A server and what it is to be told of."""

    url: str = Field(max_length=500, repr=False, description="https to a public host.")
    events: list[EventKind] = Field(min_length=1, max_length=20)


class Chosen(Given):
    """What a server is to be told of from now on."""

    events: list[EventKind] = Field(min_length=1, max_length=20)


class AttemptView(View):
    """One try."""

    number: int
    status: int | None
    error: str | None
    took_ms: int
    at: datetime


class DeliveryView(View):
    """One thing that a server was, or is to be, told."""

    id: str
    kind: EventKind
    seq: int | None
    state: DeliveryState
    created_at: datetime
    next_at: datetime | None
    attempts: list[AttemptView]


@router.get("/webhooks")
def list_servers(context: Context, who: SettingsRead, cursor: Cursor = None, limit: Limit = USUAL) -> Page[ServerView]:
    """List the servers that are told of things."""
    with context.database.transaction(who.tenant) as tx:
        found = list_endpoints(tx, keys=context.keys)
    shown, more = slice_of(found, lambda one: one.id, cursor=cursor, limit=limit)
    return Page(items=[_view(one) for one in shown], next=more)


@router.post("/webhooks", status_code=HTTPStatus.CREATED)
def register(context: Context, who: SettingsWrite, wanted: NewServer) -> SecretView:
    """Register a server; its secret is in the answer alone."""
    check_address(wanted.url, context.events)
    with context.database.transaction(who.tenant) as tx:
        return _secret(register_endpoint(tx, wanted.url, wanted.events, keys=context.keys, actor=who.actor))


@router.patch("/webhooks/{endpoint}")
def choose(context: Context, who: SettingsWrite, endpoint: Name, chosen: Chosen) -> ServerView:
    """Choose what a server is told of."""
    with context.database.transaction(who.tenant) as tx:
        changed = change_endpoint(tx, endpoint, events=chosen.events, keys=context.keys, actor=who.actor)
    return _view(changed)


@router.delete("/webhooks/{endpoint}", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
def remove(context: Context, who: SettingsWrite, endpoint: Name) -> None:
    """Tell a server of nothing any more."""
    with context.database.transaction(who.tenant) as tx:
        remove_endpoint(tx, endpoint, keys=context.keys, actor=who.actor)


@router.post("/webhooks/{endpoint}/secret")
def renew_secret(context: Context, who: SettingsWrite, endpoint: Name) -> SecretView:
    """Make another secret; it is in the answer alone."""
    with context.database.transaction(who.tenant) as tx:
        return _secret(change_endpoint(tx, endpoint, keys=context.keys, actor=who.actor))


@router.post("/webhooks/{endpoint}/test", status_code=HTTPStatus.ACCEPTED)
def try_out(context: Context, who: SettingsWrite, endpoint: Name) -> ServerView:
    """Send a test; the log shows how it went."""
    with context.database.transaction(who.tenant) as tx:
        send_test(tx, endpoint, keys=context.keys, queue=context.queue, actor=who.actor)
        return _view(lock_endpoint(tx, endpoint, keys=context.keys))


@router.get("/webhooks/{endpoint}/deliveries")
def list_log(
    context: Context, who: SettingsRead, endpoint: Name, cursor: Cursor = None, limit: Limit = USUAL
) -> Page[DeliveryView]:
    """List what a server was told, the newest first, with each attempt."""
    before = _place(*read_cursor(cursor, int, str)) if cursor else None
    with context.database.transaction(who.tenant) as tx:
        lock_endpoint(tx, endpoint, keys=context.keys)
        found = list_deliveries(tx, endpoint, before=before, limit=limit + 1)
        tries = list_attempts(tx, [one.id for one in found])
    shown = found[:limit]
    items = [
        DeliveryView(
            id=one.id,
            kind=one.kind,
            seq=one.seq,
            state=one.state,
            created_at=one.created_at,
            next_at=one.next_at,
            attempts=[AttemptView.model_validate(attempt) for attempt in tries.get(one.id, ())],
        )
        for one in shown
    ]
    last = shown[-1] if len(found) > limit else None
    return Page(items=items, next=write_cursor(_micros(last.created_at), last.id) if last else None)


@router.post("/deliveries/{delivery}/replay", status_code=HTTPStatus.ACCEPTED)
def tell_again(context: Context, who: SettingsWrite, delivery: Name) -> ServerView:
    """Tell a server again."""
    with context.database.transaction(who.tenant) as tx:
        endpoint = lock_delivery(tx, delivery).endpoint
        replay_delivery(tx, delivery, keys=context.keys, queue=context.queue, actor=who.actor)
        return _view(lock_endpoint(tx, endpoint, keys=context.keys))


def _view(found: Endpoint) -> ServerView:
    return ServerView.model_validate(found)


def _secret(made: Endpoint) -> SecretView:
    return SecretView.model_validate(made)


def _micros(moment: datetime) -> int:
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 1_000_000 + moment.microsecond


def _place(micros: int, id: str) -> tuple[datetime, str]:
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(min(max(seconds, 0), 2**33), UTC).replace(microsecond=rest), id
