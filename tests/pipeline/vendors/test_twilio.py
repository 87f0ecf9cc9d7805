from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipeline.model.errors import InvalidInput, NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.vendors.twilio_line import TwilioLine
from pipeline.vendors.twilio_pace import Patience
from samples.scenario import Fault
from samples.twilio_standin import Account, Standin
from samples.twilio_standin.ledger import CallEntry, RecordingEntry, new_sid
from samples.twilio_standin.live import LiveCall
from samples.twilio_standin.recorder import RecorderSettings
from tests.pipeline.vendors.contracts.recordings import RecordingsContract
from tests.pipeline.vendors.said import Said, a_server
from tests.seaweedfs import free_ports

STARTED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
AC, CA, RE = "AC" + "a" * 32, "CA" + "c" * 32, "RE" + "e" * 32
ACME = VendorAccount(tenant=TenantId("acme"), account_sid=AC, auth_token="the-token")


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    with Standin() as standin:
        yield standin


@pytest.fixture
def twilio(standin: Standin) -> TwilioRecordings:
    return TwilioRecordings(api_base=standin.url)


@pytest.fixture
def account(standin: Standin) -> VendorAccount:
    sid, key = new_sid("AC"), new_sid("SK")
    standin.add_account(Account(sid=sid, auth_token="the-token", api_keys={key: "the-secret"}))
    return VendorAccount(
        tenant=TenantId("acme"), account_sid=sid, auth_token="the-token", api_key_sid=key, api_key_secret="the-secret"
    )


def a_call(standin: Standin, account: VendorAccount) -> LiveCall:
    """Have a call in progress at the stand-in."""
    entry = CallEntry(
        sid=new_sid("CA"),
        account_sid=account.account_sid,
        from_="+15005550006",
        to="+15005550001",
        direction="inbound",
        status="in-progress",
        created_at=STARTED_AT,
    )
    owner = standin.ledger.accounts[account.account_sid]
    entry.live = LiveCall(
        ledger=standin.ledger, account=owner, call_sid=entry.sid, started_at=STARTED_AT, post=lambda _: None
    )
    standin.ledger.calls[entry.sid] = entry
    return entry.live


def a_recording(call: LiveCall, *, source: str = "StartCallRecordingTwiML") -> RecordingEntry:
    """Have half a second of two different tones recorded."""
    entry = call.start_recorder(RecorderSettings(source=source))
    call.advance(0.5)
    entry.recorder.stop(call.now_s)
    time = np.arange(4000)
    entry.sound = np.stack([1000 * np.sin(time / 5), 3000 * np.sin(time / 11)], axis=1).astype(np.int16)
    entry.status = "completed"
    return entry


class TestContract(RecordingsContract):
    @pytest.fixture
    def vendor(self, twilio: TwilioRecordings) -> TwilioRecordings:
        return twilio

    @pytest.fixture
    def call_sid(self, standin: Standin, account: VendorAccount) -> str:
        return a_call(standin, account).call_sid

    @pytest.fixture
    def record(self, standin: Standin, account: VendorAccount) -> Callable[[], str]:
        return lambda: a_recording(a_call(standin, account)).sid

    @pytest.fixture
    def started_at(self) -> datetime:
        return STARTED_AT

    @pytest.fixture
    def thief(self, account: VendorAccount) -> VendorAccount:
        return VendorAccount(tenant=account.tenant, account_sid=account.account_sid, auth_token="guessed")


