from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from pipeline.model.consent import Outcome
from pipeline.model.errors import NotFound, StoreUnreachable, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.model.recording import RecordingState as S
from pipeline.store.audit import list_events
from pipeline.store.calls import get_call
from pipeline.store.holds import add_hold, ask_release, release_hold
from pipeline.store.reconciliations import find_last
from pipeline.store.recordings import (
    list_recordings,
    lock_recording_by_sid,
    mark_vendor_copy_deleted,
    merge_facts,
    read_encryption,
)
from pipeline.store.tenants import account_of, change_tenant
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.workflows.reconcile import reconcile_tenant
from samples.scenario import Fault
from samples.twilio_standin import Standin
from tests.at_twilio import AtTwilio
from tests.builders import a_call, a_recording, answer
from tests.conftest import make_tenant
from tests.fakes import NotedQueue


class Desk:
    """Compares one tenant of the real database with the stand-in."""

    def __init__(self, vault, owner, clock, standin: Standin) -> None:
        self.vault, self.owner, self.clock = vault, owner, clock
        self.twilio = AtTwilio(standin, owner)
        self.vendor = TwilioRecordings(api_base=standin.url)
        self.queue = NotedQueue()
        clock.at = datetime.now(UTC)

    def reconcile(self, **chosen) -> dict:
        receipt = dict(reconcile_tenant(self.vault, self.vendor, self.queue, self.owner.id, **chosen))
        return {name: count for name, count in receipt.items() if name not in ("since", "is_compared", "is_wide")}

    def changes(self, **chosen) -> dict:
        """What a comparison changed; nothing for one that found nothing to do."""
        counted = self.reconcile(**chosen)
        return {name: count for name, count in counted.items() if count and name not in ("listed", "followed")}

    def tx(self):
        return self.vault.database.transaction(self.owner.id)

    def call(self, *outcomes: Outcome) -> str:
        """A call of ours whose caller answered so ten minutes ago; gives Twilio's id of it."""
        self.clock.move(minutes=-10)
        with self.tx() as tx:
            made = a_call(tx, self.vault.keys)
            for outcome in outcomes:
                answer(tx, made, outcome)
            sid = get_call(tx, made).call_sid
        self.clock.move(minutes=10)
        return sid

    def noted(self, state: S, *, hours_ago: float = 0.1, is_deleted: bool = False) -> str:
        """A recording of ours; gives Twilio's id of it."""
        self.clock.move(hours=-hours_ago)
        with self.tx() as tx:
            made = a_recording(tx, a_call(tx, self.vault.keys), state=state)
            if is_deleted:
                mark_vendor_copy_deleted(tx, made.id)
        self.clock.move(hours=hours_ago)
        return made.recording_sid

    def ours(self, sid: str):
        with self.tx() as tx:
            return lock_recording_by_sid(tx, sid)

    def pass_time(self, **by: float) -> None:
        self.twilio.ledger.advance(**by)
        self.clock.move(**by)

    def tags(self) -> list[str]:
        with self.tx() as tx:
            return [event.entry.tag for event in list_events(tx)]


@pytest.fixture(scope="module")
def _standin() -> Iterator[Standin]:
    with Standin() as standin:
        yield standin


@pytest.fixture
def standin(_standin: Standin) -> Standin:
    _standin.ledger.forget()
    return _standin


@pytest.fixture
def desk(vault, tenant, clock, standin) -> Desk:
    return Desk(vault, tenant, clock, standin)


def test_a_completed_recording_whose_callback_was_lost_is_taken_up_and_worked_on(desk):
    lost = desk.twilio.record(desk.call(Outcome.GRANTED))
    assert desk.changes() == {"taken_up": 1}
    found = desk.ours(lost.sid)
    assert (found.state, found.source, found.channels, found.duration_s) == (
        S.COMPLETED,
        "StartCallRecordingTwiML",
        2,
        6,
    )
    assert found.call is not None
    assert abs((found.started_at - lost.started_at).total_seconds()) < 1
    assert desk.queue.enqueued == [(desk.owner.id, found.id)]


def test_one_whose_beginning_is_known_is_taken_to_its_end(desk):
    sid = desk.noted(S.ANNOUNCED)
    desk.twilio.record(sid=sid)
    assert desk.changes() == {"taken_up": 1}
    assert desk.ours(sid).state is S.COMPLETED


def test_a_recording_nobody_told_us_of_goes_the_same_way_and_is_not_judged_here(desk):
    foreign = desk.twilio.record()
    assert desk.changes() == {"taken_up": 1}
    assert (desk.ours(foreign.sid).state, desk.ours(foreign.sid).call) == (S.COMPLETED, None)
    assert foreign.sid in desk.twilio.live()
    assert len(desk.queue.enqueued) == 1


