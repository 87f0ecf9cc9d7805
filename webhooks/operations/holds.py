"""Legal holds and the matters they belong to: placed by one person, released by two, each lock read back."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pipeline.decisions import holds as decisions
from pipeline.decisions.matters import close_matter, open_matter
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.reads.hold_state import read_hold_state
from pipeline.reads.told_holds import get_told_hold, list_told_holds, list_told_matters
from pipeline.store.calls import number_ref
from pipeline.store.reasons import seal_reason
from pipeline.store.session import Transaction
from webhooks.operations.frame import REFUSED, Context, Line, Operator, Reader, Reason, page
from webhooks.operations.labels import label_of
from webhooks.pages.render import go_to
from webhooks.pages.who import SignedIn
from webhooks.tenancy import Acts, WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SPACING: Final = re.compile(r"[\s().-]")
SCOPES: Final = (
    ("recording", _("One recording, by its id")),
    ("call", _("Everything of one call, by its id")),
    ("party", _("Everything of a person, by their number")),
    ("tenant", _("Everything there is")),
)


@router.get("/operations/holds")
def list_all(
    request: Request, who: Reader, context: Context, which: Annotated[str, Query(max_length=10)] = "in-force"
) -> Response:
    """List holds and matters."""
    return _list(request, who, context, which=which)


@router.post("/operations/holds")
def place(
    request: Request,
    who: Operator,
    context: Context,
    matter: Line = "",
    scope: Line = "",
    subject: Line = "",
    reason: Reason = "",
) -> Response:
    """Place a hold; every object that it covers is locked before the page answers."""
    try:
        with context.database.transaction(who.tenant) as tx:
            covers = scope_of(tx, context, scope, subject)
            why = sealed(tx, matter or "-", "hold", who, context, reason)
            hold = decisions.place(tx, context.vault, matter=matter, scope=covers, actor=who.actor, reason=why)
    except (*REFUSED, NotFound) as error:
        given = {"matter": matter, "scope": scope, "subject": subject, "reason": reason}
        told = InvalidInput("name what is held") if isinstance(error, NotFound) else error
        return _list(request, who, context, error=told, given=given)
    return go_to(f"/operations/holds/{hold.id}?done=placed")


@router.post("/operations/matters")
def open_one(
    request: Request, who: Operator, context: Context, matter: Line = "", title: Line = "", owners: Line = ""
) -> Response:
    """Open a matter, or name one that a hold opened."""
    try:
        with context.database.transaction(who.tenant) as tx:
            named = [f"user:{owner.removeprefix('user:')}" for owner in owners.replace(",", " ").split()]
            open_matter(tx, context.keys, matter=matter, title=title, owners=named, actor=who.actor)
    except REFUSED as error:
        return _list(request, who, context, error=error, given={"of": matter, "title": title, "owners": owners})
    return go_to("/operations/holds?done=matter")


@router.post("/operations/matters/close")
def close_one(request: Request, who: Operator, context: Context, matter: Line = "") -> Response:
    """Close a matter that holds nothing any more."""
    try:
        with context.database.transaction(who.tenant) as tx:
            close_matter(tx, matter=matter, actor=who.actor)
    except REFUSED as error:
        return _list(request, who, context, error=error)
    return go_to("/operations/holds?done=closed")


@router.get("/operations/holds/{hold}")
def show_one(
    hold: str, request: Request, who: Reader, context: Context, after: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Show a hold, and what the store says of each object under it."""
    return _one(request, who, context, hold, after=after)


@router.post("/operations/holds/{hold}/{act}")
def decide(hold: str, act: str, request: Request, who: Operator, context: Context, reason: Reason = "") -> Response:
    """Ask for a release, approve it, or refuse it."""
    try:
        with context.database.transaction(who.tenant) as tx:
            get_told_hold(tx, hold)
            done = _act(tx, hold, act, who, context, reason)
    except REFUSED as error:
        return _one(request, who, context, hold, error=error, given=reason)
    return go_to(f"/operations/holds/{hold}?done={done}")


def _act(tx: Transaction, hold: str, act: str, who: SignedIn, context: WebContext, reason: str) -> str:
    if act not in ("release", "approve", "reject"):
        raise NotFound
    why = sealed(tx, hold, act, who, context, reason)
    if act == "release":
        decisions.ask_release(tx, hold=hold, actor=who.actor, reason=why)
        return "release-asked"
    if act == "approve":
        decisions.approve_release(tx, hold=hold, actor=who.actor, via=why)
        return "released"
    decisions.reject_release(tx, hold=hold, actor=who.actor, reason=why)
    return "kept"


def _list(
    request: Request,
    who: SignedIn,
    context: WebContext,
    *,
    which: str = "in-force",
    error: PipelineError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        holds, matters = list_told_holds(tx, is_in_force=which != "all"), list_told_matters(tx, keys=context.keys)
    values = {
        "holds": tuple(reversed(holds)),
        "matters": matters,
        "which": which,
        "given": given or {},
        "scopes": SCOPES,
    }
    return page(request, who, "holds.html", _("Holds"), values, error=error)


def _one(
    request: Request,
    who: SignedIn,
    context: WebContext,
    hold: str,
    *,
    after: str = "",
    error: PipelineError | None = None,
    given: str = "",
) -> Response:
    with context.database.transaction(who.tenant) as tx:
        state = read_hold_state(tx, context.objects, hold, keys=context.keys, after=after)
    more = f"/operations/holds/{hold}?after={state.after}" if state.after else ""
    values = {"state": state, "more": more, "given": given, "label_of": label_of}
    return page(request, who, "hold.html", _("A hold"), values, error=error)


def scope_of(tx: Transaction, context: WebContext, scope: str, subject: str) -> tuple[str, str]:
    """Give what is held; of a number only the keyed reference goes on from here."""
    if scope == "tenant":
        return scope, tx.tenant
    if scope != "party":
        return scope, subject
    number = _SPACING.sub("", subject)
    if not _NUMBER.fullmatch(number):
        raise InvalidInput("a number is + and 7 to 15 digits")
    return scope, number_ref(number, keys=context.keys, tenant=tx.tenant)


def sealed(tx: Transaction, subject: str, act: str, who: Acts, context: WebContext, reason: str) -> str:
    """Seal why somebody does something, and give its id."""
    return seal_reason(tx, reason, subject=subject, act=act, keys=context.keys, actor=who.actor)
