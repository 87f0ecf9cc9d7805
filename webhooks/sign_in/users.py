"""Who the people of a tenant are, and what each is trusted with: for whoever manages the tenant."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from pipeline.decisions import users as people
from pipeline.model.errors import Conflict, InvalidInput, NotPermitted
from pipeline.model.user import Role
from pipeline.store.users import list_users
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn, allowed
from webhooks.tenancy import WebContext, context_of

router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
Admin = Annotated[SignedIn, Depends(allowed(Role.TENANT_ADMIN))]
Roles = Annotated[list[Role], Form(default_factory=list)]


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_ONCE: Final = _("Hand this password over. It is shown once, and must be changed at the first sign-in.")
_REFUSALS: Final = (Conflict, InvalidInput, NotPermitted)


@router.get("/settings/users")
def list_people(request: Request, context: Context, who: Admin) -> Response:
    """Show everybody."""
    return _page(request, context, who)


@router.post("/settings/users")
def add_person(
    request: Request, context: Context, who: Admin, roles: Roles, login: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    """Add a person, and show the one-time password."""
    try:
        with context.database.transaction(who.tenant) as tx:
            made, once = people.take_on_user(tx, login.strip(), roles, actor=who.actor, locale=who.locale)
    except _REFUSALS as error:
        return _page(request, context, who, problem=str(error))
    return _page(request, context, who, once=(made.login, once))


@router.post("/settings/users/{login}/roles")
def change_roles(request: Request, context: Context, who: Admin, login: str, roles: Roles) -> Response:
    """Give a person other roles."""
    try:
        with context.database.transaction(who.tenant) as tx:
            people.set_roles(tx, login, roles, actor=who.actor)
    except _REFUSALS as error:
        return _page(request, context, who, problem=str(error))
    return go_to("/settings/users")


@router.post("/settings/users/{login}/disable")
def disable(request: Request, context: Context, who: Admin, login: str) -> Response:
    """Let a person in no more."""
    try:
        with context.database.transaction(who.tenant) as tx:
            people.disable_user(tx, login, actor=who.actor)
    except _REFUSALS as error:
        return _page(request, context, who, problem=str(error))
    return go_to("/settings/users")


@router.post("/settings/users/{login}/enable")
def enable(context: Context, who: Admin, login: str) -> Response:
    """Let a person in again."""
    with context.database.transaction(who.tenant) as tx:
        people.enable_user(tx, login, actor=who.actor)
    return go_to("/settings/users")


@router.post("/settings/users/{login}/reset")
def reset(request: Request, context: Context, who: Admin, login: str) -> Response:
    """Give a person another one-time password."""
    with context.database.transaction(who.tenant) as tx:
        once = people.reset_password(tx, login, actor=who.actor)
    return _page(request, context, who, once=(login, once))


def _page(
    request: Request, context: WebContext, who: SignedIn, *, problem: str = "", once: tuple[str, str] | None = None
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        everybody = list_users(tx)
    values = {
        "title": _("Users"),
        "people": everybody,
        "once": once,
        "begins_at": context.public_base,
        "notice": Notice(text=problem) if problem else Notice(text=_ONCE, kind="done") if once else None,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return show(request, who, "sign_in/users.html", values, status=status)
