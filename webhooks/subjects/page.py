"""The page of a tenant on which anybody may ask; what is answered does not depend on who is known."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from importlib import resources
from typing import Annotated, Any, Final

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, StringConstraints

from pipeline.intake.open_request import Ask, open_request
from pipeline.intake.prove_identity import ask_for_proof, count_person
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.ids import TenantId
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, SubjectDetails
from pipeline.store.session import Transaction
from pipeline.store.subject_codes import count_try
from pipeline.telemetry import log
from webhooks.pages.language import speaker
from webhooks.subjects.render import HEADERS, address_of, is_our_form, not_found, open_tenant, show, tenant_named
from webhooks.subjects.tongue import tongue_of
from webhooks.tenancy import WebContext, account_of, context_of


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
Text = Annotated[str, StringConstraints(max_length=200)]

KINDS: Final = (
    ("withdrawal", _("Withdraw my permission"), _("What you agreed to ends, and nothing of yours is trained on.")),
    ("access", _("Get a copy of my data"), _("A report and redacted copies of your own calls.")),
    ("deletion", _("Delete my data"), _("Your calls are deleted. If a law makes us keep one, we tell you until when.")),
    ("portability", _("Take my data elsewhere"), _("The same, in files that other programs read.")),
    ("correction", _("Correct my data"), _("Say below what is wrong. The sound itself is never changed.")),
    ("objection", _("Do not train on my data"), _("Takes effect at once.")),
    ("opt_out_of_sale", _("Do not sell or share my data"), _("We never do; this puts your wish on record.")),
)
_PLACES: Final = (
    ("NZ", _("New Zealand")),
    ("AU", _("Australia")),
    ("GB", _("United Kingdom")),
    ("EU", _("European Union")),
    ("US", _("United States")),
    ("US-CA", _("California")),
    ("CA", _("Canada")),
    ("BR", _("Brazil")),
)
_OF_AN_ADDRESS: Final = 20
_OF_A_PERSON: Final = 5
_CODE_TEXT: Final = _(
    "Your code for %(tenant)s: %(code)s. It is good for 10 minutes. If you did not ask for it, do nothing."
)


class AskForm(BaseModel):
    """What the form sends."""

    kind: Text = ""
    number: Text = ""
    email: Text = ""
    name: Text = ""
    place: Text = ""
    csrf: Text = ""
    note: Annotated[str, StringConstraints(max_length=4000)] = ""


@router.get("/subjects/style.css")
def style() -> Response:
    """Give the one style sheet."""
    body = resources.files("webhooks.subjects").joinpath("style.css").read_bytes()
    headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type="text/css", headers=headers)


@router.get("/subjects/{tenant}")
def ask_page(tenant: str, request: Request, context: Context) -> Response:
    """Show the form."""
    return _form(request, context, tenant_named(tenant), {}, "")


@router.post("/subjects/{tenant}")
def ask(
    tenant: str, request: Request, context: Context, later: BackgroundTasks, form: Annotated[AskForm, Form()]
) -> Response:
    """Take a request in, then show where it stands. A code is sent after the answer, if there is where to send it."""
    owner = tenant_named(tenant)
    given = form.model_dump(exclude={"csrf"})
    if owner is None:
        return not_found(request)
    try:
        if not is_our_form(request, form.csrf, key=_key(context, owner)):
            return _form(request, context, owner, given, _("The page had been open too long. Please send it again."))
        with context.database.transaction(owner) as tx:
            is_allowed = _is_allowed(tx, context, request, _contacts(given))
        if not is_allowed:
            wait = _("There were too many requests in a short time. Please try again in an hour.")
            return _form(request, context, owner, given, wait, status=HTTPStatus.TOO_MANY_REQUESTS)
        token, opened = _open(context, owner, given)
    except NotFound:
        return not_found(request)
    except InvalidInput as error:
        return _form(request, context, owner, given, str(error), is_refused=True)
    later.add_task(send_code, context, owner, opened, request)
    target = f"/subjects/{owner}/requests/{token}"
    return RedirectResponse(target, HTTPStatus.SEE_OTHER.value, headers=HEADERS)


def send_code(context: WebContext, tenant: TenantId, opened: str, request: Request) -> None:
    """Send a code where the number or address is on record; whoever asked has their answer already.

    Its words are in the language of the page that it was asked for on.
    """
    channels = {channel.kind: channel for channel in context.codes}
    try:
        with context.database.transaction(tenant) as tx:
            owner = open_tenant(tx, context)
            made = ask_for_proof(tx, opened, keys=context.keys, reaches=channels.keys(), actor="page")
        if made is not None:
            say = speaker(tongue_of(request, locale=owner.settings.locale))
            text = say(_CODE_TEXT, tenant=owner.display_name, code=made.code)
            channels[made.kind].send_code(account_of(owner), to=made.to, sender=made.sender, text=text)
    except PipelineError as error:  # the person asks for another code, and the clock runs on
        log().warning("subject.code_not_sent", tenant=tenant, error=type(error).__name__)


def _open(context: WebContext, tenant: TenantId, given: dict[str, str]) -> tuple[str, str]:
    if given["kind"] not in [kind for kind, _, _ in KINDS]:
        raise InvalidInput(_("choose what you ask for"))
    named = _contacts(given)
    if not named:
        raise InvalidInput(_("write the number you called from, or an e-mail address you told us"))
    named += [Identifier(kind=IdentifierKind.NAME, value=given["name"])] if given["name"].strip() else []
    ask = Ask(
        kind=RequestKind(given["kind"]),
        details=SubjectDetails(identifiers=tuple(named), note=given["note"]),
        channel="page",
        place=given["place"] or None,
    )
    with context.database.transaction(tenant) as tx:
        bundle = context.policies.policies_of(tx, open_tenant(tx, context).policy_id).in_force_on(tx.now.date()).bundle
        opened = open_request(tx, ask, bundle=bundle, matrix=context.law.matrix, keys=context.keys, actor="page")
    return opened.token, opened.request.id


def _contacts(given: dict[str, str]) -> list[Identifier]:
    named = [
        Identifier(kind=IdentifierKind.NUMBER, value="".join(c for c in given["number"] if c not in " -()./")),
        Identifier(kind=IdentifierKind.EMAIL, value=given["email"].strip()),
    ]
    return [one for one in named if one.value]


def _is_allowed(tx: Transaction, context: WebContext, request: Request, contacts: list[Identifier]) -> bool:
    """Count a request against where it comes from, and against whom it is about, known here or not."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    counted = [count_try(tx, f"address:{address_of(request)}", most=_OF_AN_ADDRESS, within=hour, keys=context.keys)]
    counted += [count_person(tx, "person", c, most=_OF_A_PERSON, within=day, keys=context.keys) for c in contacts]
    return all(counted)


def _form(
    request: Request,
    context: WebContext,
    tenant: TenantId | None,
    given: dict[str, str],
    problem: str,
    *,
    status: HTTPStatus | None = None,
    is_refused: bool = False,
) -> Response:
    if tenant is None:
        return not_found(request)
    try:
        with context.database.transaction(tenant) as tx:
            owner = open_tenant(tx, context)
    except NotFound:
        return not_found(request)
    blank = {"kind": "", "number": "", "email": "", "name": "", "place": "", "note": ""}
    values: dict[str, Any] = {
        "owner": owner.display_name,
        "tenant": tenant,
        "kinds": KINDS,
        "places": _PLACES,
        "given": blank | given,
        "problem": problem,
        "is_refused": is_refused,
    }
    shown = status or (HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK)
    return show(request, "ask.html", values, status=shown, key=_key(context, tenant), locale=owner.settings.locale)


def _key(context: WebContext, tenant: TenantId) -> bytes:
    return context.keys.digest_key(tenant)
