"""Signing in and out, with a password. Which organisation, login or password was wrong is never said."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from pipeline.decisions.sign_in import Attempt, Entered, sign_in
from pipeline.decisions.users import matches
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import TenantId
from pipeline.model.password import check_password
from pipeline.store.audit import add_event
from pipeline.store.tenants import find_tenant
from pipeline.store.web_sessions import end_session
from pipeline.telemetry import metrics
from webhooks.pages.menu import entries_for
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import NEW_PASSWORD, SIGN_IN, SignedIn, allowed, give_cookie, signed_in, take_cookie
from webhooks.sign_in.account import begin_with
from webhooks.tenancy import WebContext, context_of, tenant_in_path

router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
_MOST_CHARS: Final = 300


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_WRONG: Final = _("Organisation, login or password is not right.")
_TOO_OFTEN: Final = _("That was wrong too often. Please wait a quarter of an hour.")


@router.get("/")
def begin(request: Request, context: Context) -> Response:
    """Send somebody to the first place that is theirs."""
    who = signed_in(request, context)
    places = entries_for(who.roles, "/") if who else ()
    return go_to(places[0].path if places else SIGN_IN)


@router.get("/sign-in")
def ask(request: Request, organisation: str = "", login: str = "", next: str = "/", first: str = "") -> Response:
    """Ask who it is; the address that somebody was given names them, so that only the password is left to type.

    Whoever comes for the first time is asked for a password of their own at once.
    """
    return sign_in_page(request, organisation=organisation, login=login, onwards=next, is_first=bool(first))


@router.post("/sign-in")
def enter(
    request: Request,
    context: Context,
    organisation: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
    login: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
    password: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
    new: Annotated[str | None, Form(max_length=_MOST_CHARS)] = None,
    next: Annotated[str, Form(max_length=_MOST_CHARS)] = "/",
) -> Response:
    """Sign somebody in; whoever has a one-time password may put their own in its place with the same form."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return sign_in_page(request, organisation=organisation, onwards=next, problem=_WRONG)
    if new is not None and (refused := _refusal(new, login=login.strip(), password=password)):
        return sign_in_page(
            request, organisation=organisation, login=login, onwards=next, problem=refused, is_first=True
        )
    address = request.client.host if request.client else "unknown"
    entered = _try(context, organisation.strip(), Attempt(login=login.strip(), password=password, address=address))
    if entered.user is None:
        problem = _TOO_OFTEN if entered.is_too_often else _WRONG
        metrics.count(metrics.SIGN_IN_FAILURES, "password", "too_often" if entered.is_too_often else "wrong")
        return sign_in_page(request, organisation=organisation, onwards=next, problem=problem, is_first=new is not None)
    if new is not None and entered.user.must_change_password:
        try:
            return begin_with(context, entered.user, present=password, new=new)
        except NotPermitted:  # an administrator put another in its place just now, or the form was sent twice
            return sign_in_page(request, organisation=organisation, onwards=next, problem=_WRONG, is_first=True)
    # A new password where none has to be changed is not taken in passing: it is asked for where that is done.
    answer = go_to(NEW_PASSWORD if entered.user.must_change_password or new is not None else own_path(next))
    give_cookie(answer, context, entered.user.tenant, entered.token)
    return answer


@router.post("/sign-in/out")
def leave(
    request: Request, context: Context, who: Annotated[SignedIn, Depends(allowed(first_password=True))]
) -> Response:
    """Sign somebody out."""
    with context.database.transaction(who.tenant) as tx:
        end_session(tx, who.user, who.session.id)
        add_event(tx, AuditTag.SIGNED_OUT, actor=who.actor, target=who.user.id, facts={"by": "self"})
    answer = go_to(SIGN_IN)
    take_cookie(answer, context)
    return answer


def own_path(text: str) -> str:
    """Accept where to go on: a path of this host, and nothing else."""
    parts = urlsplit(text)
    is_own = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return text if is_own and "\\" not in text and text.isprintable() else "/"


def _refusal(new: str, *, login: str, password: str) -> str:
    """Say why a password cannot be somebody's own; before anybody is signed in, so that one form is tried as one."""
    try:
        check_password(new, login=login)
    except InvalidInput as error:
        return str(error)
    return "the new password is the present one" if new == password else ""


def _try(context: WebContext, organisation: str, attempt: Attempt) -> Entered:
    tenant = tenant_named(organisation)
    with context.database.transaction(tenant) as tx:
        owner = find_tenant(tx, keys=context.keys) if tx.version is not None else None
        if owner is not None and owner.is_active:
            return sign_in(tx, attempt, keys=context.keys)
    matches(None, attempt.password)
    return Entered()


def tenant_named(organisation: str) -> TenantId:
    """Read which tenant an organisation is."""
    try:
        return tenant_in_path(organisation)
    except NotFound:
        # Nobody can have this name, so it is looked up in vain, as an unknown one is.
        return TenantId("-")


def sign_in_page(
    request: Request,
    *,
    organisation: str,
    onwards: str,
    login: str = "",
    problem: str = "",
    is_first: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Write the page that asks who it is; a problem is a 422 where no other status is given."""
    values = {
        "title": _("Sign in"),
        "organisation": organisation[:_MOST_CHARS],
        "login": login[:_MOST_CHARS],
        "onwards": own_path(onwards),
        "is_first": is_first,
        "notice": Notice(text=problem) if problem else None,
    }
    if problem and status is HTTPStatus.OK:
        status = HTTPStatus.TOO_MANY_REQUESTS if problem == _TOO_OFTEN else HTTPStatus.UNPROCESSABLE_ENTITY
    return show(request, None, "sign_in/sign_in.html", values, status=status)
