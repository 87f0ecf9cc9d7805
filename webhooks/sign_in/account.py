"""One's own account: the password, the language of the pages, and where one is signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from pipeline.decisions.settings_drafts import is_first_set_up
from pipeline.decisions.users import change_password, choose_first_password, choose_language
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.user import Role, User
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.web_sessions import end_session, list_sessions, open_session
from webhooks.pages.language import languages
from webhooks.pages.render import Notice, go_to, show
from webhooks.pages.who import SignedIn, allowed, give_cookie
from webhooks.tenancy import WebContext, context_of

router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
Anybody = Annotated[SignedIn, Depends(allowed())]
AtFirst = Annotated[SignedIn, Depends(allowed(first_password=True))]
_MOST_CHARS: Final = 300


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_NAMES: Final = {"en": "English", "es": "Español"}


@router.get("/sign-in/account")
def account(request: Request, context: Context, who: Anybody, done: str = "") -> Response:
    """Show one's account."""
    with context.database.transaction(who.tenant) as tx:
        sessions = list_sessions(tx, who.user)
    values = {
        "title": _("Your account"),
        "sessions": sessions,
        "languages": [(code, _NAMES.get(code, code)) for code in languages()],
        "notice": Notice(text=_("It is done."), kind="done") if done else None,
    }
    return show(request, who, "sign_in/account.html", values)


@router.post("/sign-in/account/language")
def change_language(context: Context, who: Anybody, locale: Annotated[str, Form()]) -> Response:
    """Choose the language of one's pages."""
    if locale not in languages():
        raise InvalidInput("the pages are not written in that language")
    with context.database.transaction(who.tenant) as tx:
        choose_language(tx, who.user, locale)
    return go_to("/sign-in/account?done=1")


@router.post("/sign-in/account/sessions/{session}/end")
def end_one(context: Context, who: Anybody, session: str) -> Response:
    """End one of one's own sessions."""
    with context.database.transaction(who.tenant) as tx:
        end_session(tx, who.user, session)
        add_event(tx, AuditTag.SIGNED_OUT, actor=who.actor, target=who.user.id, facts={"by": "self"})
    return go_to("/sign-in/account?done=1")


@router.get("/sign-in/password")
def ask_password(request: Request, who: AtFirst) -> Response:
    """Ask for a new password."""
    return _password_page(request, who)


@router.post("/sign-in/password")
def new_password(
    request: Request,
    context: Context,
    who: AtFirst,
    present: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
    new: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
    again: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
) -> Response:
    """Change one's own password; every session ends and a new one begins."""
    try:
        if new != again and not who.must_change_password:
            raise InvalidInput(_("the new password was not repeated as it was"))
        with context.database.transaction(who.tenant) as tx:
            if who.must_change_password:
                user = choose_first_password(tx, who.user, new=new)
                onwards = _first_place(tx, context, user)
            else:
                user, onwards = change_password(tx, who.user, present=present, new=new), "/sign-in/account?done=1"
            token = open_session(tx, user, method=who.session.method)
    except (InvalidInput, NotPermitted) as error:
        return _password_page(request, who, problem=str(error))
    answer = go_to(onwards)
    give_cookie(answer, context, who.tenant, token)
    return answer


def begin_with(context: WebContext, user: User, *, present: str, new: str) -> Response:
    """Put somebody's own password in the place of the one-time one that just let them in, and send them on.

    Raises:
        NotPermitted: another was put in its place since.
        InvalidInput: the new one is the one-time one, or easily guessed.
    """
    with context.database.transaction(user.tenant) as tx:
        changed = change_password(tx, user, present=present, new=new)
        onwards, token = _first_place(tx, context, changed), open_session(tx, changed, method="password")
    answer = go_to(onwards)
    give_cookie(answer, context, user.tenant, token)
    return answer


def _first_place(tx: Transaction, context: WebContext, who: User) -> str:
    """Say where somebody new goes on: to the first steps where nothing is recorded yet, an editor to settings."""
    if Role.TENANT_ADMIN in who.roles and is_first_set_up(tx, keys=context.keys):
        return "/settings/start"
    return "/settings" if who.roles == {Role.SETTINGS_EDITOR} else "/"


def _password_page(request: Request, who: SignedIn, *, problem: str = "") -> Response:
    values = {
        "title": _("A new password"),
        "is_first": who.must_change_password,
        "notice": Notice(text=problem) if problem else None,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return show(request, who, "sign_in/password.html", values, status=status)
