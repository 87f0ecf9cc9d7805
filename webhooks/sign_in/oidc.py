"""Coming in by the organisation's own identity provider.

The browser is sent there with a state, a nonce and a PKCE challenge, and keeps what belongs to them in a signed cookie
of ten minutes. It is sent by a page and not by a redirect: under our policy of forms a browser follows no redirect from
a form to another host. An organisation without a provider is answered like one that there is not.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeSerializer

from pipeline.decisions.oidc_sign_in import Refusal, Return, accept_return, enter, refuse
from pipeline.decisions.sign_in import Entered, is_place_too_often
from pipeline.model.errors import NotFound, VendorError, VendorUnavailable
from pipeline.model.identity import Provider, Trip
from pipeline.model.ids import TenantId
from pipeline.ports.identity import Identities
from pipeline.store.oidc_providers import find_provider
from pipeline.store.session import Transaction
from pipeline.store.tenants import find_tenant
from pipeline.telemetry import log, metrics
from webhooks.pages.render import go_to, show
from webhooks.pages.who import cookie_name, give_cookie
from webhooks.sign_in.page import own_path, sign_in_page, tenant_named
from webhooks.tenancy import WebContext, context_of, tenant_in_path

router = APIRouter(include_in_schema=False)
Context = Annotated[WebContext, Depends(context_of)]
BACK: Final = "/sign-in/oidc/back"
_LASTS: Final = timedelta(minutes=10)
_LONGEST_CODE: Final = 4096


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_NONE: Final = _("This organisation cannot be signed in to in that way.")
_TELLS: Final = {
    Refusal.TOO_OFTEN: _("That was wrong too often. Please wait a quarter of an hour."),
    Refusal.ANOTHER_TRIP: _("This way in was begun elsewhere, or too long ago. Please begin again."),
    Refusal.PROVIDER: _("The identity provider did not say who you are. Please begin again."),
    Refusal.UNREACHABLE: _("The identity provider cannot be reached. Please try again later."),
    Refusal.UNKNOWN: _("Nobody here comes under that identity. Ask whoever manages your organisation."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What the cookie keeps of a trip."""

    tenant: TenantId
    trip: Trip = field(repr=False)
    issuer: str
    onwards: str


