"""What every vendor of recordings must do. A vendor's test class inherits these cases and names its fixtures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pipeline.model.errors import InvalidInput, NotFound, VendorRefused
from pipeline.ports.recordings import RecordingsVendor, VendorAccount

CALLBACK = "https://earmark.example.com/recording#rc=3&rp=5xx,ct,rt"
NOBODY = "f" * 32


class RecordersContract:
    """Recorders of calls that run. Fixtures of the subclass: `vendor`, `account`, `call_sid` (one that runs)."""

    def test_a_recorder_is_started_paused_resumed_and_stopped(
        self, vendor: RecordingsVendor, account: VendorAccount, call_sid: str
    ) -> None:
        started = vendor.start(account, call_sid, callback_url=CALLBACK)
        assert started.startswith("RE")
        assert vendor.pause(account, call_sid) == started
        assert vendor.resume(account, call_sid) == started
        assert vendor.stop(account, call_sid) is True

    def test_a_second_start_leaves_the_recorder_that_runs(
        self, vendor: RecordingsVendor, account: VendorAccount, call_sid: str
    ) -> None:
        first = vendor.start(account, call_sid, callback_url=CALLBACK)
        assert vendor.start(account, call_sid, callback_url=CALLBACK) == first

    def test_pausing_what_is_paused_and_resuming_what_runs_change_nothing(
        self, vendor: RecordingsVendor, account: VendorAccount, call_sid: str
    ) -> None:
        started = vendor.start(account, call_sid, callback_url=CALLBACK)
        assert {vendor.pause(account, call_sid) for _ in range(2)} == {started}
        assert {vendor.resume(account, call_sid) for _ in range(2)} == {started}

    def test_where_nothing_runs_nothing_is_paused_resumed_or_stopped(
        self, vendor: RecordingsVendor, account: VendorAccount, call_sid: str
    ) -> None:
        assert vendor.pause(account, call_sid) is None
        assert vendor.resume(account, call_sid) is None
        assert vendor.stop(account, call_sid) is False
        vendor.start(account, call_sid, callback_url=CALLBACK)
        vendor.stop(account, call_sid)
        assert vendor.stop(account, call_sid) is False
        assert vendor.pause(account, call_sid) is None


class RecordingsContract(RecordersContract):
    """And what they made. Further fixtures: `record` (makes a recording), `started_at`, `thief` (wrong credentials)."""

    def test_the_audio_is_there_until_it_is_deleted_and_is_then_gone(
        self, vendor: RecordingsVendor, account: VendorAccount, record: Callable[[], str]
    ) -> None:
        recording = record()
        media = vendor.fetch_media(account, recording, channels=2)
        assert media.body.startswith(b"RIFF")
        assert media.sha256 == hashlib.sha256(media.body).hexdigest()
        assert vendor.is_gone(account, recording) is False
        vendor.delete(account, recording)
        vendor.delete(account, recording)
        assert vendor.is_gone(account, recording) is True
        with pytest.raises(NotFound):
            vendor.fetch_media(account, recording, channels=2)

    def test_a_listing_keeps_to_its_date_and_names_what_was_deleted_only_where_asked(
        self, vendor: RecordingsVendor, account: VendorAccount, record: Callable[[], str], started_at: datetime
    ) -> None:
        kept, deleted = record(), record()
        vendor.delete(account, deleted)
        listed = vendor.list_recordings(account, since=started_at)
        assert [r.recording_sid for r in listed] == [kept]
        assert (listed[0].is_deleted, listed[0].deleted_at, listed[0].error_code) == (False, None, None)
        everything = {r.recording_sid: r for r in vendor.list_recordings(account, since=started_at, with_deleted=True)}
        assert set(everything) == {kept, deleted}
        assert everything[deleted].is_deleted
        assert everything[deleted].deleted_at is not None
        assert vendor.list_recordings(account, since=started_at + timedelta(hours=1), with_deleted=True) == ()
        earlier = started_at - timedelta(hours=1)
        assert vendor.list_recordings(account, since=earlier, until=started_at - timedelta(minutes=1)) == ()
        assert len(vendor.list_recordings(account, since=earlier, until=started_at + timedelta(hours=1))) == 1

    def test_what_is_not_there_is_not_found_and_gone(self, vendor: RecordingsVendor, account: VendorAccount) -> None:
        with pytest.raises(NotFound):
            vendor.fetch_media(account, "RE" + NOBODY, channels=2)
        with pytest.raises(NotFound):
            vendor.start(account, "CA" + NOBODY, callback_url=CALLBACK)
        assert vendor.is_gone(account, "RE" + NOBODY) is True

    def test_wrong_credentials_are_refused_and_not_taken_for_absence(
        self, vendor: RecordingsVendor, thief: VendorAccount, call_sid: str, record: Callable[[], str]
    ) -> None:
        recording = record()
        for ask in (
            lambda: vendor.fetch_media(thief, recording, channels=2),
            lambda: vendor.start(thief, call_sid, callback_url=CALLBACK),
            lambda: vendor.stop(thief, call_sid),
            lambda: vendor.pause(thief, call_sid),
            lambda: vendor.resume(thief, call_sid),
            lambda: vendor.delete(thief, recording),
            lambda: vendor.is_gone(thief, recording),
        ):
            with pytest.raises(VendorRefused) as caught:
                ask()
            assert caught.value.status == 401

    @pytest.mark.parametrize("sid", ["", "RE", "RE" + "g" * 32, "../Accounts", "RE" + NOBODY + "/..", "CA" + NOBODY])
    def test_only_a_recordings_sid_becomes_part_of_an_address(
        self, vendor: RecordingsVendor, account: VendorAccount, sid: str
    ) -> None:
        for ask in (
            lambda: vendor.fetch_media(account, sid, channels=2),
            lambda: vendor.delete(account, sid),
            lambda: vendor.is_gone(account, sid),
        ):
            with pytest.raises(InvalidInput):
                ask()
