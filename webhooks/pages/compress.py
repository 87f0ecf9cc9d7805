"""Answers in fewer bytes: what browsers fetch of the console goes out compressed where they say that they take it.

Only answers in which no text of whoever made the address stands: beside such a text, the length of a compressed page
tells letter by letter what else is in it (https://breachattack.com). Sound is never compressed.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_PATHS: Final = re.compile(r"/static/|/review(/recordings/[a-z0-9_]+(/(findings|peaks\.json))?)?$")
_LEAST_BYTES: Final = 1000
_LEVEL: Final = 6


class Compress:
    """Compresses the answers of some paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain, self._small = app, GZipMiddleware(app, minimum_size=_LEAST_BYTES, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_told = scope["type"] == "http" and scope["method"] == "GET" and _PATHS.match(scope["path"])
        await (self._small if is_told else self._plain)(scope, receive, send)
