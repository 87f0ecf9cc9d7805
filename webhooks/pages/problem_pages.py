"""Refusals and faults as pages, where a person's browser asked for one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from webhooks.pages.render import show


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


AREAS: Final = ("/review", "/settings", "/operations", "/sign-in")
_TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.NOT_FOUND: _("There is nothing here"),
    HTTPStatus.FORBIDDEN: _("This is not for you"),
    HTTPStatus.CONFLICT: _("Somebody was faster, or it is over"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("This cannot be taken"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("It cannot be done right now"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too often"),
}
_SENTENCES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.NOT_FOUND: _("There is no such page, or it is not yours."),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("This is our fault. It was noted, and nothing was half done."),
}


def is_page(request: Request) -> bool:
    """Say whether a person's browser asked, and a page is the answer."""
    path = request.url.path
    is_ours = any(path == area or path.startswith(f"{area}/") for area in AREAS)
    return is_ours and "text/html" in request.headers.get("accept", "") and not path.endswith(".json")


def problem_page(request: Request, status: HTTPStatus, detail: str) -> Response | None:
    """Write the page of a problem, where a page is the answer; it never says what somebody else has."""
    if not is_page(request):
        return None
    title = _TITLES.get(status, _("Something went wrong"))
    sentence = _SENTENCES.get(status, "") or detail or title
    return show(request, None, "pages/problem.html", {"title": title, "sentence": sentence}, status=status)
