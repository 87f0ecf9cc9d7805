"""The vendor that carries the calls: a tenant's numbers, its running calls and rooms, and the account's own safety."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pipeline.ports.recordings import VendorAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberUrls:
    """Where the vendor asks for a number's calls and tells of their end; all are asked with POST."""

    voice: str
    fallback: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNumber:
    """A number as the vendor has it. `urls` is None where any of the three is not set, or is asked otherwise."""

    number_sid: str
    number: str = field(repr=False)
    urls: NumberUrls | None
    is_voice_handled_elsewhere: bool = False
    """An application or a trunk answers it, whatever its addresses say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundCall:
    """A call to be placed. Nothing is ever recorded from its start."""

    to: str = field(repr=False)
    from_: str = field(repr=False)
    urls: NumberUrls
    detects_machines: bool = True
    """Ask first whether a person picked up; the call waits for the answer."""


class Telephony(Protocol):
    """A telephony vendor's numbers, calls and rooms.

    Raises, in every method:
        NotFound: there is no such number, call or room, or it is over.
        VendorUnavailable: time-out, 429, 5xx: worth another attempt.
        VendorRefused: credentials, or another 4xx but 404.
        VendorBrokeContract: the answer has another shape than agreed.
    """

    def list_numbers(self, account: VendorAccount) -> tuple[VendorNumber, ...]:
        """List the account's numbers, all pages."""
        ...

    def point_number(self, account: VendorAccount, number_sid: str, urls: NumberUrls) -> VendorNumber:
        """Set a number's three addresses, then ask for them again and give what the vendor then says."""
        ...

    def place_call(self, account: VendorAccount, call: OutboundCall) -> str:
        """Place a call and give its SID."""
        ...

    def redirect_call(self, account: VendorAccount, call_sid: str, *, url: str) -> None:
        """Have a running leg fetch its next document, now, from `url`."""
        ...

    def end_call(self, account: VendorAccount, call_sid: str) -> None:
        """End a running leg. One that is over is no error."""
        ...

    def announce(self, account: VendorAccount, conference_sid: str, *, url: str) -> None:
        """Speak the document at `url` to everybody in a room."""
        ...

    def list_participants(self, account: VendorAccount, conference_sid: str) -> tuple[str, ...]:
        """List the legs (call SIDs) that are in a room now."""
        ...

    def is_media_protected(self, account: VendorAccount, recording_sid: str) -> bool:
        """Ask for a recording's audio without credentials: True only when the vendor refuses."""
        ...

    def has_default_recording(self, account: VendorAccount) -> bool:
        """Say whether the account records calls by itself, whatever documents say."""
        ...
