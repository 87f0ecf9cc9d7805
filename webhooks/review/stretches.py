"""Sound as a player asks for it: whole, or the stretch of bytes it names. Nothing of it is kept by a browser."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import Response

NO_STORE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def give_sound(request: Request, body: bytes) -> Response:
    """Give sound, or the stretch of it that a player asks for."""
    kind = "audio/wav" if body[:4] == b"RIFF" else "audio/mpeg"
    headers = {**NO_STORE, "Accept-Ranges": "bytes"}
    asked = request.headers.get("range", "")
    if not asked:
        return Response(body, media_type=kind, headers=headers)
    stretch = _stretch(asked, len(body))
    if stretch is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(body)}"})
    first, last = stretch
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return Response(body[first : last + 1], HTTPStatus.PARTIAL_CONTENT, media_type=kind, headers=headers)


def _stretch(asked: str, size: int) -> tuple[int, int] | None:
    """Read one range of bytes (RFC 9110, 14.1.2); None for what cannot be given."""
    unit, _equals, text = asked.partition("=")
    first, dash, last = text.partition("-")
    if unit.strip() != "bytes" or not dash or not (first + last).isdecimal():
        return None
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else None
    begin, end = int(first), min(int(last), size - 1) if last else size - 1
    return (begin, end) if begin <= end else None
