"""The REST API: who may ask, what fails on purpose, and where each request goes."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from samples.scenario import Fault
from samples.twilio_standin import rest_calls as calls
from samples.twilio_standin import rest_numbers as numbers
from samples.twilio_standin import rest_recordings as recordings
from samples.twilio_standin import rest_rooms as rooms
from samples.twilio_standin.answers import API, not_found, page_of, problem, show_account
from samples.twilio_standin.ledger import Account, Ledger, new_sid
from samples.twilio_standin.player import Player

Read = Callable[[Ledger, Account, Request], Response]
Write = Callable[[Ledger, Account, Request, FormData], Response]
_ACCOUNT: Final = f"{API}/Accounts/{{account_sid}}"
_NOT_AUTHENTICATED: Final = (401, 20003, "Authenticate")


class Rest:
    """Routes over one ledger."""

    def __init__(self, ledger: Ledger, player: Player) -> None:
        self._ledger, self._player = ledger, player

    def routes(self) -> list[Route]:
        """List every route; the media's come after the metadata's, whose names end in `.json`."""
        return [
            self._route(f"{API}/Accounts.json", self._list_accounts),
            self._route(f"{_ACCOUNT}.json", lambda _l, account, _r: JSONResponse(show_account(account))),
            self._route(f"{_ACCOUNT}.json", self._update_account, method="POST"),
            self._route(f"{_ACCOUNT}/Keys.json", self._list_keys),
            self._route(f"{_ACCOUNT}/Keys.json", self._create_key, method="POST"),
            self._route(f"{_ACCOUNT}/Keys/{{sid}}.json", self._delete_key, method="DELETE"),
            self._route(f"{_ACCOUNT}/Calls.json", calls.list_calls),
            self._route(f"{_ACCOUNT}/Calls.json", calls.placing(self._player), method="POST"),
            self._route(f"{_ACCOUNT}/Calls/{{call_sid}}/Recordings.json", recordings.list_recordings),
            self._route(f"{_ACCOUNT}/Calls/{{call_sid}}/Recordings.json", recordings.create_recording, method="POST"),
            self._route(f"{_ACCOUNT}/Calls/{{call_sid}}/Recordings/{{sid}}.json", recordings.fetch_recording),
            self._route(
                f"{_ACCOUNT}/Calls/{{call_sid}}/Recordings/{{sid}}.json", recordings.update_recording, method="POST"
            ),
            self._route(f"{_ACCOUNT}/Calls/{{sid}}.json", calls.fetch_call),
            self._route(f"{_ACCOUNT}/Calls/{{sid}}.json", calls.update_call, method="POST"),
            self._route(f"{_ACCOUNT}/Calls/{{sid}}.json", calls.delete_call, method="DELETE"),
            self._route(f"{_ACCOUNT}/Conferences.json", rooms.list_rooms),
            self._route(f"{_ACCOUNT}/Conferences/{{sid}}.json", rooms.fetch_room),
            self._route(f"{_ACCOUNT}/Conferences/{{sid}}.json", rooms.update_room, method="POST"),
            self._route(f"{_ACCOUNT}/Conferences/{{sid}}/Participants.json", rooms.list_participants),
            self._route(f"{_ACCOUNT}/Conferences/{{sid}}/Participants/{{call_sid}}.json", rooms.fetch_participant),
            self._route(
                f"{_ACCOUNT}/Conferences/{{sid}}/Participants/{{call_sid}}.json",
                rooms.remove_participant,
                method="DELETE",
            ),
            self._route(f"{_ACCOUNT}/IncomingPhoneNumbers.json", numbers.list_numbers),
            self._route(f"{_ACCOUNT}/IncomingPhoneNumbers/{{sid}}.json", numbers.fetch_number),
            self._route(f"{_ACCOUNT}/IncomingPhoneNumbers/{{sid}}.json", numbers.update_number, method="POST"),
            self._route(f"{_ACCOUNT}/Recordings.json", recordings.list_recordings),
            self._route(f"{_ACCOUNT}/Recordings/{{sid}}.json", recordings.fetch_recording),
            self._route(f"{_ACCOUNT}/Recordings/{{sid}}.json", recordings.delete_recording, method="DELETE"),
            self._route(f"{_ACCOUNT}/Recordings/{{sid}}/Transcriptions.json", _none("transcriptions")),
            self._route(f"{_ACCOUNT}/Recordings/{{sid}}/AddOnResults.json", _none("add_on_results")),
            Route(f"{_ACCOUNT}/Recordings/{{sid}}.{{extension}}", self._media, methods=["GET"]),
            Route(f"{_ACCOUNT}/Recordings/{{sid}}", self._media, methods=["GET"]),
            Route("/v2/AccountDefaultConfiguration/Recording", self._default_recording, methods=["GET"]),
        ]

    def _route(self, path: str, work: Read | Write, *, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            failed = await self._fail_on_purpose(request)
            if failed is not None:
                return failed
            account = self._authenticate(request)
            wanted = request.path_params.get("account_sid")
            if account is None or (wanted is not None and wanted != account.sid):
                return problem(*_NOT_AUTHENTICATED)
            if method != "POST":
                return await run_in_threadpool(work, self._ledger, account, request)  # type: ignore[arg-type]
            form = await request.form()
            return await run_in_threadpool(work, self._ledger, account, request, form)  # type: ignore[arg-type]

        name = f"{method} {path}"
        return Route(path, endpoint, methods=[method], name=name)

    def _authenticate(self, request: Request) -> Account | None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        if scheme.lower() != "basic":
            return None
        with self._ledger.lock:
            return next((a for a in self._ledger.accounts.values() if a.accepts(user, password)), None)

    async def _fail_on_purpose(self, request: Request) -> Response | None:
        fault = self._next_fault(request)
        if fault is None:
            return None
        await asyncio.sleep(fault.delay_s)
        if fault.body == "xml":
            text = '<?xml version="1.0"?><TwilioResponse><RestException/></TwilioResponse>'
            return Response(text, fault.status, media_type="application/xml")
        code = {429: 20429, 404: 20404}.get(fault.status, 20500)
        return problem(fault.status, code, "failed on purpose")

    def _next_fault(self, request: Request) -> Fault | None:
        with self._ledger.lock:
            for fault, left in self._ledger.faults:
                is_meant = fault.method in ("*", request.method) and fnmatchcase(request.url.path, fault.path)
                if is_meant and left[0] > 0:
                    left[0] -= 1
                    return fault
        return None

    async def _media(self, request: Request) -> Response:
        failed = await self._fail_on_purpose(request)
        if failed is not None:
            return failed
        account = self._ledger.accounts.get(request.path_params["account_sid"])
        if account is None:
            return not_found(request)
        if not account.is_media_public and self._authenticate(request) is not account:
            return problem(*_NOT_AUTHENTICATED)
        entry = self._ledger.find_recording(account.sid, request.path_params["sid"])
        if entry is None:
            return not_found(request)
        with self._ledger.lock:
            self._ledger.fetched[entry.sid] += 1
        return recordings.read_media(entry, request)

    async def _default_recording(self, request: Request) -> Response:
        failed = await self._fail_on_purpose(request)
        if failed is not None:
            return failed
        account = self._authenticate(request)
        if account is None:
            return problem(*_NOT_AUTHENTICATED)
        return not_found(request) if account.default_recording is None else JSONResponse(account.default_recording)

    def _list_accounts(self, ledger: Ledger, account: Account, request: Request) -> Response:
        return page_of(request, "accounts", [show_account(account)])

    def _update_account(self, ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
        account.status = str(form.get("Status", account.status))
        return JSONResponse(show_account(account))

    def _list_keys(self, ledger: Ledger, account: Account, request: Request) -> Response:
        return page_of(request, "keys", [{"sid": sid, "friendly_name": sid} for sid in account.api_keys])

    def _create_key(self, ledger: Ledger, account: Account, request: Request, form: FormData) -> Response:
        sid, secret = new_sid("SK"), new_sid("")
        account.api_keys[sid] = secret
        return JSONResponse({"sid": sid, "friendly_name": str(form.get("FriendlyName", "")), "secret": secret}, 201)

    def _delete_key(self, ledger: Ledger, account: Account, request: Request) -> Response:
        gone = account.api_keys.pop(request.path_params["sid"], None)
        return not_found(request) if gone is None else Response(status_code=204)


def _none(name: str) -> Read:
    def empty(ledger: Ledger, account: Account, request: Request) -> Response:
        return page_of(request, name, [])

    return empty
