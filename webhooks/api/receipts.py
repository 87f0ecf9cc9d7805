"""What was agreed on a call, as signed receipts that anybody can check without us."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline.reads.receipts import export_receipts, list_keys
from webhooks.api.calls import CallSid
from webhooks.api.door import ApiRoute, Context, ReceiptsRead

router = APIRouter(prefix="/api/v1", tags=["receipts"], route_class=ApiRoute)
Reason = Annotated[
    str, Query(min_length=1, max_length=200, pattern=r"\S", description="Why; it stands in the audit log.")
]


class Wording(BaseModel):
    """Words as they were spoken."""

    id: str
    locale: str
    version: str
    text: str


class KeySet(BaseModel):
    """Public keys (RFC 7517), retired ones too."""

    keys: list[dict[str, str]]
    tenant: str


class Receipts(BaseModel):
    """A call's receipts with all that is needed to check them: the file that `earmark receipt verify` takes."""

    format: str
    version: int
    tenant: str
    call_sid: str
    receipts: list[str] = Field(description="Signed statements (compact JWS, EdDSA), one for each leg and purpose.")
    jwks: KeySet
    wordings: dict[str, Wording] = Field(description="The words of each script, by their sha256.")


@router.get("/calls/{call_sid}/receipts")
def read_receipts(
    call_sid: CallSid, context: Context, who: ReceiptsRead, reason: Reason = "read by the API"
) -> Receipts:
    """Read the receipts of a call. Each reading stands in the audit log."""
    found: dict[str, Any] = export_receipts(context.vault, who.tenant, call_sid, actor=who.actor, reason=reason)
    return Receipts.model_validate(found)


@router.get("/receipt-keys")
def read_keys(context: Context, who: ReceiptsRead) -> KeySet:
    """Read the public keys that the tenant's receipts are signed with, to be kept where receipts are checked."""
    with context.database.transaction(who.tenant) as tx:
        return KeySet.model_validate(list_keys(tx, keys=context.keys, actor=who.actor))
