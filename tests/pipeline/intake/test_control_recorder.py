from __future__ import annotations

import time
from datetime import timedelta

import pytest

from pipeline.intake.control_recorder import (
    WAITS_S,
    RecorderControl,
    Told,
    ask_pause,
    ask_resume,
    ask_start,
    ask_stop,
)
from pipeline.intake.withdraw import Withdrawal, withdraw
from pipeline.model.errors import Conflict, NotFound, VendorRefused, VendorUnavailable
from pipeline.model.recorder import open_reasons
from pipeline.ports.recordings import VendorAccount
from pipeline.store.calls import get_call
from pipeline.store.recorder_events import list_recorder_events
from tests.builders import a_call
from tests.fakes import NotedRecordings


class SlowRecordings(NotedRecordings):
    """A vendor that stops a recorder, but only after a while."""

    def stop(self, account: VendorAccount, call_sid: str) -> bool:
        time.sleep(WAITS_S + 0.5)
        return super().stop(account, call_sid)


class Room:
    """A call with a recorder, in the real database."""

    def __init__(self, database, keys, tenant, vendor: NotedRecordings) -> None:
        self.database, self.tenant, self.vendor = database, tenant, vendor
        account = VendorAccount(tenant=tenant.id, account_sid="AC" + "0" * 32, auth_token="t")
        self.control = RecorderControl(
            database=database, vendor=vendor, account=account, callback_url="https://x", again_after_s=(0, 0, 0)
        )
        with database.transaction(tenant.id) as tx:
            self.call = get_call(tx, a_call(tx, keys))

    def do(self, ask, *given, **more):
        """Note a wish and ask the vendor once."""
        with self.database.transaction(self.tenant.id) as tx:
            wish = ask(tx, *given, **more)
        return self.control.carry_out(wish)

    def start(self):
        return self.do(ask_start, self.call)

    def pause(self, **more):
        return self.do(ask_pause, self.call.call_sid, **more)

    def resume(self, **more):
        return self.do(ask_resume, self.call.call_sid, **more)

    @property
    def noted(self) -> list[tuple[str, bool]]:
        with self.database.transaction(self.tenant.id) as tx:
            return [(e.act.value, e.is_done) for e in list_recorder_events(tx, self.call.id)]


@pytest.fixture
def room(database, keys, tenant) -> Room:
    return Room(database, keys, tenant, NotedRecordings())


def test_a_wish_is_noted_before_the_vendor_is_asked_and_again_when_it_was_done(room):
    assert room.start() is Told.DONE
    assert room.pause() is Told.DONE
    assert room.vendor.paused == {room.call.call_sid}
    assert room.resume() is Told.DONE
    assert room.vendor.paused == set()
    acts = ("started", "paused", "resumed")
    assert room.noted == [(act, is_done) for act in acts for is_done in (False, True)]


def test_a_recorder_is_started_once_a_round(room):
    room.start()
    with room.database.transaction(room.tenant.id) as tx:
        assert ask_start(tx, room.call) is None
    assert room.vendor.started == [room.call.call_sid]


def test_to_pause_twice_and_to_resume_without_a_pause_is_harmless(room):
    room.start()
    assert room.resume() is Told.DONE
    assert [room.pause(), room.pause()] == [Told.DONE, Told.DONE]
    assert [room.resume(), room.resume()] == [Told.DONE, Told.DONE]
    assert room.noted.count(("paused", False)) == room.noted.count(("resumed", False)) == 1
    assert room.pause() is Told.DONE
    assert room.noted.count(("paused", False)) == 2


@pytest.mark.parametrize("ask", ["pause", "resume"])
def test_what_the_vendor_does_not_do_stays_noted_as_not_done_and_can_be_asked_again(room, ask):
    room.start()
    if ask == "resume":
        room.pause()
    room.vendor.is_down = True
    assert getattr(room, ask)() is Told.NOT_DONE
    assert room.noted[-1] == (f"{ask}d", False)
    room.vendor.is_down = False
    assert getattr(room, ask)() is Told.DONE
    assert room.noted[-1] == (f"{ask}d", True)
    assert bool(room.vendor.paused) is (ask == "pause")


def test_a_pause_with_two_reasons_ends_with_the_last_of_them(room):
    room.start()
    room.pause()
    room.pause(reason="joining-2")
    assert room.resume(reason="joining-2") is Told.STILL_PAUSED
    assert room.vendor.paused == {room.call.call_sid}
    assert room.resume() is Told.DONE
    assert room.vendor.paused == set()


def test_nothing_goes_on_after_a_withdrawal(room):
    room.start()
    room.pause()
    room.do(withdraw, room.call.call_sid, Withdrawal(), actor="api:acme")
    assert room.vendor.running == set()
    with pytest.raises(Conflict):
        room.resume()
    assert not any(act == "resumed" for act, _ in room.noted)


