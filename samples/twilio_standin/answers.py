"""How Twilio's REST API writes things down: errors, dates, calls, recordings, pages of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samples.twilio_standin.ledger import Account, CallEntry, RecordingEntry

API: Final = "/2010-04-01"


def problem(status: int, code: int, message: str) -> Response:
    """Answer with an error in Twilio's form."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": message, "more_info": more, "status": status}, status)


def not_found(request: Request) -> Response:
    """Answer that there is no such thing."""
    return problem(404, 20404, f"The requested resource {request.url.path} was not found")


def show_recording(entry: RecordingEntry) -> dict[str, Any]:
    """Write one recording."""
    settings = entry.recorder.settings
    uri = f"{API}/Accounts/{entry.account_sid}/Recordings/{entry.sid}"
    return {
        "account_sid": entry.account_sid,
        "api_version": "2010-04-01",
        "call_sid": entry.call_sid,
        "conference_sid": entry.conference_sid,
        "channels": settings.channels,
        "track": settings.track,
        "date_created": _date(entry.started_at),
        "date_updated": _date(entry.deleted_at or entry.started_at),
        "start_time": _date(entry.started_at),
        "duration": None if entry.duration_s is None else str(entry.duration_s),
        "sid": entry.sid,
        "price": None,
        "price_unit": "USD",
        "status": "deleted" if entry.deleted_at else entry.status,
        "source": settings.source,
        "error_code": int(entry.error_code) or None,
        "encryption_details": entry.encryption_details,
        "media_url": f"https://api.twilio.com{uri}",
        "subresource_uris": {},
        "uri": f"{uri}.json",
    }


def show_call(entry: CallEntry) -> dict[str, Any]:
    """Write one call."""
    ended = entry.ended_at
    return {
        "sid": entry.sid,
        "account_sid": entry.account_sid,
        "parent_call_sid": entry.parent_sid,
        "from": entry.from_,
        "from_formatted": entry.from_,
        "to": entry.to,
        "to_formatted": entry.to,
        "status": entry.status,
        "direction": entry.direction,
        "answered_by": entry.answered_by,
        "api_version": "2010-04-01",
        "date_created": _date(entry.created_at),
        "date_updated": _date(ended or entry.created_at),
        "start_time": _date(entry.created_at),
        "end_time": None if ended is None else _date(ended),
        "duration": None if ended is None else str(round((ended - entry.created_at).total_seconds())),
        "price": None,
        "price_unit": "USD",
        "subresource_uris": {},
        "uri": f"{API}/Accounts/{entry.account_sid}/Calls/{entry.sid}.json",
    }


def show_account(account: Account) -> dict[str, Any]:
    """Write one account; its token is never shown."""
    return {
        "sid": account.sid,
        "friendly_name": f"stand-in {account.sid[-4:]}",
        "owner_account_sid": account.sid,
        "status": account.status,
        "type": "Full",
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "subresource_uris": {},
        "uri": f"{API}/Accounts/{account.sid}.json",
    }


def page_of(request: Request, name: str, rows: Sequence[Mapping[str, Any]]) -> Response:
    """Answer with one page of a list, and where the next is."""
    query = dict(request.query_params)
    size = min(1000, max(1, int(query.pop("PageSize", "50"))))
    number = int(query.pop("Page", "0"))
    query.pop("PageToken", None)
    shown = rows[number * size : (number + 1) * size]
    has_more = (number + 1) * size < len(rows)

    def uri(page: int) -> str:
        return f"{request.url.path}?{urlencode({**query, 'PageSize': size, 'Page': page})}"

    return JSONResponse(
        {
            name: list(shown),
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + len(shown) - 1,
            "uri": uri(number),
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if has_more else None,
            "previous_page_uri": uri(number - 1) if number else None,
        }
    )


def _date(at: datetime) -> str:
    return format_datetime(at)
