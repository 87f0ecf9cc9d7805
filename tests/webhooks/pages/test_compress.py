from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import Response

from webhooks.pages.compress import Compress


def encoding_of(path: str, *, method: str = "GET", accepts: str = "gzip", kind: str = "text/html") -> str:
    """Ask for three thousand bytes, and say how they came."""
    sent: list[Any] = []

    async def ask() -> None:
        scope = {"type": "http", "method": method, "path": path, "headers": [(b"accept-encoding", accepts.encode())]}

        async def send(message: Any) -> None:
            sent.append(message)

        await Compress(Response(b"word " * 600, media_type=kind))(scope, None, send)

    asyncio.run(ask())
    headers = dict(sent[0]["headers"])
    whole = sum(len(message.get("body", b"")) for message in sent[1:])
    assert (whole < 300) == (b"content-encoding" in headers)
    return headers.get(b"content-encoding", b"").decode()


@pytest.mark.parametrize(
    "path", ["/static/012345678901/app.css", "/review", "/review/recordings/rec_1", "/review/recordings/rec_1/findings"]
)
def test_pages_of_reviewers_and_scripts_come_compressed_to_whoever_takes_it(path):
    assert encoding_of(path) == "gzip"
    assert encoding_of(path, accepts="identity") == ""


@pytest.mark.parametrize(
    "path", ["/review/bulk", "/subjects/acme", "/settings", "/twilio/acme/voice", "/review/search"]
)
def test_where_a_text_of_the_asker_may_stand_nothing_is_compressed(path):
    assert encoding_of(path) == ""


def test_what_is_posted_and_sound_come_as_they_are():
    assert encoding_of("/review", method="POST") == ""
    assert encoding_of("/review", kind="audio/wav") == ""