def test_a_stop_is_tried_again_until_the_vendor_does_it(room):
    room.start()
    room.vendor.is_down = True
    with room.database.transaction(room.tenant.id) as tx:
        wish = ask_stop(tx, room.call, reason="declined")
    assert room.control.carry_out(wish) is Told.NOT_DONE
    assert room.control.carry_out_later(wish) is Told.NOT_DONE
    room.vendor.is_down = False
    assert room.control.carry_out_later(wish) is Told.DONE
    assert room.vendor.running == set()
    assert room.noted[-2:] == [("stopped", False), ("stopped", True)]


def test_a_stop_from_a_moment_before_the_recorder_ran_is_tried_again_too(room):
    room.start()
    room.vendor.is_down = True
    with room.database.transaction(room.tenant.id) as tx:
        wish = ask_stop(tx, room.call, reason="machine", at=tx.now - timedelta(minutes=1))
    assert room.control.carry_out(wish) is Told.NOT_DONE
    room.vendor.is_down = False
    assert room.control.carry_out_later(wish) is Told.DONE
    assert room.vendor.running == set()


def test_a_pause_that_has_ended_meanwhile_is_not_asked_for_again(room):
    room.start()
    room.vendor.is_down = True
    with room.database.transaction(room.tenant.id) as tx:
        wish = ask_pause(tx, room.call.call_sid)
    room.control.carry_out(wish)
    room.vendor.is_down = False
    room.resume()
    room.control.carry_out_later(wish)
    assert room.vendor.paused == set()


def test_an_answer_waits_for_a_slow_vendor_no_longer_than_it_may(database, keys, tenant):
    room = Room(database, keys, tenant, SlowRecordings())
    room.start()
    begin = time.monotonic()
    assert room.do(ask_stop, room.call, reason="declined") is Told.NOT_DONE
    assert WAITS_S <= time.monotonic() - begin < WAITS_S + 0.4


def test_a_call_that_nobody_records_has_nothing_to_pause_or_stop(room):
    assert room.pause() is Told.NOT_RUNNING
    assert room.do(ask_stop, room.call, reason="declined") is Told.NOT_RUNNING


def test_a_recorder_that_starts_during_a_pause_is_paused(room):
    room.pause()
    assert room.start() is Told.DONE
    assert room.vendor.paused == {room.call.call_sid}
    with room.database.transaction(room.tenant.id) as tx:
        assert open_reasons(list_recorder_events(tx, room.call.id)) == {"card"}


class WithdrawnMeanwhile(NotedRecordings):
    """A vendor during whose start of a recorder the caller takes the permission back."""

    room: Room

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        self.room.do(withdraw, call_sid, Withdrawal(), actor="api:acme")
        return super().start(account, call_sid, callback_url=callback_url)


def test_a_recorder_that_starts_after_a_withdrawal_is_stopped_at_once(database, keys, tenant):
    vendor = WithdrawnMeanwhile()
    vendor.room = Room(database, keys, tenant, vendor)
    vendor.room.start()
    assert vendor.started == [vendor.room.call.call_sid]
    assert vendor.running == set()


class StopsAtTheSecondAsking(WithdrawnMeanwhile):
    """A vendor that is away when it is first told to stop what it has started too late."""

    attempts = 0

    def stop(self, account: VendorAccount, call_sid: str) -> bool:
        self.attempts += call_sid in self.running
        if self.attempts == 1:
            raise VendorUnavailable("twilio", "stop")
        return super().stop(account, call_sid)


def test_a_recorder_that_started_too_late_is_told_to_stop_until_it_does(database, keys, tenant):
    vendor = StopsAtTheSecondAsking()
    vendor.room = Room(database, keys, tenant, vendor)
    vendor.room.start()
    assert vendor.running == set()


class PausedMeanwhile(NotedRecordings):
    """A vendor that is slow to go on; meanwhile somebody else is about to join."""

    room: Room

    def resume(self, account: VendorAccount, call_sid: str) -> str | None:
        self.room.pause(reason="joining-3")
        return super().resume(account, call_sid)


def test_a_recorder_that_goes_on_after_another_pause_was_asked_for_is_paused_again(database, keys, tenant):
    vendor = PausedMeanwhile()
    vendor.room = Room(database, keys, tenant, vendor)
    vendor.room.start()
    vendor.room.pause()
    vendor.room.resume()
    assert vendor.paused == {vendor.room.call.call_sid}


def test_a_call_that_is_not_there_has_no_recorder(room):
    with room.database.transaction(room.tenant.id) as tx, pytest.raises(NotFound):
        ask_pause(tx, "CA" + "9" * 32)


class Refusing(NotedRecordings):
    """A vendor that does not start recorders."""

    def start(self, account: VendorAccount, call_sid: str, *, callback_url: str) -> str:
        raise VendorRefused("twilio", "start", status=400)


def test_a_start_that_is_refused_is_noted_as_never_done(database, keys, tenant):
    room = Room(database, keys, tenant, Refusing())
    assert room.start() is Told.NOT_DONE
    assert room.noted == [("started", False)]
