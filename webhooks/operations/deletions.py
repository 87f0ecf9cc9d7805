"""Purges: how far each is, and its certificate, checked here and handed out to be checked elsewhere."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.model.purge import PurgeState
from pipeline.reads.deletions import export_certificate, read_deletion, verify_certificate
from pipeline.store.figures import count_overdue
from pipeline.store.purge_pages import read_purges
from pipeline.store.purges import get_purge
from webhooks.operations.frame import Context, Reader, handed_out, page
from webhooks.operations.labels import label_of


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


router = APIRouter(include_in_schema=False)
Short = Annotated[str, Query(max_length=60)]
Body = Annotated[str, StringConstraints(max_length=60_000), Form()]


@router.get("/operations/deletions")
def list_all(request: Request, who: Reader, context: Context, state: Short = "", after: Short = "") -> Response:
    """List purges, the newest first."""
    chosen = next((one for one in PurgeState if one.value == state), None)
    with context.database.transaction(who.tenant) as tx:
        found, overdue = read_purges(tx, state=chosen, after=after), count_overdue(tx)
    more = f"/operations/deletions?state={chosen.value if chosen else ''}&after={found.after}" if found.after else ""
    states = [("", _("all")), *((one.value, label_of(one.value)) for one in PurgeState)]
    values = {"found": found.purges, "overdue": overdue, "more": more, "states": states, "chosen": state}
    return page(request, who, "deletions.html", _("Deletions"), values)


@router.get("/operations/deletions/verify")
def verify_form(request: Request, who: Reader) -> Response:
    """Show the form that takes a certificate."""
    return page(
        request, who, "deletion_verify.html", _("Check a certificate"), {"proof": None, "fault": "", "given": ""}
    )


@router.post("/operations/deletions/verify")
def verify(request: Request, who: Reader, context: Context, certificate: Body = "") -> Response:
    """Check a certificate with the tenant's own keys."""
    proof, fault = None, ""
    try:
        with context.database.transaction(who.tenant) as tx:
            proof = verify_certificate(tx, certificate.encode())
    except (InvalidInput, IntegrityError) as error:
        fault = _FAULTS[type(error)]
    values = {"proof": proof, "fault": fault, "given": certificate}
    return page(request, who, "deletion_verify.html", _("Check a certificate"), values)


@router.get("/operations/deletions/{purge}")
def show_one(purge: str, request: Request, who: Reader, context: Context) -> Response:
    """Show one purge."""
    with context.database.transaction(who.tenant) as tx:
        report = read_deletion(tx, purge)
    return page(request, who, "deletion.html", _("A deletion"), {"report": report})


@router.get("/operations/deletions/{purge}/certificate.json")
def certificate(purge: str, who: Reader, context: Context) -> Response:
    """Hand out the signed certificate with the keys that it is checked with."""
    with context.database.transaction(who.tenant) as tx:
        found = export_certificate(tx, get_purge(tx, purge).id)
    body = json.dumps(found, indent=2, sort_keys=True) + "\n"
    return handed_out(body, name=f"{purge}.certificate.json", media_type="application/json")


_FAULTS = {
    InvalidInput: _("This is not a deletion certificate."),
    IntegrityError: _("It does not hold: a signature, a part or a count is not what it says, or it is not yours."),
}
