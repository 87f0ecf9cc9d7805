"""Numbers, calls and rooms at Twilio, and what its account does by itself.

Placing a call is asked once and never again, whatever comes back: a second call would ring somebody twice. So are the
two that speak to people who are on the line.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from pipeline.model.errors import NotFound, VendorRefused
from pipeline.model.ids import twilio_sid
from pipeline.ports.recordings import VendorAccount
from pipeline.ports.telephony import NumberUrls, OutboundCall, VendorNumber
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.twilio_http import refuse, shape_errors
from pipeline.vendors.twilio_line import TwilioLine

_PAGE: Final = 1000
_OVER: Final = ("completed", "busy", "failed", "no-answer", "canceled")
_NOT_IN_THE_ROOM: Final = ("queued", "connecting", "ringing", "complete", "failed")


class TwilioTelephony:
    """Fills `pipeline.ports.telephony.Telephony` from Twilio's REST API."""

    audit: ClassVar = AuditMeta(
        processor="twilio",
        data_kind="telephone numbers to be called, SIDs of calls and rooms, addresses of our webhooks",
        purpose="telephony",
        region="us",
        policy_url="https://www.twilio.com/en-us/legal/privacy",
        log_safe_fields=("call_sid", "number_sid", "conference_sid"),
    )

    def __init__(self, *, line: TwilioLine) -> None:
        """Prepare to speak to Twilio over a line."""
        self._line = line

    def list_numbers(self, account: VendorAccount) -> tuple[VendorNumber, ...]:
        """List the account's numbers, all pages."""
        numbers = self._account(account, "list numbers").incoming_phone_numbers
        with shape_errors("list numbers"):
            return tuple(_number(row) for row in numbers.list(page_size=_PAGE))

    def point_number(self, account: VendorAccount, number_sid: str, urls: NumberUrls) -> VendorNumber:
        """Set the three addresses, all asked with POST, and ask Twilio what it then has."""
        sid = twilio_sid("PN", number_sid)
        with shape_errors("point number"):
            self._account(account, "point number").incoming_phone_numbers(sid).update(
                voice_url=urls.voice,
                voice_method="POST",
                voice_fallback_url=urls.fallback,
                voice_fallback_method="POST",
                status_callback=urls.status,
                status_callback_method="POST",
            )
            return _number(self._account(account, "read number back").incoming_phone_numbers(sid).fetch())

    def place_call(self, account: VendorAccount, call: OutboundCall) -> str:
        """Place a call, never recorded from its start; the document waits for what was heard of a machine."""
        asked: dict[str, str] = {"machine_detection": "Enable"} if call.detects_machines else {}
        calls = self._account(account, "place call", repeats=False).calls
        with shape_errors("place call"):
            placed = calls.create(
                to=call.to,
                from_=call.from_,
                url=call.urls.voice,
                method="POST",
                fallback_url=call.urls.fallback,
                fallback_method="POST",
                status_callback=call.urls.status,
                status_callback_method="POST",
                status_callback_event=["completed"],
                **asked,
            )
            return twilio_sid("CA", placed.sid or "")

    def redirect_call(self, account: VendorAccount, call_sid: str, *, url: str) -> None:
        """Have a running leg fetch its next document. Twilio refuses for one that is over: that is NotFound here."""
        call = self._account(account, "redirect call", repeats=False).calls(twilio_sid("CA", call_sid))
        try:
            with shape_errors("redirect call"):
                call.update(url=url, method="POST")
        except VendorRefused as error:
            if error.status == 400 and self._is_over(account, call_sid):
                raise NotFound("twilio: redirect call: it is over") from None
            raise

    def end_call(self, account: VendorAccount, call_sid: str) -> None:
        """End a running leg, ringing or answered."""
        call = self._account(account, "end call").calls(twilio_sid("CA", call_sid))
        try:
            with shape_errors("end call"):
                call.update(status="completed")
        except NotFound:
            return
        except VendorRefused as error:
            if error.status != 400 or not self._is_over(account, call_sid):
                raise

    def announce(self, account: VendorAccount, conference_sid: str, *, url: str) -> None:
        """Speak a document to everybody in a room."""
        room = self._account(account, "announce", repeats=False).conferences(twilio_sid("CF", conference_sid))
        with shape_errors("announce"):
            room.update(announce_url=url, announce_method="POST")

    def list_participants(self, account: VendorAccount, conference_sid: str) -> tuple[str, ...]:
        """List the legs in a room; one that still rings, or has left, is not in it."""
        room = self._account(account, "list participants").conferences(twilio_sid("CF", conference_sid))
        with shape_errors("list participants"):
            rows = room.participants.list(page_size=_PAGE)
            return tuple(twilio_sid("CA", row.call_sid or "") for row in rows if row.status not in _NOT_IN_THE_ROOM)

    def is_media_protected(self, account: VendorAccount, recording_sid: str) -> bool:
        """Ask as a stranger would. A redirect hands the audio out as much as an answer does."""
        operation = "check protection"
        status = self._line.status_for_a_stranger(account, self._line.media_url(account, recording_sid), operation)
        if status in (401, 403):
            return True
        if 200 <= status < 400:
            return False
        refuse(operation, status)
        return False

    def has_default_recording(self, account: VendorAccount) -> bool:
        """Ask for the account's default configuration of recording; that there is none is the only good answer."""
        voice = self._line.client(account, "check default recording").voice.v2
        try:
            with shape_errors("check default recording"):
                voice.account_default_configuration("Recording").fetch()
        except NotFound:
            return False
        return True

    def _is_over(self, account: VendorAccount, call_sid: str) -> bool:
        call = self._account(account, "ask after call").calls(twilio_sid("CA", call_sid))
        try:
            with shape_errors("ask after call"):
                return str(call.fetch().status) in _OVER
        except NotFound:
            return True

    def _account(self, account: VendorAccount, operation: str, *, repeats: bool = True) -> Any:
        return self._line.client(account, operation, repeats=repeats).api.v2010.account


def _number(row: Any) -> VendorNumber:
    addresses = (row.voice_url, row.voice_fallback_url, row.status_callback)
    methods = (row.voice_method, row.voice_fallback_method, row.status_callback_method)
    is_asked_as_ours = all(addresses) and all(method == "POST" for method in methods)
    return VendorNumber(
        number_sid=twilio_sid("PN", row.sid or ""),
        number=str(row.phone_number),
        urls=NumberUrls(voice=str(addresses[0]), fallback=str(addresses[1]), status=str(addresses[2]))
        if is_asked_as_ours
        else None,
        is_voice_handled_elsewhere=bool(row.voice_application_sid or row.trunk_sid)
        or str(row.voice_receive_mode or "voice") != "voice",
    )
