"""Who is signed in, and may they? Every route of the console asks here, and nowhere else.

The cookie names the tenant and has the session's token; the tenant in it is only where to look, for the token must be
one of that tenant's. What changes something must come from a page of ours: it carries a token that only a page written
for this session has, and a browser that says it comes from elsewhere is refused.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import TenantId
from pipeline.model.user import Role, User
from pipeline.store.audit import add_event
from pipeline.store.web_sessions import LONGEST, WebSession, digest_of, find_session
from webhooks.tenancy import WebContext, context_of, tenant_in_path

SIGN_IN: Final = "/sign-in"
NEW_PASSWORD: Final = "/sign-in/password"  # noqa: S105  # an address
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADER: Final = "x-csrf-token"
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody with an open session."""

    user: User
    session: WebSession
    csrf: str

    @property
    def tenant(self) -> TenantId:
        """Whose data they may see."""
        return self.user.tenant

    @property
    def actor(self) -> str:
        """Their name in the log."""
        return self.user.actor

    @property
    def roles(self) -> frozenset[Role]:
        """What they are trusted with."""
        return self.user.roles

    @property
    def must_change_password(self) -> bool:
        """Whether nothing else is open to them yet; whom the provider vouches for came without a password."""
        return self.user.must_change_password and self.session.method != "oidc"

    @property
    def locale(self) -> str:
        """The language they read."""
        return self.user.locale


async def posted_token(request: Request) -> AsyncIterator[str]:
    """Read the token of a form, or of a script's request; files that came with the form are let go at the end."""
    is_safe = request.method in _SAFE
    given = "" if is_safe else request.headers.get(_HEADER, "")
    if not is_safe and not given and request.headers.get("content-type", "").split(";")[0].strip().lower() in _FORMS:
        value = (await request.form()).get("csrf", "")
        given = value if isinstance(value, str) else ""
    try:
        yield given
    finally:
        await request.close()


def allowed(*roles: Role, first_password: bool = False) -> Callable[..., SignedIn]:
    """Make a route's dependency: somebody with one of the roles, whose request is their own.

    Args:
        roles: any one of them is enough; none named means everybody who is signed in.
        first_password: also for somebody who has not chosen a password of their own yet.
    """

    def check(
        request: Request,
        context: Annotated[WebContext, Depends(context_of)],
        token: Annotated[str, Depends(posted_token)],
    ) -> SignedIn:
        who = signed_in(request, context)
        if who is None:
            raise _elsewhere(request, SIGN_IN)
        _check_own(request, who, token)
        if who.must_change_password and not first_password:
            raise _elsewhere(request, NEW_PASSWORD)
        if roles and not who.roles & set(roles):
            _note_denied(request, context, who, roles)
            raise NotPermitted("the role for this is missing")
        return who

    return check


def signed_in(request: Request, context: WebContext) -> SignedIn | None:
    """Find whose open session a request comes with."""
    tenant, token = _cookie(request, context)
    if tenant is None:
        return None
    with context.database.transaction(tenant) as tx:
        session = find_session(tx, digest_of(token)) if tx.version is not None else None
    if session is None:
        return None
    return SignedIn(user=session.user, session=session, csrf=csrf_of(context, tenant, session.id))


def csrf_of(context: WebContext, tenant: TenantId, session_id: str) -> str:
    """Give the token of a session's forms."""
    return hmac.digest(context.keys.digest_key(tenant), b"console-csrf:" + session_id.encode(), "sha256").hex()


def cookie_name(context: WebContext) -> str:
    """Name the cookie; over https its name binds it to this host and path."""
    return "__Host-earmark" if context.public_base.startswith("https") else "earmark"


def give_cookie(answer: Response, context: WebContext, tenant: TenantId, token: str) -> None:
    """Let a browser keep a session's token."""
    is_secure = context.public_base.startswith("https")
    answer.set_cookie(
        cookie_name(context),
        f"{tenant}.{token}",
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def take_cookie(answer: Response, context: WebContext) -> None:
    """Have a browser forget the token."""
    answer.delete_cookie(cookie_name(context), path="/", secure=context.public_base.startswith("https"), httponly=True)


def _cookie(request: Request, context: WebContext) -> tuple[TenantId | None, str]:
    name, _, token = request.cookies.get(cookie_name(context), "").partition(".")
    try:
        return (tenant_in_path(name), token) if token else (None, "")
    except NotFound:
        return None, ""


def _check_own(request: Request, who: SignedIn, token: str) -> None:
    if request.method in _SAFE:
        return
    comes_from = request.headers.get("sec-fetch-site", "same-origin")
    if comes_from != "same-origin" or not hmac.compare_digest(token.encode(), who.csrf.encode()):
        raise NotPermitted("the form is not from a page of this session")


def _elsewhere(request: Request, path: str) -> HTTPException:
    """Send a page's reader where they can go on; a program is told that nobody is signed in."""
    if request.method in _SAFE and "text/html" in request.headers.get("accept", ""):
        target = f"{path}?next={quote(request.url.path, safe='/')}"
        return HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": target, "Cache-Control": "no-store"})
    return HTTPException(HTTPStatus.UNAUTHORIZED)


def _note_denied(request: Request, context: WebContext, who: SignedIn, roles: tuple[Role, ...]) -> None:
    route = getattr(request.scope.get("route"), "path", "")
    facts = {"route": route, "method": request.method, "needs": ",".join(sorted(roles))}
    with context.database.transaction(who.tenant) as tx:
        add_event(tx, AuditTag.ACCESS_DENIED, actor=who.actor, target=who.user.id, facts=facts)
