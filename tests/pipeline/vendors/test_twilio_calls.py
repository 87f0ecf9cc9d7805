from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.model.errors import InvalidInput, NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.ports.telephony import NumberUrls, OutboundCall
from pipeline.vendors.twilio_calls import TwilioTelephony
from pipeline.vendors.twilio_line import TwilioLine
from pipeline.vendors.twilio_pace import Patience
from samples.scenario import Fault
from samples.twilio_standin import Account, Standin
from samples.twilio_standin.ledger import new_sid
from samples.twilio_standin.room import RUNNING, Member, Room
from tests.pipeline.vendors.contracts.telephony import TelephonyContract
from tests.pipeline.vendors.said import Said, a_server
from tests.pipeline.vendors.test_twilio import a_call, a_recording

AC, CA, CF = "AC" + "a" * 32, "CA" + "c" * 32, "CF" + "f" * 32
PN, RE = "PN" + "b" * 32, "RE" + "e" * 32
ACME = VendorAccount(tenant=TenantId("acme"), account_sid=AC, auth_token="the-token")
OURS = NumberUrls(
    voice="https://earmark.example.com/v#rc=2", fallback="https://earmark.example.com/f", status="https://x.example/s"
)
CALL = OutboundCall(to="+15005550001", from_="+15005550006", urls=OURS)
NUMBER: dict[str, object] = {
    "sid": PN,
    "phone_number": "+15005550006",
    "voice_url": OURS.voice,
    "voice_method": "POST",
    "voice_fallback_url": OURS.fallback,
    "voice_fallback_method": "POST",
    "status_callback": OURS.status,
    "status_callback_method": "POST",
    "voice_application_sid": None,
    "trunk_sid": None,
    "voice_receive_mode": "voice",
}


class StandinWorld:
    """An account at the stand-in, arranged in its ledger."""

    def __init__(self, standin: Standin) -> None:
        self.standin, self._owner = standin, Account(sid=new_sid("AC"), auth_token="the-token")
        standin.add_account(self._owner)
        self.account = VendorAccount(tenant=TenantId("acme"), account_sid=self._owner.sid, auth_token="the-token")

    def a_number(self, number: str, *, is_deaf: bool = False) -> str:
        entry = self.standin.ledger.add_number(self._owner, number)
        if is_deaf:
            entry.ignored = frozenset({"voice_url", "voice_fallback_url", "status_callback"})
        return entry.sid

    def a_call(self) -> str:
        return a_call(self.standin, self.account).call_sid

    def hang_up(self, call_sid: str) -> None:
        self.standin.ledger.calls[call_sid].status = "completed"

    def a_room(self, *call_sids: str) -> str:
        ledger = self.standin.ledger
        room = Room(
            sid=new_sid("CF"), account_sid=self._owner.sid, name="room", created_at=ledger.now(), status=RUNNING
        )
        for sid in call_sids:
            leg: Any = SimpleNamespace(entry=ledger.calls[sid])
            room.members[sid] = Member(leg=leg, since_s=0, may_begin=True, ends_it=False)
        ledger.rooms[room.sid] = room
        return room.sid

    def a_recording(self, *, is_public: bool) -> str:
        self._owner.is_media_public = is_public
        return a_recording(a_call(self.standin, self.account)).sid

    def record_by_default(self, is_on: bool) -> None:
        self._owner.default_recording = {"trim": "do-not-trim"} if is_on else None

    def go_down(self) -> None:
        self.standin.ledger.add_fault(Fault(path="*", status=503, times=1000))


class TestContract(TelephonyContract):
    @pytest.fixture
    def world(self) -> Iterator[StandinWorld]:
        with Standin() as standin:
            yield StandinWorld(standin)

    @pytest.fixture
    def telephony(self, world: StandinWorld) -> TwilioTelephony:
        return TwilioTelephony(line=TwilioLine(api_base=world.standin.url, patience=Patience(first_wait_s=0.001)))


@pytest.fixture
def said() -> Iterator[Said]:
    with a_server(Said()) as said:
        yield said


@pytest.fixture
def twilio(said: Said) -> TwilioTelephony:
    return TwilioTelephony(line=TwilioLine(api_base=said.url, patience=Patience(first_wait_s=0.001)))


