"""What every vendor that carries calls must do. A vendor's test class inherits these cases and names its fixtures."""

from __future__ import annotations

from typing import Protocol

import pytest

from pipeline.model.errors import NotFound, VendorUnavailable
from pipeline.ports.recordings import VendorAccount
from pipeline.ports.telephony import NumberUrls, OutboundCall, Telephony

HOST = "http://127.0.0.1:9"
OURS = NumberUrls(voice=f"{HOST}/voice#rc=2&rp=5xx", fallback=f"{HOST}/fallback", status=f"{HOST}/status#rc=3")
OTHERS = NumberUrls(voice=f"{HOST}/other", fallback=f"{HOST}/other", status=f"{HOST}/other")
NOBODY = "f" * 32


class World(Protocol):
    """What a test arranges at the vendor, and what it sees there."""

    account: VendorAccount

    def a_number(self, number: str, *, is_deaf: bool = False) -> str: ...
    def a_call(self) -> str: ...
    def hang_up(self, call_sid: str) -> None: ...
    def a_room(self, *call_sids: str) -> str: ...
    def a_recording(self, *, is_public: bool) -> str: ...
    def record_by_default(self, is_on: bool) -> None: ...
    def go_down(self) -> None: ...


class TelephonyContract:
    """Fixtures of the subclass: `telephony` and its `world`."""

    def test_numbers_are_listed_as_the_vendor_has_them(self, telephony: Telephony, world: World) -> None:
        first, second = world.a_number("+15005550006"), world.a_number("+15005550007")
        listed = {number.number_sid: number for number in telephony.list_numbers(world.account)}
        assert {sid: number.number for sid, number in listed.items()} == {
            first: "+15005550006",
            second: "+15005550007",
        }
        assert all(number.urls is None for number in listed.values())
        assert not any(number.is_voice_handled_elsewhere for number in listed.values())

    def test_a_number_is_pointed_and_read_back_and_pointed_again(self, telephony: Telephony, world: World) -> None:
        sid, other = world.a_number("+15005550006"), world.a_number("+15005550007")
        assert telephony.point_number(world.account, sid, OURS).urls == OURS
        assert telephony.point_number(world.account, sid, OURS).urls == OURS
        assert telephony.point_number(world.account, sid, OTHERS).urls == OTHERS
        listed = {number.number_sid: number.urls for number in telephony.list_numbers(world.account)}
        assert listed == {sid: OTHERS, other: None}

    def test_empty_addresses_clear_what_was_set(self, telephony: Telephony, world: World) -> None:
        sid = world.a_number("+15005550006")
        telephony.point_number(world.account, sid, OURS)
        assert telephony.point_number(world.account, sid, NumberUrls(voice="", fallback="", status="")).urls is None

    def test_a_vendor_that_does_not_take_the_addresses_says_what_it_has(
        self, telephony: Telephony, world: World
    ) -> None:
        sid = world.a_number("+15005550006", is_deaf=True)
        assert telephony.point_number(world.account, sid, OURS).urls != OURS

    def test_a_number_that_is_not_the_accounts_is_not_found(self, telephony: Telephony, world: World) -> None:
        with pytest.raises(NotFound):
            telephony.point_number(world.account, "PN" + NOBODY, OURS)

    def test_every_placed_call_is_another_one(self, telephony: Telephony, world: World) -> None:
        call = OutboundCall(to="+15005550001", from_="+15005550006", urls=OURS)
        placed = {telephony.place_call(world.account, call) for _ in range(2)}
        assert len(placed) == 2
        assert all(sid.startswith("CA") for sid in placed)

    def test_a_running_call_goes_elsewhere_and_one_that_is_over_does_not(
        self, telephony: Telephony, world: World
    ) -> None:
        call = world.a_call()
        telephony.redirect_call(world.account, call, url=OURS.voice)
        world.hang_up(call)
        with pytest.raises(NotFound):
            telephony.redirect_call(world.account, call, url=OURS.voice)

    def test_ending_a_call_that_is_over_is_no_error(self, telephony: Telephony, world: World) -> None:
        call = world.a_call()
        telephony.end_call(world.account, call)
        world.hang_up(call)
        telephony.end_call(world.account, call)

    def test_who_is_in_a_room_is_listed_and_all_of_them_are_spoken_to(self, telephony: Telephony, world: World) -> None:
        one, two = world.a_call(), world.a_call()
        room = world.a_room(one, two)
        assert set(telephony.list_participants(world.account, room)) == {one, two}
        telephony.announce(world.account, room, url=OURS.voice)

    def test_a_room_that_is_not_there_is_not_found(self, telephony: Telephony, world: World) -> None:
        with pytest.raises(NotFound):
            telephony.list_participants(world.account, "CF" + NOBODY)
        with pytest.raises(NotFound):
            telephony.announce(world.account, "CF" + NOBODY, url=OURS.voice)

    def test_audio_is_protected_only_where_strangers_are_refused(self, telephony: Telephony, world: World) -> None:
        assert telephony.is_media_protected(world.account, world.a_recording(is_public=False)) is True
        assert telephony.is_media_protected(world.account, world.a_recording(is_public=True)) is False

    def test_an_account_that_records_by_itself_is_found_out(self, telephony: Telephony, world: World) -> None:
        assert telephony.has_default_recording(world.account) is False
        world.record_by_default(True)
        assert telephony.has_default_recording(world.account) is True

    def test_silence_is_unavailable_and_never_an_answer(self, telephony: Telephony, world: World) -> None:
        number, call, recording = world.a_number("+15005550006"), world.a_call(), world.a_recording(is_public=False)
        room = world.a_room(call)
        world.go_down()
        for ask in (
            lambda: telephony.list_numbers(world.account),
            lambda: telephony.point_number(world.account, number, OURS),
            lambda: telephony.place_call(world.account, OutboundCall(to="+1500", from_="+1500", urls=OURS)),
            lambda: telephony.redirect_call(world.account, call, url=OURS.voice),
            lambda: telephony.end_call(world.account, call),
            lambda: telephony.announce(world.account, room, url=OURS.voice),
            lambda: telephony.list_participants(world.account, room),
            lambda: telephony.is_media_protected(world.account, recording),
            lambda: telephony.has_default_recording(world.account),
        ):
            with pytest.raises(VendorUnavailable):
                ask()
