"""The way in for requests that come by the thousand: signature first, then one transaction with others that wait.

The signature is checked with the tenant as it was last read. The transaction reads the tenant's version anew: where it
differs, nothing is done, the tenant is read again and the request judged again from its beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.model.errors import NotFound, NotPermitted, PipelineError, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.store.shared_commits import Act, TenantChanged
from webhooks import problems
from webhooks.auth import Envelope, open_envelope, read_signed
from webhooks.tenancy import WebContext, context_of, tenant_in_path
from webhooks.twilio.door import Guest

_PATIENCE_S: Final = 3.0
"""How long a request waits for its commit. The work may still be done afterwards; done twice it changes nothing."""
_READINGS: Final = 3


class SharedRoute(Route):
    """A route without the framework's injection, which would cost more than the work itself."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, endpoint, methods=["POST"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a request, and name the route for the counts."""
        match, child = super().matches(scope)
        return match, {**child, "route": self} if child else child


class AnswerShared:
    """Answers shared routes before the framework looks for a route; whatever else is asked goes on to it.

    Finding the route and wrapping it would take half as long as what the route does itself. The routes stand in the
    application too, which answers other methods.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[SharedRoute]) -> None:
        self._app = app
        self._routes = {tuple(route.path.split("{tenant}")): route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route, tenant = self._find(scope)
        if route is None:
            await self._app(scope, receive, send)
            return
        scope.update(route=route, endpoint=route.endpoint, path_params={"tenant": tenant})
        request = Request(scope, receive, send)
        try:
            response = await route.endpoint(request)
        except (PipelineError, HTTPException) as error:
            response = problems.answer(request, error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[SharedRoute | None, str]:
        if scope["type"] != "http" or scope["method"] != "POST":
            return None, ""
        before, _, after = scope["path"].rpartition("/")
        root, _, tenant = before.rpartition("/")
        return self._routes.get((f"{root}/", f"/{after}")), tenant


async def share[Item, Made](request: Request, read: Callable[[Guest], Item], act: Act[Item, Made]) -> Made:
    """Let a signed request in and have its work done together with others'.

    Args:
        request: as it came.
        read: takes from it what the act works on.
        act: works on the items of one tenant; see `pipeline.store.shared_commits`.

    Raises:
        NotFound: no such tenant, or one without a secret to sign with.
        NotPermitted: another's signature or account.
        StoreUnreachable: the work is not committed, or not in time.
    """
    context, envelope = context_of(request), await open_envelope(request)
    tenant = tenant_in_path(request.path_params["tenant"])
    guest = _recognise(context, tenant, envelope)
    for _ in range(_READINGS):
        if guest is None:
            guest = await run_in_threadpool(_let_in, context, tenant, envelope)
        try:
            return await _committed(context, guest, read, act)
        except TenantChanged:
            guest = None
    raise StoreUnreachable("tenant", reason="it changes faster than it can be read")


def _recognise(context: WebContext, tenant: TenantId, envelope: Envelope) -> Guest | None:
    """Let in whom the tenant as last read lets in; whom it does not may be let in by how it stands now."""
    owner = context.tenants.recall(tenant)
    if owner is None:
        return None
    try:
        return _checked(context, owner, envelope)
    except (NotFound, NotPermitted):
        return None


def _let_in(context: WebContext, tenant: TenantId, envelope: Envelope) -> Guest:
    with context.database.transaction(tenant) as tx:
        owner = context.tenants.find(tx)
    if owner is None:
        raise NotFound
    return _checked(context, owner, envelope)


def _checked(context: WebContext, owner: Tenant, envelope: Envelope) -> Guest:
    fields = read_signed(envelope, owner, public_base=context.public_base)
    return Guest(owner=owner, fields=fields, context=context)


async def _committed[Item, Made](
    context: WebContext, guest: Guest, read: Callable[[Guest], Item], act: Act[Item, Made]
) -> Made:
    """Wait for the commit, on the loop's own timer: what the library wraps around a wait costs more than the wait."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[Future[Made]] = loop.create_future()

    def tell(answer: Future[Made] | None) -> None:
        if told.done():
            return
        if answer is None:
            told.set_exception(StoreUnreachable("database", reason="no commit in time"))
        else:
            told.set_result(answer)

    def on_commit(answer: Future[Made]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, answer)

    timer = loop.call_later(_PATIENCE_S, tell, None)
    try:
        context.commits.submit(guest.owner, act, read(guest)).add_done_callback(on_commit)
        return (await told).result()
    finally:
        timer.cancel()
