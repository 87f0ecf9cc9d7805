"""A running call, as the tenant's agent sees it: somebody takes a permission back, or seems to be a child."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from pipeline.intake.withdraw import flag_child, withdraw
from pipeline.model.call import LegRole
from pipeline.model.errors import NotFound, VendorError
from pipeline.model.ids import TenantId
from pipeline.store.tenants import get_tenant
from pipeline.telemetry import log
from webhooks.tenancy import WebContext, account_of, context_of, tenant_of_key

router = APIRouter(prefix="/api/v1", tags=["calls"])
_bearer = HTTPBearer(auto_error=False, description="The tenant's API key.")
Context = Annotated[WebContext, Depends(context_of)]
CallSid = Annotated[str, Path(pattern=r"^CA[0-9a-f]{32}$", description="Twilio's id of the call.")]


class Recorder(StrEnum):
    """What became of the recorder."""

    STOPPED = "stopped"
    NOT_RUNNING = "not_running"
    NOT_STOPPED = "not_stopped"
    """Twilio refused or did not answer. The moment is noted, and what lies after it is discarded."""


class Withdrawal(BaseModel):
    """Somebody on the call takes every permission back."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = Field(default=None, description="When they said so, with a time zone; empty: now.")
    leg: LegRole = Field(default=LegRole.CALLER, description="Who: `caller` or `callee`.")


class Withdrawn(BaseModel):
    """What was noted, and what became of the recorder."""

    call_sid: str
    withdrawn_at: datetime = Field(description="Nothing said after this moment is kept.")
    recorder: Recorder


def caller_tenant(
    request: Request,
    context: Context,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> TenantId:
    """Find whose key the request carries.

    Raises:
        HTTPException: 401 for none, or one that nobody has.
    """
    tenant = tenant_of_key(context, credentials.credentials) if credentials and credentials.credentials else None
    if tenant is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    return tenant


Owner = Annotated[TenantId, Depends(caller_tenant)]


@router.post("/calls/{call_sid}/withdraw")
def withdraw_permission(
    call_sid: CallSid, context: Context, tenant: Owner, said: Withdrawal | None = None
) -> Withdrawn:
    """Note that a person took their permission back, then stop the recorder."""
    wish = said or Withdrawal()
    with context.database.transaction(tenant) as tx:
        owner = get_tenant(tx, keys=context.keys)
        at = withdraw(tx, call_sid, role=wish.leg, at=wish.at, actor=f"api:{tenant}")
    try:
        is_stopped = context.recordings.stop(account_of(owner), call_sid)
        recorder = Recorder.STOPPED if is_stopped else Recorder.NOT_RUNNING
    except NotFound:
        recorder = Recorder.NOT_RUNNING
    except VendorError as error:
        log().warning("recorder.not_stopped", tenant=tenant, error=type(error).__name__)
        recorder = Recorder.NOT_STOPPED
    return Withdrawn(call_sid=call_sid, withdrawn_at=at, recorder=recorder)


@router.post("/calls/{call_sid}/child-signal", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
def signal_child(call_sid: CallSid, context: Context, tenant: Owner) -> None:
    """Note that a child seems to speak."""
    with context.database.transaction(tenant) as tx:
        flag_child(tx, call_sid)
