"""The vendor that made a recording: fetch its audio, delete its copy, prove that it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pipeline.model.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorAccount:
    """A tenant's own account at the vendor. Secrets never show in a repr."""

    tenant: TenantId
    account_sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str | None = None
    api_key_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorRecording:
    """What the vendor says of one recording. `source` is an open string; `duration_s` None while it runs.

    A deleted one is listed only on request, for as long as the vendor keeps its metadata; `deleted_at` is then the
    moment of the vendor's last change to it. `encryption` is how the audio was sealed, None where it was not.
    """

    recording_sid: str
    call_sid: str
    status: str
    source: str
    channels: int
    started_at: datetime | None
    duration_s: int | None
    conference_sid: str | None = None
    is_deleted: bool = False
    deleted_at: datetime | None = None
    error_code: int | None = None
    encryption: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMedia:
    """Audio as the vendor gave it, and the SHA-256 of its bytes, taken while they came in."""

    body: bytes = field(repr=False)
    sha256: str


class RecordingsVendor(Protocol):
    """A telephony vendor's recordings.

    Raises, in every method:
        VendorUnavailable: time-out, 429, 5xx: worth another attempt.
        VendorRefused: credentials, or another 4xx but 404.
        VendorBrokeContract: the answer has another shape than agreed.
    """

    def fetch_media(self, account: VendorAccount, recording_sid: str, *, channels: int) -> FetchedMedia:
        """Read the audio as it was made (WAV; sealed bytes where the account encrypts).

        The URL is built from the SIDs, never taken from a callback.

        Raises:
            NotFound: not there (yet): 404.
            InvalidInput: longer than the size limit.
        """
        ...

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        """Start to record a call that runs, both sides on their own channels, nothing trimmed; give its SID.

        Args:
            account: whose call.
            call_sid: the call; one that is recorded by this means already is left as it is.
            callback_url: where the vendor tells of its start, its end, and that there is none.

        Raises:
            NotFound: there is no such call, or it is over.
        """
        ...

    def stop(self, account: VendorAccount, call_sid: str) -> bool:
        """Stop what is being recorded on the call; False where the vendor says that nothing is running."""
        ...

    def pause(self, account: VendorAccount, call_sid: str) -> str | None:
        """Pause what is being recorded on the call, keeping its timeline with silence; give the recording's SID.

        Returns:
            None where the vendor says that nothing is running. Pausing what is paused changes nothing.
        """
        ...

    def resume(self, account: VendorAccount, call_sid: str) -> str | None:
        """Go on with what was paused; None where nothing is running or paused."""
        ...

    def delete(self, account: VendorAccount, recording_sid: str) -> None:
        """Delete the vendor's copy. A recording that is already gone is no error."""
        ...

    def is_gone(self, account: VendorAccount, recording_sid: str) -> bool:
        """Ask again: True only when the vendor says that media and live metadata are no longer there."""
        ...

    def list_recordings(
        self,
        account: VendorAccount,
        *,
        since: datetime,
        until: datetime | None = None,
        call_sid: str | None = None,
        with_deleted: bool = False,
    ) -> tuple[VendorRecording, ...]:
        """List recordings made since a moment, and until another where one is named, all pages.

        Deleted ones are among them where asked for.
        """
        ...
