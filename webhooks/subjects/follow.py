"""Where a request stands, for whoever has its token: the code, the day of the answer, the copy, and what must stay."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from pipeline.intake.prove_identity import prove
from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId
from pipeline.model.subject import NEEDS_NO_IDENTITY, RequestState, SubjectRequest
from pipeline.reads.subject_export import read_export
from pipeline.store.session import Transaction
from pipeline.store.subject_codes import count_try
from pipeline.store.subject_requests import get_request_by_token
from webhooks.subjects.page import KINDS, Context, Text, send_code
from webhooks.subjects.render import HEADERS, address_of, is_our_form, not_found, open_tenant, show, tenant_named
from webhooks.tenancy import WebContext


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)

_SAYS: Final = {
    RequestState.OPEN: _("We have your request."),
    RequestState.IDENTITY_ASKED: _("We have your request. Before we act on it we have to know that it is you."),
    RequestState.VERIFIED: _("Thank you, we know that it is you. We are on it."),
    RequestState.WORKING: _("We are working on it."),
    RequestState.ANSWERED: _("Your request is answered."),
    RequestState.REFUSED: _("Your request was refused. You may complain to the privacy regulator where you live."),
    RequestState.CLOSED: _("Your request is closed."),
}
_STEPS: Final = (RequestState.OPEN, RequestState.VERIFIED, RequestState.ANSWERED)
_WAITING: Final = (RequestState.OPEN, RequestState.IDENTITY_ASKED)
_WRONG: Final = _("That code is wrong or too old. You can have a new one sent.")
_MANY: Final = _("There were too many tries in a short time. Please try again in an hour.")
_OF_AN_ADDRESS: Final = 60


class ActForm(BaseModel):
    """What the buttons send."""

    act: Text = ""
    code: Text = ""
    csrf: Text = ""


@router.get("/subjects/{tenant}/requests/{token}")
def follow_page(tenant: str, token: str, request: Request, context: Context) -> Response:
    """Show where a request stands."""
    return _status(request, context, tenant, token, "")


@router.post("/subjects/{tenant}/requests/{token}")
def act(
    tenant: str,
    token: str,
    request: Request,
    context: Context,
    later: BackgroundTasks,
    form: Annotated[ActForm, Form()],
) -> Response:
    """Take a code back, or send another one."""
    owner = tenant_named(tenant)
    if owner is None:
        return not_found(request)
    try:
        if not is_our_form(request, form.csrf, key=context.keys.digest_key(owner)):
            late = _("The page had been open too long. Please try again.")
            return _status(request, context, tenant, token, late, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        with context.database.transaction(owner) as tx:
            found = get_request_by_token(tx, token)
            is_allowed = _is_allowed(tx, context, request)
            is_proved = is_allowed and form.act == "code" and _prove(tx, context, found, form.code)
    except NotFound:
        return not_found(request)
    if not is_allowed:
        return _status(request, context, tenant, token, _MANY, status=HTTPStatus.TOO_MANY_REQUESTS)
    if form.act == "code" and not is_proved:
        return _status(request, context, tenant, token, _WRONG, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.act == "again":
        later.add_task(send_code, context, owner, found.id, request)
    return RedirectResponse(f"/subjects/{owner}/requests/{token}", HTTPStatus.SEE_OTHER.value, headers=HEADERS)


@router.get("/subjects/{tenant}/requests/{token}/copy")
def download(tenant: str, token: str, request: Request, context: Context) -> Response:
    """Give the copy to whoever showed who they are."""
    owner = tenant_named(tenant)
    try:
        if owner is None:
            raise NotFound
        with context.database.transaction(owner) as tx:
            open_tenant(tx, context)
            found = get_request_by_token(tx, token)
        body = read_export(context.vault, owner, found, actor=f"subject:{found.id}")
    except NotFound:
        return not_found(request)
    name = {"Content-Disposition": 'attachment; filename="your-data.zip"'}
    return Response(body, media_type="application/zip", headers={**HEADERS, **name})


def _prove(tx: Transaction, context: WebContext, found: SubjectRequest, code: str) -> bool:
    return prove(tx, found.id, code, keys=context.keys, queue=context.queue, actor="page")


def _is_allowed(tx: Transaction, context: WebContext, request: Request) -> bool:
    bucket = f"follow:{address_of(request)}"
    return count_try(tx, bucket, most=_OF_AN_ADDRESS, within=timedelta(hours=1), keys=context.keys)


def _status(
    request: Request,
    context: WebContext,
    tenant: str,
    token: str,
    problem: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    owner = tenant_named(tenant)
    try:
        if owner is None:
            raise NotFound
        with context.database.transaction(owner) as tx:
            tenant_itself = open_tenant(tx, context)
            found = get_request_by_token(tx, token)
    except NotFound:
        return not_found(request)
    key = context.keys.digest_key(owner)
    values = _values(owner, tenant_itself.display_name, token, found, problem)
    return show(request, "follow.html", values, status=status, key=key, locale=tenant_itself.settings.locale)


def _values(tenant: TenantId, name: str, token: str, found: SubjectRequest, problem: str) -> dict[str, Any]:
    kept = found.result.get("kept")
    asks = found.state in _WAITING and found.kind not in NEEDS_NO_IDENTITY
    return {
        "owner": name,
        "tenant": tenant,
        "token": token,
        "what": next(label for kind, label, _ in KINDS if kind == found.kind),
        "says": _SAYS[found.state],
        "received_on": found.received_on,
        "due_on": found.deadline.due_on,
        "is_over": found.state in (RequestState.ANSWERED, RequestState.REFUSED, RequestState.CLOSED),
        "asks_for_code": asks,
        "has_copy": found.export is not None,
        "kept": _told(kept) if isinstance(kept, list) else [],
        "erased": found.result.get("recordings") if isinstance(kept, list) else None,
        "problem": problem,
    }


def _told(kept: list[Any]) -> list[dict[str, Any]]:
    """Say once for each reason what has to stay, and until when."""
    told = {(str(one["because"]), str(one["until"] or ""), str(one["clause"])): one for one in kept}
    return [
        {"until": date.fromisoformat(until) if until else None, "clause": clause}
        for _because, until, clause in sorted(told)
    ]
