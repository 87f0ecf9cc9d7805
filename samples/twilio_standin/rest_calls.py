"""Calls over REST: list, fetch, place, redirect, end, delete."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samples.twilio_standin.answers import not_found, page_of, problem, show_call
from samples.twilio_standin.ledger import Account, Ledger
from samples.twilio_standin.live import CallUpdate
from samples.twilio_standin.player import Player

_DETECTION = ("", "Enable", "DetectMessageEnd")


def list_calls(ledger: Ledger, account: Account, request: Request) -> Response:
    """List calls, newest first, by status, number, parent."""
    query = request.query_params
    with ledger.lock:
        mine = [c for c in ledger.calls.values() if c.account_sid == account.sid]
    wanted = {"status": query.get("Status"), "to": query.get("To"), "parent_call_sid": query.get("ParentCallSid")}
    rows = [show_call(c) for c in sorted(mine, key=lambda c: c.created_at, reverse=True)]
    return page_of(request, "calls", [r for r in rows if all(not v or r[k] == v for k, v in wanted.items())])


def fetch_call(ledger: Ledger, account: Account, request: Request) -> Response:
    """Show one call."""
    call = ledger.find_call(account.sid, request.path_params["sid"])
    return not_found(request) if call is None else JSONResponse(show_call(call))


def delete_call(ledger: Ledger, account: Account, request: Request) -> Response:
    """Delete the record of a call."""
    with ledger.lock:
        call = ledger.find_call(account.sid, request.path_params["sid"])
        if call is None:
            return not_found(request)
        del ledger.calls[call.sid]
    return Response(status_code=204)


def update_call(ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
    """Give a running leg another document, which takes it out of whatever it is in, or end it."""
    call = ledger.find_call(account.sid, request.path_params["sid"])
    if call is None:
        return not_found(request)
    if call.live is None or call.status not in ("queued", "ringing", "in-progress"):
        return problem(400, 21220, "Call is not in-progress. Cannot redirect.")
    given = {key: str(value) for key, value in form.items()}
    update = CallUpdate(
        twiml=given.get("Twiml"), url=given.get("Url"), method=given.get("Method", "POST"), status=given.get("Status")
    )
    call.live.updates.append(update)
    call.live.changed.set()
    return JSONResponse(show_call(call))


def placing(player: Player) -> Callable[[Ledger, Account, Request, FormData], Response]:
    """Give the route that places calls with this player."""

    def create_call(ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
        params = {key: " ".join(str(v) for v in form.getlist(key)) for key in form}
        if not {"To", "From", "Url"} <= params.keys():
            return problem(400, 21201, "To, From and Url are needed")
        if params.get("MachineDetection", "") not in _DETECTION:
            return problem(400, 21201, "MachineDetection is Enable or DetectMessageEnd")
        entry = player.place(account, params)
        return JSONResponse({**show_call(entry), "status": "queued"}, 201)

    return create_call
