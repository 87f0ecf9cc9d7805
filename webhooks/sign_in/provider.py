"""The tenant's own identity provider as an administrator sees it: which, whether it answers, and who comes in by it.

It is set by `earmark user provider`, whose secret no page takes. An identity is taken from somebody here, by whoever
proves once more who they are.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from pipeline.decisions.identity_provider import unlink_identity
from pipeline.decisions.sign_in import Attempt, prove_again
from pipeline.model.errors import Conflict, NotPermitted
from pipeline.model.user import Role
from pipeline.reads.health_report import Finding
from pipeline.reads.tenant_health import check_identity
from pipeline.store.oidc_providers import find_provider
from pipeline.store.users import get_user, list_linked, list_users
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.sign_in.oidc import BACK
from webhooks.tenancy import WebContext, context_of

router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
Admin = Annotated[SignedIn, Depends(allowed(Role.TENANT_ADMIN))]
_PATH: Final = "/settings/provider"


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_NOT_PROVED: Final = _("Your password is another one, or you came in by the provider more than ten minutes ago.")


@router.get(_PATH)
def show_provider(request: Request, context: Context, who: Admin, done: str = "") -> Response:
    """Show the provider and who is linked; it is not asked."""
    notice = Notice(text=_("It is done."), kind="done") if done else None
    return _page(request, context, who, notice=notice)


@router.post(_PATH + "/check")
def examine(request: Request, context: Context, who: Admin) -> Response:
    """Ask the provider what it says of itself, as the doctor does."""
    found: tuple[Finding, ...] = ()
    if context.identity is not None:
        back_to = context.public_base + BACK
        found = tuple(check_identity(context.vault, [who.tenant], context.identity, back_to=back_to))
    return _page(request, context, who, findings=found)


@router.post(_PATH + "/{login}/unlink")
def unlink(
    request: Request, context: Context, who: Admin, login: str, password: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Take an identity from a person; they are signed out."""
    address = request.client.host if request.client else "unknown"
    attempt = Attempt(login=who.user.login, password=password, address=address)
    with context.database.transaction(who.tenant) as tx:
        get_user(tx, login)
        is_proved = prove_again(tx, attempt, who.session, keys=context.keys)
    if not is_proved:
        return _page(request, context, who, notice=Notice(text=_NOT_PROVED), status=HTTPStatus.FORBIDDEN)
    try:
        with context.database.transaction(who.tenant) as tx:
            unlink_identity(tx, login, actor=who.actor)
    except (Conflict, NotPermitted) as error:
        return _page(request, context, who, notice=Notice(text=str(error)), status=HTTPStatus.CONFLICT)
    return go_to(f"{_PATH}?done=1")


def _page(
    request: Request,
    context: WebContext,
    who: SignedIn,
    *,
    notice: Notice | None = None,
    findings: tuple[Finding, ...] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        values = {
            "title": _("Identity provider"),
            "provider": find_provider(tx, keys=context.keys),
            "back_to": context.public_base + BACK,
            "people": list_users(tx),
            "linked": list_linked(tx),
            "findings": findings,
            "notice": notice,
            "asks_password": who.session.method != "oidc",
        }
    return show(request, who, "sign_in/provider.html", values, status=status)