@pytest.mark.parametrize(("status", "code"), [("absent", "16102"), ("absent", "16105"), ("failed", "0")])
def test_what_was_never_made_is_marked_with_the_vendors_reason(desk, status, code):
    known, unknown = desk.noted(S.ANNOUNCED), desk.twilio.record(status=status, error_code=code).sid
    desk.twilio.record(sid=known, status=status, error_code=code)
    assert desk.changes() == {"taken_up": 2}
    for sid in (known, unknown):
        assert (desk.ours(sid).state.value, desk.ours(sid).error_code) == (status, int(code))
    assert desk.queue.enqueued == []


def test_repeated_it_changes_nothing(desk):
    granted = desk.call(Outcome.GRANTED)
    for status in ("completed", "absent", "failed", "processing"):
        desk.twilio.record(status=status)
    desk.twilio.run(granted)
    desk.twilio.record(sid=desk.noted(S.REFUSED, is_deleted=True))
    assert desk.changes()
    before = {r.recording_sid: r for r in all_ours(desk)}
    for _ in range(2):
        assert desk.changes() == {}
    assert {r.recording_sid: r for r in all_ours(desk)} == before


def all_ours(desk):
    with desk.tx() as tx:
        return list_recordings(tx)


def test_a_recorder_that_may_run_runs_on(desk):
    running = desk.twilio.run(desk.call(Outcome.GRANTED))
    assert desk.changes() == {"taken_up": 1}
    assert running.recorder.is_running
    assert desk.ours(running.sid).state is S.ANNOUNCED


@pytest.mark.parametrize("outcomes", [(), (Outcome.DECLINED,), (Outcome.NO_ANSWER,), (Outcome.WRONG_KEY,)])
def test_a_recorder_on_a_call_that_may_not_be_recorded_is_stopped(desk, outcomes, capfd):
    running = desk.twilio.run(desk.call(*outcomes))
    assert desk.changes() == {"taken_up": 1, "stopped": 1}
    assert not running.recorder.is_running
    assert desk.tags().count("call:recorder:stopped") == 2
    assert "recorder.unauthorised" in logged(capfd)


def test_a_recorder_on_a_call_we_know_nothing_of_is_stopped(desk):
    running = desk.twilio.run()
    assert desk.changes() == {"taken_up": 1, "stopped": 1}
    assert not running.recorder.is_running


def test_a_recorder_that_ran_on_after_a_withdrawal_is_stopped(desk):
    running = desk.twilio.run(desk.call(Outcome.GRANTED))
    desk.pass_time(minutes=2)
    with desk.tx() as tx:
        answer(tx, desk.ours(running.sid).call if desk.changes() else None, Outcome.WITHDRAWN)
    assert desk.changes() == {"stopped": 1}
    assert not running.recorder.is_running


def test_a_recorder_that_is_paused_runs(desk):
    running = desk.twilio.run(desk.call(Outcome.DECLINED))
    running.recorder.pause(1.0, "silence")
    running.status = "paused"
    assert desk.changes() == {"taken_up": 1, "stopped": 1}


def test_a_recorder_that_cannot_be_stopped_is_told_and_stops_no_other_work(desk, capfd):
    running = desk.twilio.run()
    desk.twilio.ledger.calls.clear()
    lost = desk.twilio.record()
    assert desk.changes() == {"taken_up": 2, "not_stopped": 1}
    assert running.recorder.is_running
    assert desk.ours(lost.sid).state is S.COMPLETED
    assert "recorder.unauthorised" in logged(capfd)


@pytest.mark.parametrize("state", [S.CAPTURED, S.PUBLISHED, S.WITHHELD, S.REFUSED, S.PURGED])
def test_what_was_deleted_at_the_vendor_and_is_there_again_is_deleted_again(desk, state, capfd):
    sid = desk.noted(state, is_deleted=True)
    desk.twilio.record(sid=sid)
    assert desk.changes() == {"deleted_again": 1}
    assert desk.twilio.live() == set()
    assert desk.vendor.is_gone(account(desk), sid)
    assert "recording.back_at_vendor" in logged(capfd)
    assert desk.tags().count("recording:vendor:deleted") == 1


def logged(capfd) -> str:
    shown = capfd.readouterr()
    return shown.out + shown.err


def account(desk):
    return account_of(desk.owner)


@pytest.mark.parametrize("state", [S.ABSENT, S.REFUSED, S.PURGED])
def test_what_we_know_to_be_over_is_not_left_at_the_vendor(desk, state):
    desk.twilio.record(sid=desk.noted(state))
    assert desk.changes() == {"deleted_again": 1}
    assert desk.twilio.live() == set()