def test_the_audio_is_read_with_both_of_its_channels(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    recording = a_recording(a_call(standin, account))

    media = twilio.fetch_media(account, recording.sid, channels=2).body

    with wave.open(io.BytesIO(media)) as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (2, 4000)
        assert recording.sound is not None
        assert sound.readframes(4000) == recording.sound.tobytes()


def test_where_the_channels_are_not_known_they_are_not_mixed_down(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    recording = a_recording(a_call(standin, account))

    with wave.open(io.BytesIO(twilio.fetch_media(account, recording.sid, channels=0).body)) as sound:
        assert sound.getnchannels() == 2


def test_audio_that_is_not_there_yet_is_not_found(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    recording = a_call(standin, account).start_recorder(RecorderSettings(source="DialVerb"))

    with pytest.raises(NotFound):
        twilio.fetch_media(account, recording.sid, channels=2)
    with pytest.raises(NotFound):
        twilio.fetch_media(account, RE, channels=2)


def test_an_account_without_an_api_key_uses_its_token(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    recording = a_recording(a_call(standin, account))
    old = VendorAccount(tenant=account.tenant, account_sid=account.account_sid, auth_token="the-token")

    assert twilio.fetch_media(old, recording.sid, channels=2).body
    assert twilio.list_recordings(old, since=STARTED_AT)


def test_an_account_without_credentials_asks_nothing(twilio: TwilioRecordings) -> None:
    with pytest.raises(VendorRefused, match="no credentials"):
        twilio.is_gone(VendorAccount(tenant=TenantId("acme"), account_sid=AC, auth_token=""), RE)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_passing_failure_is_worth_another_attempt(standin: Standin, account: VendorAccount, status: int) -> None:
    once = Patience(attempts=1, first_wait_s=0)
    twilio = TwilioRecordings(line=TwilioLine(api_base=standin.url, patience=once))
    recording = a_recording(a_call(standin, account))
    for ask in (
        lambda: twilio.fetch_media(account, recording.sid, channels=2),
        lambda: twilio.stop(account, recording.call_sid),
        lambda: twilio.delete(account, recording.sid),
        lambda: twilio.is_gone(account, recording.sid),
        lambda: twilio.list_recordings(account, since=STARTED_AT),
    ):
        standin.ledger.add_fault(Fault(path=f"*{account.account_sid}*", status=status))
        with pytest.raises(VendorUnavailable) as caught:
            ask()
        assert caught.value.status == status


def test_a_server_that_is_not_there_is_unavailable() -> None:
    twilio = TwilioRecordings(api_base=f"http://127.0.0.1:{free_ports(1)[0]}")

    with pytest.raises(VendorUnavailable):
        twilio.fetch_media(ACME, RE, channels=2)
    with pytest.raises(VendorUnavailable):
        twilio.is_gone(ACME, RE)


def test_a_started_recorder_has_both_channels_untrimmed_and_tells_of_its_start_its_end_and_its_absence(
    standin: Standin, account: VendorAccount, twilio: TwilioRecordings
) -> None:
    call = a_call(standin, account)
    sid = twilio.start(account, call.call_sid, callback_url="https://earmark.example.com/r#rc=3&rp=5xx,ct,rt")
    (entry,) = call.running()
    settings = entry.recorder.settings
    assert entry.sid == sid
    assert (settings.channels, settings.track, settings.trim) == (2, "both", "do-not-trim")
    assert settings.callback == "https://earmark.example.com/r#rc=3&rp=5xx,ct,rt"
    assert settings.callback_events == ("in-progress", "completed", "absent")


def test_a_second_start_leaves_the_recorder_that_runs_and_a_call_that_is_not_there_has_none(
    standin: Standin, account: VendorAccount, twilio: TwilioRecordings
) -> None:
    call = a_call(standin, account)
    first = twilio.start(account, call.call_sid, callback_url="https://earmark.example.com/r")
    assert twilio.start(account, call.call_sid, callback_url="https://earmark.example.com/r") == first
    assert len(call.running()) == 1
    with pytest.raises(NotFound):
        twilio.start(account, CA, callback_url="https://earmark.example.com/r")


def test_stopping_stops_every_recorder_of_the_call_and_then_says_that_none_runs(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    call, other = a_call(standin, account), a_call(standin, account)
    for source in ("DialVerb", "StartCallRecordingAPI"):
        call.start_recorder(RecorderSettings(source=source))
    other.start_recorder(RecorderSettings(source="DialVerb"))

    assert twilio.stop(account, call.call_sid) is True
    assert call.running() == []
    assert len(other.running()) == 1
    assert twilio.stop(account, call.call_sid) is False


def test_a_recording_that_still_runs_cannot_be_deleted_and_says_so(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    recording = a_call(standin, account).start_recorder(RecorderSettings(source="DialVerb"))

    with pytest.raises(VendorRefused):
        twilio.delete(account, recording.sid)
    assert twilio.is_gone(account, recording.sid) is False


def test_recordings_are_listed_with_what_twilio_says_of_them(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    done = a_recording(a_call(standin, account))
    running = a_call(standin, account).start_recorder(RecorderSettings(source="SomethingNew", channels=1))

    found = {r.recording_sid: r for r in twilio.list_recordings(account, since=STARTED_AT)}

    assert set(found) == {done.sid, running.sid}
    assert found[done.sid].call_sid == done.call_sid
    assert (found[done.sid].status, found[done.sid].source) == ("completed", "StartCallRecordingTwiML")
    assert (found[done.sid].channels, found[done.sid].started_at) == (2, STARTED_AT)
    assert found[running.sid].duration_s is None
    assert (found[running.sid].source, found[running.sid].channels) == ("SomethingNew", 1)


def test_a_listing_keeps_to_its_call_and_its_date(
    standin: Standin, twilio: TwilioRecordings, account: VendorAccount
) -> None:
    one, two = (a_recording(a_call(standin, account)) for _ in range(2))

    listed = twilio.list_recordings(account, since=STARTED_AT, call_sid=two.call_sid)
    assert [r.recording_sid for r in listed] == [two.sid]
    assert twilio.list_recordings(account, since=STARTED_AT + timedelta(hours=1)) == ()
    west = (STARTED_AT + timedelta(minutes=1)).astimezone(tz=None)
    assert one.sid not in {r.recording_sid for r in twilio.list_recordings(account, since=west)}


# What the stand-in does not do, said by a server that says what it is told to.


@pytest.fixture
def said() -> Iterator[Said]:
    with a_server(Said()) as said:
        yield said


XML = (
    b'\n<?xml version="1.0"?><TwilioResponse><RestException><Detail>jane doe</Detail></RestException></TwilioResponse>'
)


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8", "audio/x-wav", ""])
def test_a_document_in_the_place_of_audio_breaks_the_contract(said: Said, kind: str) -> None:
    said.headers, said.body = {"Content-Type": kind}, XML

    with pytest.raises(VendorBrokeContract) as caught:
        TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2)
    assert "jane" not in str(caught.value)


def test_no_audio_at_all_breaks_the_contract(said: Said) -> None:
    said.headers = {"Content-Type": "audio/x-wav"}

    with pytest.raises(VendorBrokeContract):
        TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2)


def test_sealed_audio_is_passed_through_as_it_is(said: Said) -> None:
    said.headers, said.body = {"Content-Type": "application/octet-stream"}, bytes(range(256)) * 10

    assert TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2).body == said.body
    assert said.paths()[0] == f"/2010-04-01/Accounts/{AC}/Recordings/{RE}.wav?RequestedChannels=2"


def test_a_recording_above_the_limit_is_refused(said: Said) -> None:
    said.body = b"RIFF" + bytes(96)

    assert len(TwilioRecordings(api_base=said.url, max_media_bytes=100).fetch_media(ACME, RE, channels=2).body) == 100
    with pytest.raises(InvalidInput):
        TwilioRecordings(api_base=said.url, max_media_bytes=99).fetch_media(ACME, RE, channels=2)


def test_a_recording_that_is_announced_above_the_limit_is_not_read_at_all(said: Said) -> None:
    said.body, said.headers, said.cut_at = b"", {"Content-Length": "101"}, 0
    with pytest.raises(InvalidInput):
        TwilioRecordings(api_base=said.url, max_media_bytes=100).fetch_media(ACME, RE, channels=2)


@pytest.mark.parametrize("length", ["-1", "1e3", "ten"])
def test_a_length_that_is_none_is_no_recording(said: Said, length: str) -> None:
    said.body, said.headers = b"RIFF" + bytes(96), {"Content-Length": length}
    with pytest.raises(VendorUnavailable):
        TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2)


def test_audio_that_ends_too_early_is_fetched_again_and_never_kept(said: Said) -> None:
    said.body, said.cut_at = b"RIFF" + bytes(96), 50

    with pytest.raises(VendorUnavailable):
        TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2)


def test_a_transfer_that_takes_too_long_is_given_up(said: Said) -> None:
    said.body = b"RIFF" + bytes(96)

    with pytest.raises(VendorUnavailable, match="too slow"):
        TwilioRecordings(api_base=said.url, media_timeout_s=0).fetch_media(ACME, RE, channels=2)


def test_credentials_do_not_follow_a_redirect_to_another_host(said: Said) -> None:
    with a_server(Said(body=b"RIFF")) as elsewhere:
        said.status, said.headers = 302, {"Location": f"{elsewhere.url}/stolen"}

        with pytest.raises(VendorBrokeContract, match="another host"):
            TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2)
        with pytest.raises(VendorBrokeContract):
            TwilioRecordings(api_base=said.url).is_gone(ACME, RE)
        assert elsewhere.asked == []


def test_redirects_within_the_host_are_followed_but_not_for_ever(said: Said) -> None:
    said.status, said.headers = 307, {"Location": "/again"}

    with pytest.raises(VendorBrokeContract, match="without end"):
        TwilioRecordings(api_base=said.url).fetch_media(ACME, RE, channels=2)
    assert len(said.asked) == 4


@pytest.mark.parametrize("status", [503, 429, 500])
def test_what_is_safe_to_repeat_is_asked_three_times_and_audio_once(said: Said, status: int) -> None:
    said.status = status

    def fresh() -> TwilioRecordings:
        # On one line the waits of an account that is always refused would grow from one request to the next.
        return TwilioRecordings(line=TwilioLine(api_base=said.url, patience=Patience(first_wait_s=0.001)))

    for ask in (
        lambda twilio: twilio.start(ACME, CA, callback_url="https://earmark.example.com/r"),
        lambda twilio: twilio.stop(ACME, CA),
        lambda twilio: twilio.pause(ACME, CA),
        lambda twilio: twilio.resume(ACME, CA),
        lambda twilio: twilio.delete(ACME, RE),
        lambda twilio: twilio.is_gone(ACME, RE),
        lambda twilio: twilio.list_recordings(ACME, since=STARTED_AT),
    ):
        said.asked.clear()
        with pytest.raises(VendorUnavailable):
            ask(fresh())
        assert len(said.asked) == 3
    said.asked.clear()
    with pytest.raises(VendorUnavailable):
        fresh().fetch_media(ACME, RE, channels=2)
    assert len(said.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"jane doe",
        b"[]",
        b'{"recordings": [{"sid": "jane doe"}]}',
        json.dumps({"recordings": [{"sid": RE, "duration": "jane doe"}]}).encode(),
        json.dumps({"a": 1, "b": 2}).encode(),
    ],
)
def test_a_listing_of_another_shape_breaks_the_contract_and_is_not_quoted(said: Said, body: bytes) -> None:
    said.body = body

    with pytest.raises(VendorBrokeContract) as caught:
        TwilioRecordings(api_base=said.url).list_recordings(ACME, since=STARTED_AT)
    assert "jane" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_refusal_does_not_quote_the_vendor(said: Said) -> None:
    said.status, said.body = 400, b'{"code": 20001, "message": "jane doe"}'

    with pytest.raises(VendorRefused) as caught:
        TwilioRecordings(api_base=said.url).stop(ACME, CA)
    assert str(caught.value) == "twilio: stop (status 400)"
    assert caught.value.__cause__ is None


def test_a_soft_deleted_recording_that_is_not_called_deleted_is_not_gone(said: Said) -> None:
    said.body = json.dumps({"sid": RE, "status": "completed"}).encode()

    assert TwilioRecordings(api_base=said.url).is_gone(ACME, RE) is False


def test_what_the_adapter_sends_to_whom_is_stated() -> None:
    assert TwilioRecordings.audit.processor == "twilio"
