"""Conferences and their participants over REST: list, fetch, announce to all, put somebody out, end."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samples.twilio_standin.answers import API, not_found, page_of, problem
from samples.twilio_standin.ledger import Account, Ledger
from samples.twilio_standin.room import OVER, Member, Room


def list_rooms(ledger: Ledger, account: Account, request: Request) -> Response:
    """List rooms, newest first, by status or name."""
    query = request.query_params
    with ledger.lock:
        mine = [r for r in ledger.rooms.values() if r.account_sid == account.sid]
    wanted = {"status": query.get("Status"), "friendly_name": query.get("FriendlyName")}
    rows = [show_room(r) for r in sorted(mine, key=lambda r: r.created_at, reverse=True)]
    return page_of(request, "conferences", [r for r in rows if all(not v or r[k] == v for k, v in wanted.items())])


def fetch_room(ledger: Ledger, account: Account, request: Request) -> Response:
    """Show one room."""
    room = _find(ledger, account, request)
    return not_found(request) if room is None else JSONResponse(show_room(room))


def update_room(ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
    """Announce to everybody in a room, or end it. One that is over cannot be changed."""
    room = _find(ledger, account, request)
    if room is None or room.status == OVER:
        return not_found(request)
    url, status = str(form.get("AnnounceUrl", "")), str(form.get("Status", ""))
    if status not in ("", OVER):
        return problem(400, 20001, "Status can only become completed")
    if url:
        room.announcements.append((url, str(form.get("AnnounceMethod", "POST"))))
    if status:
        room.end()
    return JSONResponse(show_room(room))


def list_participants(ledger: Ledger, account: Account, request: Request) -> Response:
    """List the legs that are in a room now."""
    room = _find(ledger, account, request)
    if room is None:
        return not_found(request)
    return page_of(request, "participants", [show_participant(room, m) for m in tuple(room.members.values())])


def fetch_participant(ledger: Ledger, account: Account, request: Request) -> Response:
    """Show one leg in a room."""
    room = _find(ledger, account, request)
    member = None if room is None else room.members.get(request.path_params["call_sid"])
    if room is None or member is None:
        return not_found(request)
    return JSONResponse(show_participant(room, member))


def remove_participant(ledger: Ledger, account: Account, request: Request) -> Response:
    """Put a leg out of a room."""
    room = _find(ledger, account, request)
    sid = request.path_params["call_sid"]
    if room is None or sid not in room.members:
        return not_found(request)
    room.removed.append(sid)
    return Response(status_code=204)


def show_room(room: Room) -> dict[str, Any]:
    """Write one room."""
    uri = f"{API}/Accounts/{room.account_sid}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": room.account_sid,
        "friendly_name": room.name,
        "status": room.status,
        "region": "us1",
        "reason_conference_ended": "last-participant-left" if room.status == OVER else None,
        "call_sid_ending_conference": room.ended_by or None,
        "api_version": "2010-04-01",
        "date_created": format_datetime(room.created_at),
        "date_updated": format_datetime(room.created_at),
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
        "uri": f"{uri}.json",
    }


def show_participant(room: Room, member: Member) -> dict[str, Any]:
    """Write one leg in a room."""
    sid = member.leg.entry.sid
    return {
        "call_sid": sid,
        "account_sid": room.account_sid,
        "conference_sid": room.sid,
        "label": None,
        "status": "connected",
        "muted": False,
        "hold": False,
        "coaching": False,
        "call_sid_to_coach": None,
        "start_conference_on_enter": member.may_begin,
        "end_conference_on_exit": member.ends_it,
        "date_created": None,
        "date_updated": None,
        "uri": f"{API}/Accounts/{room.account_sid}/Conferences/{room.sid}/Participants/{sid}.json",
    }


def _find(ledger: Ledger, account: Account, request: Request) -> Room | None:
    with ledger.lock:
        room = ledger.rooms.get(request.path_params["sid"])
    return room if room is not None and room.account_sid == account.sid else None
