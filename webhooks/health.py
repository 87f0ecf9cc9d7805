"""Whether the process lives, whether it can work, and how much it has answered. Nothing here names anybody."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webhooks.problems import problem
from webhooks.tenancy import WebContext, context_of

router = APIRouter(include_in_schema=False)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class CountAnswers:
    """Counts answers by route and status. The route is its template, so no path of anybody is kept."""

    def __init__(self, app: ASGIApp, *, counts: Counter[tuple[str, str, int]]) -> None:
        self._app, self._counts = app, counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if scope["method"] in _METHODS else "OTHER"
                self._counts[method, route, message["status"]] += 1
            await send(message)

        await self._app(scope, receive, counted)


@router.get("/healthz")
def is_alive() -> Response:
    """Say that the process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def is_ready(context: Annotated[WebContext, Depends(context_of)]) -> Response:
    """Say whether the database can be reached, asked now."""
    if context.database.is_reachable():
        return PlainTextResponse("ready\n")
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "The database cannot be reached.", headers={"Retry-After": "1"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Write the counts in the text form that Prometheus reads."""
    counts: Counter[tuple[str, str, int]] = request.app.state.counts
    lines = ["# HELP earmark_answers_total Answered requests.", "# TYPE earmark_answers_total counter"]
    for (method, route, status), count in sorted(counts.items()):
        lines.append(f'earmark_answers_total{{method="{method}",route="{route}",status="{status}"}} {count}')
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
