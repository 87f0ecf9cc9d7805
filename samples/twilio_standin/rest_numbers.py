"""A tenant's telephone numbers over REST: list by pages, fetch, and say where each one's calls are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samples.twilio_standin.answers import API, not_found, page_of, problem
from samples.twilio_standin.ledger import Account, Ledger, NumberEntry

_URLS: Final = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceApplicationSid": "voice_application_sid",
    "TrunkSid": "trunk_sid",
    "FriendlyName": "friendly_name",
}
_METHODS: Final = ("GET", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    code: int
    message: str


def list_numbers(ledger: Ledger, account: Account, request: Request) -> Response:
    """List the account's numbers, oldest first, or those of a telephone number."""
    wanted = request.query_params.get("PhoneNumber")
    rows = [show_number(n) for n in _mine(ledger, account) if not wanted or n.phone_number == wanted]
    return page_of(request, "incoming_phone_numbers", rows)


def fetch_number(ledger: Ledger, account: Account, request: Request) -> Response:
    """Show one number."""
    entry = _find(ledger, account, request)
    return not_found(request) if entry is None else JSONResponse(show_number(entry))


def update_number(ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
    """Change what was given; what was not given stays. An application or a trunk outweighs the addresses."""
    entry = _find(ledger, account, request)
    if entry is None:
        return not_found(request)
    given = {_URLS[name]: str(value) for name, value in form.items() if name in _URLS}
    refused = _refusal(given)
    if refused is not None:
        return problem(400, refused.code, refused.message)
    with ledger.lock:
        for name, value in given.items():
            if name not in entry.ignored:
                entry.settings[name] = value
    return JSONResponse(show_number(entry))


def show_number(entry: NumberEntry) -> dict[str, Any]:
    """Write one number as Twilio does: what was never set is an empty text, or null for the two that take over."""
    settings = {
        "voice_url": "",
        "voice_method": "POST",
        "voice_fallback_url": "",
        "voice_fallback_method": "POST",
        "status_callback": "",
        "status_callback_method": "POST",
        "friendly_name": "",
    } | entry.settings
    return settings | {
        "sid": entry.sid,
        "account_sid": entry.account_sid,
        "phone_number": entry.phone_number,
        "voice_application_sid": settings.get("voice_application_sid") or None,
        "trunk_sid": settings.get("trunk_sid") or None,
        "voice_receive_mode": "voice",
        "voice_caller_id_lookup": False,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "api_version": "2010-04-01",
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "date_created": None,
        "date_updated": None,
        "uri": f"{API}/Accounts/{entry.account_sid}/IncomingPhoneNumbers/{entry.sid}.json",
    }


def _refusal(given: dict[str, str]) -> _Refused | None:
    for name, value in given.items():
        if name.endswith("_method") and value.upper() not in _METHODS:
            return _Refused(code=21403, message=f"{name} is not GET or POST")
        if name.endswith(("_url", "callback")) and value and not value.startswith(("http://", "https://")):
            return _Refused(code=21402, message=f"{name} is not a valid URL")
    return None


def _mine(ledger: Ledger, account: Account) -> list[NumberEntry]:
    with ledger.lock:
        return [n for n in ledger.numbers.values() if n.account_sid == account.sid]


def _find(ledger: Ledger, account: Account, request: Request) -> NumberEntry | None:
    return next((n for n in _mine(ledger, account) if n.sid == request.path_params["sid"]), None)