def test_the_only_copy_of_something_that_is_held_stays_and_is_told(desk, capfd):
    entry = desk.twilio.record(sid=desk.noted(S.ABSENT))
    with desk.tx() as tx:
        hold = add_hold(tx, matter="m-1", scope=("tenant", desk.owner.id), actor="user:1", reason="lawsuit")
    assert desk.changes() == {"held": 1}
    assert entry.sid in desk.twilio.live()
    assert "recording.held_at_vendor" in logged(capfd)
    with desk.tx() as tx:
        ask_release(tx, hold.id, actor="user:1", reason="settled")
        release_hold(tx, hold.id, actor="user:2")
    assert desk.changes() == {"deleted_again": 1}


@pytest.mark.parametrize(("state", "remembered"), [(S.PUBLISHED, 0), (S.REFUSED, 1)])
def test_a_copy_that_a_hold_kept_goes_once_nothing_holds_it_however_long_ago_it_was(desk, state, remembered):
    desk.clock.move(hours=-200)
    desk.twilio.ledger.advance(hours=-200)
    entry = desk.twilio.record(sid=desk.noted(state))
    desk.pass_time(hours=200)
    with desk.tx() as tx:
        merge_facts(tx, lock_recording_by_sid(tx, entry.sid).id, {"is_held_at_vendor": True})
    assert desk.changes() == {"deleted_again": 1}
    assert entry.sid not in desk.twilio.live()
    with desk.tx() as tx:
        assert len(tx.connection.execute(text("select 1 from earmark.tombstones")).all()) == remembered


@pytest.mark.parametrize("state", [S.COMPLETED, S.AUTHORISED, S.CAPTURED, S.PUBLISHED, S.WITHHELD, S.FAILED])
def test_a_copy_that_the_line_may_still_need_is_left_alone(desk, state):
    entry = desk.twilio.record(sid=desk.noted(state))
    assert desk.changes() == {}
    assert entry.sid in desk.twilio.live()


def test_a_copy_that_does_not_go_leaves_no_note_of_a_comparison(desk):
    entry = desk.twilio.record(sid=desk.noted(S.REFUSED, is_deleted=True))
    desk.twilio.ledger.add_fault(Fault(path=f"*{entry.sid}*", status=500, times=20))
    with pytest.raises(VendorUnavailable):
        desk.reconcile()
    with desk.tx() as tx:
        assert find_last(tx) is None
    desk.twilio.ledger.faults.clear()
    assert desk.changes() == {"deleted_again": 1}


def test_what_somebody_else_deleted_there_is_noted(desk):
    begun, kept = desk.noted(S.ANNOUNCED), desk.noted(S.PUBLISHED)
    for sid in (begun, kept):
        desk.twilio.record(sid=sid).deleted_at = desk.twilio.now()
    desk.twilio.record().deleted_at = desk.twilio.now()  # never heard of, and gone
    assert desk.changes() == {"deleted_elsewhere": 2}
    assert (desk.ours(begun).state, desk.ours(kept).state) == (S.ABSENT, S.PUBLISHED)
    assert len(all_ours(desk)) == 2


def test_one_begun_long_ago_and_listed_nowhere_was_never_made(desk):
    old, young = desk.noted(S.ANNOUNCED, hours_ago=50), desk.noted(S.ANNOUNCED, hours_ago=40)
    assert desk.changes() == {"never_made": 1}
    assert (desk.ours(old).state, desk.ours(young).state) == (S.ABSENT, S.ANNOUNCED)
    desk.pass_time(hours=10)
    assert desk.changes() == {"never_made": 1}
    assert desk.ours(young).state is S.ABSENT


def test_a_window_that_does_not_reach_back_to_it_says_nothing_of_a_recording(desk):
    old = desk.noted(S.ANNOUNCED, hours_ago=50)
    assert desk.changes(since=desk.clock.now() - timedelta(hours=2)) == {}
    assert desk.ours(old).state is S.ANNOUNCED


def test_the_metadata_of_a_deleted_recording_is_followed_for_forty_days_until_it_is_gone(desk):
    sid = desk.noted(S.PUBLISHED)
    desk.twilio.record(sid=sid)
    desk.vendor.delete(account(desk), sid)
    with desk.tx() as tx:
        mark_vendor_copy_deleted(tx, desk.ours(sid).id)
    for days in (0, 20, 19.9):
        desk.pass_time(days=days)
        counted = desk.reconcile()
        assert (counted["followed"], counted["metadata_gone"]) == (1, 0)
    desk.pass_time(days=1.2)
    assert desk.changes() == {"metadata_gone": 1}
    assert desk.reconcile()["followed"] == 0
    assert gone_at(desk, sid) is not None
    desk.pass_time(days=2)
    assert desk.changes() == {}


def gone_at(desk, sid: str):
    with desk.tx() as tx:
        query = text("select vendor_metadata_gone_at from earmark.recordings where recording_sid = :sid")
        return tx.connection.execute(query, {"sid": sid}).scalar()


