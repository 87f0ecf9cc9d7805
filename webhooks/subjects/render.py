"""How the public page is written: from templates, without script, and with headers that let nothing else in."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.store.session import Transaction
from pipeline.store.tenants import find_tenant
from webhooks.pages.language import say_day, speaker
from webhooks.pages.told import teller
from webhooks.subjects.tongue import keep_choice, tongue_of, tongues
from webhooks.tenancy import WebContext, tenant_in_path

COOKIE: Final = "earmark_subject"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
    "X-Robots-Tag": "noindex",
}
_COOKIE_LIVES_S: Final = 7200


def open_tenant(tx: Transaction, context: WebContext) -> Tenant:
    """Read the tenant whose page it is.

    Raises:
        NotFound: there is none, or it has left.
    """
    owner = find_tenant(tx, keys=context.keys)
    if owner is None or not owner.is_active:
        raise NotFound
    return owner


def tenant_named(text: str) -> TenantId | None:
    """Read the tenant of a path; None where no tenant can have that name."""
    try:
        return tenant_in_path(text)
    except NotFound:
        return None


def show(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    key: bytes = b"",
    locale: str = "",
) -> Response:
    """Write a page; where it has a form, with the token that proves the form was ours.

    Args:
        request: what is answered.
        template: which page.
        values: what stands in it.
        status: of the answer.
        key: the tenant's key for digests; without it there is no form.
        locale: the tenant's own, for a browser that asks for no language we have.
    """
    seed = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    tongue, is_secure = tongue_of(request, locale=locale), _context(request).public_base.startswith("https")
    page = _environment(tongue).get_template(template).render(**values, csrf=csrf_of(seed, key) if key else "")
    answer = HTMLResponse(page, status.value, headers=HEADERS)
    keep_choice(answer, request, is_secure=is_secure)
    if key:
        answer.set_cookie(
            COOKIE, seed, max_age=_COOKIE_LIVES_S, path="/subjects", secure=is_secure, httponly=True, samesite="strict"
        )
    return answer


def not_found(request: Request) -> Response:
    """Say that there is no such page; the same for a tenant and for a token that nobody has."""
    return show(request, "not_found.html", {}, status=HTTPStatus.NOT_FOUND)


def is_our_form(request: Request, given: str, *, key: bytes) -> bool:
    """Say whether a form was posted from our page to the browser that it was given to."""
    seed = request.cookies.get(COOKIE, "")
    return bool(seed) and hmac.compare_digest(csrf_of(seed, key).encode(), given.encode())


def csrf_of(seed: str, key: bytes) -> str:
    """Give the token of a form for a cookie."""
    return hmac.digest(key, b"csrf:" + seed.encode(), "sha256").hex()


def address_of(request: Request) -> str:
    """Say from where a request comes; forwarded headers are not believed."""
    return request.client.host if request.client else "unknown"


@cache
def _environment(tongue: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("webhooks.subjects"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {"_": speaker(tongue), "told": teller(tongue), "tongue": tongue, "tongues": tongues()}
    environment.filters["day"] = lambda value: say_day(value, tongue)
    return environment


def _context(request: Request) -> WebContext:
    context: WebContext = request.app.state.context
    return context