@router.get("/sign-in/oidc")
def set_out(request: Request, context: Context, organisation: str = "", next: str = "/") -> Response:
    """Send somebody to their organisation's provider."""
    tenant = tenant_named(organisation.strip())
    with context.database.transaction(tenant) as tx:
        provider = _provider(tx, context)
        is_too_often = provider is not None and is_place_too_often(tx, _place(request), keys=context.keys)
    if provider is None or context.identity is None:
        return sign_in_page(request, organisation=organisation, onwards=next, problem=_NONE)
    if is_too_often:
        return _told(request, context, Refusal.TOO_OFTEN, organisation)
    try:
        begun = context.identity.begin(provider, back_to=context.public_base + BACK)
    except VendorError as error:
        return _told(request, context, _why(error, tenant), organisation)
    values = {"title": _("Sign in"), "address": begun.address, "host": urlsplit(begun.address).netloc}
    answer = show(request, None, "sign_in/onwards.html", values)
    kept = _Kept(tenant=tenant, trip=begun.trip, issuer=provider.issuer, onwards=own_path(next))
    answer.set_cookie(
        _cookie(context),
        f"{tenant}.{_write(context, kept)}",
        max_age=int(_LASTS.total_seconds()),
        path="/",
        secure=context.public_base.startswith("https"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(BACK)
def come_back(
    request: Request, context: Context, code: str = "", state: str = "", error: str = "", iss: str = ""
) -> Response:
    """Let in whom the provider vouches for; the way there is used up, however it ends."""
    kept = _read(request, context)
    if kept is None or context.identity is None:
        return _told(request, context, Refusal.ANOTHER_TRIP)
    is_error = bool(error) or not 0 < len(code) <= _LONGEST_CODE
    returned = Return(state=state, is_error=is_error, issuer=iss, address=_place(request))
    entered, why = _enter(context, context.identity, kept, returned, code)
    if why is not None or entered.user is None:
        return _told(request, context, why or Refusal.UNKNOWN, kept.tenant)
    answer = go_to(kept.onwards)
    give_cookie(answer, context, kept.tenant, entered.token)
    _forget(answer, context)
    return answer


def _enter(
    context: WebContext, identity: Identities, kept: _Kept, returned: Return, code: str
) -> tuple[Entered, Refusal | None]:
    """Check what came back, ask the provider (with no transaction open), and open a session."""
    keys, address = context.keys, returned.address
    with context.database.transaction(kept.tenant) as tx:
        provider, why = accept_return(tx, kept.trip, kept.issuer, returned, keys=keys)
    if provider is None:
        return Entered(), why
    try:
        subject = identity.finish(provider, kept.trip, code, back_to=context.public_base + BACK)
    except VendorError as error:
        with context.database.transaction(kept.tenant) as tx:
            return Entered(), refuse(tx, _why(error, kept.tenant), address, keys=keys)
    with context.database.transaction(kept.tenant) as tx:
        if not _is_open(tx, context):
            return Entered(), Refusal.UNKNOWN
        return enter(tx, provider, subject, address, keys=keys)


def _why(error: VendorError, tenant: TenantId) -> Refusal:
    log().warning(
        "sign_in.provider_failed", tenant=tenant, operation=error.operation, status=error.status, reason=error.reason
    )
    return Refusal.UNREACHABLE if isinstance(error, VendorUnavailable) else Refusal.PROVIDER


def _provider(tx: Transaction, context: WebContext) -> Provider | None:
    return find_provider(tx, keys=context.keys) if _is_open(tx, context) else None


def _is_open(tx: Transaction, context: WebContext) -> bool:
    owner = find_tenant(tx, keys=context.keys) if tx.version is not None else None
    return owner is not None and owner.is_active


def _told(request: Request, context: WebContext, why: Refusal, organisation: str = "") -> Response:
    metrics.count(metrics.SIGN_IN_FAILURES, "oidc", why.value)
    status = HTTPStatus.TOO_MANY_REQUESTS if why is Refusal.TOO_OFTEN else HTTPStatus.UNPROCESSABLE_ENTITY
    answer = sign_in_page(request, organisation=organisation, onwards="/", problem=_TELLS[why], status=status)
    _forget(answer, context)
    return answer


def _place(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _cookie(context: WebContext) -> str:
    return f"{cookie_name(context)}-oidc"


def _forget(answer: Response, context: WebContext) -> None:
    answer.delete_cookie(
        _cookie(context), path="/", secure=context.public_base.startswith("https"), httponly=True, samesite="lax"
    )


def _write(context: WebContext, kept: _Kept) -> str:
    until = int((context.clock.now() + _LASTS).timestamp())
    said = [until, kept.trip.state, kept.trip.nonce, kept.trip.verifier, kept.issuer, kept.onwards]
    signed: str | bytes = _signer(context, kept.tenant).dumps(said)
    return signed if isinstance(signed, str) else signed.decode()


def _read(request: Request, context: WebContext) -> _Kept | None:
    """Read the cookie; None where there is none, it is not ours, is too old, or its tenant takes nobody in."""
    name, _dot, signed = request.cookies.get(_cookie(context), "").partition(".")
    try:
        tenant = tenant_in_path(name)
        with context.database.transaction(tenant) as tx:
            if not _is_open(tx, context):
                return None
        said: Any = _signer(context, tenant).loads(signed)
    except (NotFound, BadSignature):
        return None
    until, state, nonce, verifier, issuer, onwards = said
    if until <= context.clock.now().timestamp():
        return None
    trip = Trip(state=state, nonce=nonce, verifier=verifier)
    return _Kept(tenant=tenant, trip=trip, issuer=issuer, onwards=own_path(onwards))


def _signer(context: WebContext, tenant: TenantId) -> URLSafeSerializer:
    key = hmac.digest(context.keys.digest_key(tenant), b"oidc-cookie", "sha256")
    how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(key, salt=f"earmark.oidc.{tenant}", signer_kwargs=how)