@pytest.mark.parametrize(
    "changed",
    [
        {"voice_url": ""}, {"voice_url": None}, {"voice_method": "GET"}, {"voice_fallback_url": ""},
        {"voice_fallback_method": "GET"}, {"status_callback": ""}, {"status_callback_method": "GET"},
    ],
)  # fmt: skip
def test_a_number_whose_addresses_are_not_all_asked_with_post_has_none(
    said: Said, twilio: TwilioTelephony, changed: dict[str, object]
) -> None:
    said.by_path["IncomingPhoneNumbers"] = (200, {"incoming_phone_numbers": [NUMBER, NUMBER | changed]})
    whole, broken = twilio.list_numbers(ACME)
    assert whole.urls == OURS
    assert broken.urls is None


@pytest.mark.parametrize(
    "changed", [{"voice_application_sid": "AP1"}, {"trunk_sid": "TK1"}, {"voice_receive_mode": "fax"}]
)
def test_a_number_that_something_else_answers_says_so(
    said: Said, twilio: TwilioTelephony, changed: dict[str, object]
) -> None:
    said.by_path["IncomingPhoneNumbers"] = (200, {"incoming_phone_numbers": [NUMBER, NUMBER | changed]})
    assert [number.is_voice_handled_elsewhere for number in twilio.list_numbers(ACME)] == [False, True]


def test_a_number_is_given_as_it_was_read_back_and_not_as_it_was_set(said: Said, twilio: TwilioTelephony) -> None:
    said.by_path["IncomingPhoneNumbers"] = (200, NUMBER | {"voice_url": "https://elsewhere.example/v"})
    pointed = twilio.point_number(ACME, PN, OURS)
    assert [one.method for one in said.asked] == ["POST", "GET"]
    assert dict(said.asked[0].form) == {
        "VoiceUrl": OURS.voice,
        "VoiceMethod": "POST",
        "VoiceFallbackUrl": OURS.fallback,
        "VoiceFallbackMethod": "POST",
        "StatusCallback": OURS.status,
        "StatusCallbackMethod": "POST",
    }
    assert pointed.urls is not None
    assert pointed.urls.voice == "https://elsewhere.example/v"


def test_addresses_are_cleared_with_nothing_in_their_place(said: Said, twilio: TwilioTelephony) -> None:
    said.by_path["IncomingPhoneNumbers"] = (200, NUMBER | {"voice_url": "", "voice_fallback_url": ""})
    assert twilio.point_number(ACME, PN, NumberUrls(voice="", fallback="", status="")).urls is None
    assert ("VoiceUrl", "") in said.asked[0].form


def test_a_call_waits_for_what_answers_and_is_never_recorded_from_its_start(
    said: Said, twilio: TwilioTelephony
) -> None:
    said.by_path["Calls.json"] = (201, {"sid": CA})
    assert twilio.place_call(ACME, CALL) == CA
    form = dict(said.asked[0].form)
    assert form["MachineDetection"] == "Enable"
    assert (form["Url"], form["FallbackUrl"], form["StatusCallback"]) == (OURS.voice, OURS.fallback, OURS.status)
    assert {form["Method"], form["FallbackMethod"], form["StatusCallbackMethod"]} == {"POST"}
    assert not [name for name in form if "ecord" in name]


def test_a_call_may_be_placed_without_asking_who_picked_up(said: Said, twilio: TwilioTelephony) -> None:
    said.by_path["Calls.json"] = (201, {"sid": CA})
    twilio.place_call(ACME, OutboundCall(to=CALL.to, from_=CALL.from_, urls=OURS, detects_machines=False))
    assert "MachineDetection" not in dict(said.asked[0].form)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_somebody_would_hear_twice_is_asked_once(said: Said, twilio: TwilioTelephony, status: int) -> None:
    for ask in (
        lambda: twilio.place_call(ACME, CALL),
        lambda: twilio.redirect_call(ACME, CA, url=OURS.voice),
        lambda: twilio.announce(ACME, CF, url=OURS.voice),
    ):
        said.asked.clear()
        said.status = status
        with pytest.raises(VendorUnavailable):
            ask()
        assert len(said.asked) == 1