def test_metadata_that_stays_longer_is_told(desk, capfd):
    sid = desk.noted(S.PUBLISHED, is_deleted=True)
    desk.twilio.record(sid=sid).deleted_at = desk.twilio.now() + timedelta(days=5)
    desk.pass_time(days=41)
    assert desk.changes() == {"metadata_overdue": 1}
    assert gone_at(desk, sid) is None
    assert "recording.metadata_overdue" in logged(capfd)


def test_a_deletion_that_was_undone_after_weeks_is_found(desk):
    sid = desk.noted(S.PUBLISHED, is_deleted=True)
    entry = desk.twilio.record(sid=sid)
    entry.deleted_at = desk.twilio.now()
    desk.reconcile()
    desk.pass_time(days=30)
    entry.deleted_at = None
    assert desk.changes() == {"deleted_again": 1}
    desk.pass_time(days=15)
    assert desk.reconcile()["followed"] == 1
    desk.pass_time(days=26)
    assert desk.changes() == {"metadata_gone": 1}


def test_it_reaches_back_over_the_last_comparison_that_was_carried_to_its_end(desk):
    def since() -> timedelta:
        receipt = reconcile_tenant(desk.vault, desk.vendor, desk.queue, desk.owner.id)
        return desk.clock.now() - datetime.fromisoformat(receipt["since"])

    assert since() == timedelta(hours=48)
    desk.pass_time(hours=1)
    assert since() == timedelta(hours=26)
    desk.twilio.ledger.add_fault(Fault(path="*Recordings.json*", status=503, times=20))
    desk.pass_time(hours=1)
    with pytest.raises(VendorUnavailable):
        since()
    desk.twilio.ledger.faults.clear()
    desk.pass_time(hours=30)
    assert since() == timedelta(hours=56)
    desk.noted(S.ANNOUNCED, hours_ago=100)
    assert since() == timedelta(hours=101)


@pytest.mark.parametrize(
    ("status", "error"), [(500, VendorUnavailable), (429, VendorUnavailable), (401, VendorRefused)]
)
def test_with_the_vendor_away_nothing_is_done(desk, status, error):
    desk.twilio.record()
    sid = desk.noted(S.ANNOUNCED, hours_ago=60)
    desk.twilio.ledger.add_fault(Fault(path="*Recordings.json*", status=status, times=20))
    before = desk.tags()
    with pytest.raises(error):
        desk.reconcile()
    assert desk.tags() == before
    assert desk.ours(sid).state is S.ANNOUNCED
    assert desk.queue.enqueued == []


def test_with_the_queue_away_nothing_is_lost(desk):
    lost = desk.twilio.record(desk.call(Outcome.GRANTED))
    desk.queue.is_broken = True
    with pytest.raises(StoreUnreachable):
        desk.reconcile()
    with pytest.raises(NotFound):
        desk.ours(lost.sid)
    desk.queue.is_broken = False
    assert desk.changes() == {"taken_up": 1}


def test_what_is_noted_of_a_comparison_is_counts(desk):
    desk.twilio.record()
    desk.reconcile()
    with desk.tx() as tx:
        last = find_last(tx)
    assert last is not None
    assert last.counts["taken_up"] == 1
    assert all(isinstance(count, int) for count in last.counts.values())
    assert desk.tags()[-1] == "tenant:recordings:reconciled"


def test_a_tenant_without_an_account_is_not_compared(vault, keys, database, clock, standin):
    owner = make_tenant(database, keys, "bare")
    desk = Desk(vault, owner, clock, standin)
    with desk.tx() as tx:
        change_tenant(tx, replace(owner, account_sid=None), keys=keys, actor="test", changed=[])
    assert reconcile_tenant(vault, desk.vendor, desk.queue, owner.id) == {"is_compared": False}
    assert desk.reconcile() == {}


def test_a_tenant_that_is_not_there_is_told(desk):
    with pytest.raises(NotFound):
        reconcile_tenant(desk.vault, desk.vendor, desk.queue, TenantId("nobody"))


def test_another_tenants_recordings_are_not_touched(desk, vault, keys, database, clock, standin):
    other = Desk(vault, make_tenant(database, keys, "other"), clock, standin)
    theirs = other.twilio.record(sid=other.noted(S.REFUSED, is_deleted=True))
    desk.twilio.record()
    assert desk.changes() == {"taken_up": 1}
    assert theirs.sid in other.twilio.live()


def test_the_details_of_an_encrypted_recording_come_with_its_news(desk):
    entry = desk.twilio.record()
    entry.encryption_details = {"type": "rsa-aes", "public_key_sid": "CR1", "encrypted_cek": "x", "iv": "y"}
    desk.reconcile()
    with desk.tx() as tx:
        assert read_encryption(tx, desk.ours(entry.sid).id)["public_key_sid"] == "CR1"
