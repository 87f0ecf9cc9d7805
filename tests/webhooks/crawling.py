"""Every route of the application, asked through its ASGI door without a client between, and what each ask cost."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from sqlalchemy import event

from pipeline.store.session import Database

PARAMETER: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "{kind}": ("recording.redacted",),
    "{form}": ("wav",),
    "{section}": ("retention",),
    "{digest}": ("0" * 12,),
    "static/{digest}/{name}": ("console.css",),
    "plots/{name}": ("calls",),
    "figures/{plot}": ("calls",),
    "acts/{act}": ("refuse", "close"),
    "holds/{hold}/{act}": ("release", "approve", "reject"),
    "requests/{name}/{act}": ("verify", "verify-agent", "refuse", "answer", "approve", "take-back", "by-hand", "close"),
    "drafts/{draft}/{act}": ("submit", "withdraw", "rebase", "drop"),
    "webhooks/{endpoint}/{act}": ("test", "events", "remove", "secret"),
}
"""Parts of paths that name nothing of a tenant's, and their values: by the end of the path up to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A method on a path. `wants` are the names of ids in it, as `segment/parameter`; words are filled in already."""

    method: str
    path: str
    wants: tuple[str, ...]

    def at(self, ids: Mapping[str, str]) -> str:
        """Give the path with ids; one that nobody has given an id for is an error."""
        named = iter(self.wants)
        return re.sub(r"\{\w+\}", lambda _: ids[next(named)], self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, and how many statements it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    statements: int


def ways(app: FastAPI) -> list[Way]:
    """List every method of every route, with each word that may stand in it; a new route is here by itself."""
    found = []
    for route in _flat(app.routes):
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            found += [Way(method=method, path=path, wants=wants) for path, wants in _spelled(route.path)]
    return found


class Door:
    """Asks the application one thing at a time, and counts what its database is asked meanwhile."""

    def __init__(self, app: FastAPI, database: Database, *, base: str) -> None:
        self._app, self._base, self._statements = app, base.split("://")[1], 0
        for engine in (database.engine, database.system_engine):
            event.listen(engine, "before_cursor_execute", self._count)

    async def ask(self, method: str, target: str, *, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Ask once; what is sent is a form, and JSON where the API is asked."""
        path, _, query = target.partition("?")
        given = {"host": self._base, "accept": "text/html", **headers}
        sent = b""
        if body is not None and path.startswith("/api/"):
            given["content-type"], sent = "application/json", json.dumps(body).encode()
        elif body is not None:
            given["content-type"], sent = "application/x-www-form-urlencoded", urlencode(body, doseq=True).encode()
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "https",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
            "client": ("192.0.2.1", 1), "server": (self._base, 443),
        }  # fmt: skip
        messages: list[dict[str, Any]] = []
        asked = iter([{"type": "http.request", "body": sent, "more_body": False}])

        async def receive() -> dict[str, Any]:
            return next(asked, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            messages.append(message)

        before = self._statements
        await self._app(scope, receive, send)  # type: ignore[arg-type]  # plain mappings, as a server gives them
        start = messages[0]
        return Answer(
            status=start["status"],
            headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
            body=b"".join(message.get("body", b"") for message in messages[1:]),
            statements=self._statements - before,
        )

    def _count(self, *_: object) -> None:
        self._statements += 1


def _flat(routes: Any) -> Iterator[Any]:
    """List routes, those of included routers too."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _flat(route.original_router.routes)
        else:
            yield route


def _spelled(path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fill in words, each way once, and say which ids are left."""
    choices: list[list[str]] = []
    wants = []
    for found in PARAMETER.finditer(path):
        upto = path[: found.end()]
        words = next((values for end, values in WORDS.items() if upto.endswith(end)), None)
        if words is None:
            segment = path[: found.start()].rstrip("/").rpartition("/")[2]
            wants.append(f"{segment}/{found[1]}")
        choices.append(list(words or ("{" + found[1] + "}",)))
    between = PARAMETER.split(path)[::2]
    for chosen in itertools.product(*choices):
        yield "".join(part + word for part, word in zip(between, (*chosen, ""), strict=True)), tuple(wants)
