"""In which language a page for callers is written: the one chosen on it, else the browser's, else the tenant's own."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale
from fastapi import Request
from fastapi.responses import Response

from webhooks.pages.language import choose_language, languages

COOKIE: Final = "earmark_language"
_ASKED: Final = "lang"
_LIVES_S: Final = 30 * 86_400


def tongue_of(request: Request, *, locale: str = "") -> str:
    """Choose the language.

    Args:
        request: what is answered; what was chosen on a page of ours stands in its address or its cookie.
        locale: the tenant's own, for a browser that asks for nothing we have.
    """
    for chosen in (request.query_params.get(_ASKED), request.cookies.get(COOKIE)):
        if chosen in languages():
            return chosen
    own = locale.split("-")[0]
    otherwise = own if own in languages() else languages()[0]
    return choose_language(request.headers.get("accept-language", ""), otherwise=otherwise)


def keep_choice(answer: Response, request: Request, *, is_secure: bool) -> None:
    """Have a browser remember a language that was chosen just now; nothing is kept of one that was not."""
    chosen = request.query_params.get(_ASKED)
    if chosen in languages():
        answer.set_cookie(
            COOKIE, chosen, max_age=_LIVES_S, path="/subjects", secure=is_secure, httponly=True, samesite="lax"
        )


@cache
def tongues() -> tuple[tuple[str, str], ...]:
    """List the languages of the switch, each under its own name."""
    return tuple((one, (Locale.parse(one).get_display_name(one) or one).capitalize()) for one in languages())
