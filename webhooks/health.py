"""Whether the process lives, whether it can work, and its figures. Nothing here names anybody."""

from __future__ import annotations

from http import HTTPStatus
from time import perf_counter
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.telemetry import metrics, traces
from pipeline.telemetry.listener import is_allowed
from webhooks.problems import problem
from webhooks.tenancy import WebContext, context_of

router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FROM_VENDORS: Final = ("/twilio/", "/deepgram/")


class WatchAnswers:
    """Counts and times answers by route, and puts each request in a trace of its own.

    The route is its template, so no path of anybody is kept. A trace that a request claims to be part of is not
    believed: whoever may ask would choose what our lines are found by.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        began = perf_counter()

        with traces.begun(f"request {method}", kind="server", method=method) as told:

            async def counted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = getattr(scope.get("route"), "path", "none")
                    told.tell(route=route, status=message["status"])
                    _count(method, route, message["status"], perf_counter() - began)
                await send(message)

            await self._app(scope, receive, counted)


def _count(method: str, route: str, status: int, seconds: float) -> None:
    metrics.count(metrics.ANSWERS, method, route, status)
    metrics.labelled(metrics.ANSWER_SECONDS, route).observe(seconds)
    if status == HTTPStatus.FORBIDDEN and route.startswith(_FROM_VENDORS):
        metrics.count(metrics.REFUSED_CALLBACKS, route)


@router.get("/healthz")
def is_alive() -> Response:
    """Say that the process answers; what other machines do plays no part."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def is_ready(context: Context) -> Response:
    """Say whether database, artifact store and keys answer, asked within the last seconds."""
    faults = context.readiness.faults()
    if not faults:
        return PlainTextResponse("ready\n")
    says = f"No answer, or a wrong one: {', '.join(faults)}."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, says, headers={"Retry-After": "1"})


@router.get("/metrics")
def figures(request: Request, context: Context) -> Response:
    """Write the figures for who shows the token that is set; where none is, there is no such page."""
    if not context.metrics_token:
        return problem(HTTPStatus.NOT_FOUND)
    if not is_allowed(request.headers.get("authorization", ""), context.metrics_token):
        return problem(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    return Response(metrics.render(), media_type=metrics.CONTENT_TYPE)