def test_what_is_safe_to_repeat_is_asked_three_times(said: Said, twilio: TwilioTelephony) -> None:
    said.status = 503
    for ask in (
        lambda: twilio.list_numbers(ACME),
        lambda: twilio.point_number(ACME, PN, OURS),
        lambda: twilio.end_call(ACME, CA),
        lambda: twilio.list_participants(ACME, CF),
        lambda: twilio.is_media_protected(ACME, RE),
        lambda: twilio.has_default_recording(ACME),
    ):
        said.asked.clear()
        with pytest.raises(VendorUnavailable):
            ask()
        assert len(said.asked) == 3


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_a_call_that_is_over_cannot_be_redirected_and_needs_no_end(
    said: Said, twilio: TwilioTelephony, status: str
) -> None:
    said.replies.append((400, {}))
    said.by_path["Calls"] = (200, {"sid": CA, "status": status})
    with pytest.raises(NotFound):
        twilio.redirect_call(ACME, CA, url=OURS.voice)
    said.replies.append((400, {}))
    twilio.end_call(ACME, CA)


def test_a_refusal_while_the_call_runs_is_a_refusal(said: Said, twilio: TwilioTelephony) -> None:
    said.by_path["Calls"] = (200, {"sid": CA, "status": "in-progress"})
    for ask in (lambda: twilio.redirect_call(ACME, CA, url=OURS.voice), lambda: twilio.end_call(ACME, CA)):
        said.replies.append((400, {}))
        with pytest.raises(VendorRefused):
            ask()


def test_only_who_stands_in_the_room_is_listed(said: Said, twilio: TwilioTelephony) -> None:
    rows = [
        {"call_sid": "CA" + f"{n:032x}", "status": status}
        for n, status in enumerate([None, "connected", "queued", "connecting", "ringing", "complete", "failed", "new"])
    ]
    said.by_path["Participants"] = (200, {"participants": rows})
    assert twilio.list_participants(ACME, CF) == tuple("CA" + f"{n:032x}" for n in (0, 1, 7))


@pytest.mark.parametrize(("status", "is_protected"), [(401, True), (403, True), (200, False), (206, False)])
@pytest.mark.acceptance(16)
def test_audio_is_protected_only_where_a_stranger_is_refused(
    said: Said, twilio: TwilioTelephony, status: int, is_protected: bool
) -> None:
    said.status, said.body = status, b"RIFF"
    assert twilio.is_media_protected(ACME, RE) is is_protected
    assert [one.authorization for one in said.asked] == [None]


def test_a_stranger_who_is_sent_on_is_not_refused(said: Said, twilio: TwilioTelephony) -> None:
    said.status, said.headers = 307, {"Location": "https://media.example/x"}
    assert twilio.is_media_protected(ACME, RE) is False


def test_audio_that_is_not_there_proves_nothing(said: Said, twilio: TwilioTelephony) -> None:
    said.status = 404
    with pytest.raises(NotFound):
        twilio.is_media_protected(ACME, RE)


@pytest.mark.acceptance(16)
def test_only_no_default_configuration_at_all_is_none(said: Said, twilio: TwilioTelephony) -> None:
    said.by_path["/v2/AccountDefaultConfiguration/Recording"] = (200, {"account_sid": AC})
    assert twilio.has_default_recording(ACME) is True
    said.by_path["/v2/AccountDefaultConfiguration/Recording"] = (404, {})
    assert twilio.has_default_recording(ACME) is False
    said.by_path["/v2/AccountDefaultConfiguration/Recording"] = (403, {})
    with pytest.raises(VendorRefused):
        twilio.has_default_recording(ACME)


@pytest.mark.parametrize("body", [b"jane doe", b"[]", b'{"incoming_phone_numbers": [{"sid": "jane doe"}]}'])
def test_numbers_of_another_shape_break_the_contract_and_are_not_quoted(
    said: Said, twilio: TwilioTelephony, body: bytes
) -> None:
    said.body = body
    with pytest.raises(VendorBrokeContract) as caught:
        twilio.list_numbers(ACME)
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize("sid", ["", "../x", "CA", PN + "/.."])
def test_only_sids_become_part_of_an_address(said: Said, twilio: TwilioTelephony, sid: str) -> None:
    for ask in (
        lambda: twilio.point_number(ACME, sid, OURS),
        lambda: twilio.redirect_call(ACME, sid, url=OURS.voice),
        lambda: twilio.end_call(ACME, sid),
        lambda: twilio.announce(ACME, sid, url=OURS.voice),
        lambda: twilio.list_participants(ACME, sid),
        lambda: twilio.is_media_protected(ACME, sid),
    ):
        with pytest.raises(InvalidInput):
            ask()
    assert said.asked == []


def test_a_number_shows_in_no_repr() -> None:
    assert "+1500" not in repr(CALL)


def test_what_the_adapter_sends_to_whom_is_stated() -> None:
    assert TwilioTelephony.audit.processor == "twilio"
