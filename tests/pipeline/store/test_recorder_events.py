from __future__ import annotations

from datetime import timedelta

from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.store.audit import list_events
from pipeline.store.calls import get_call
from pipeline.store.recorder_events import find_stopped, list_recorder_events, note_recorder_event
from tests.builders import a_call, a_recording
from tests.conftest import make_tenant

SID = "RE" + "1" * 32


def an_event(tx, act: RecorderAct, *, after_s: float = 0, cause: str = "card:1", sid: str | None = None):
    return RecorderEvent(
        act=act,
        at=tx.now + timedelta(seconds=after_s),
        is_done=True,
        cause=f"{cause}:{act}",
        actor="api:acme",
        recording_sid=sid,
    )


def told(tx, call):
    return [(e.entry.tag, e.entry.facts["offset_ms"]) for e in list_events(tx, target=call)]


def test_an_event_is_noted_once_for_its_cause_and_read_back_as_it_was(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        paused = an_event(tx, RecorderAct.PAUSED, sid=SID)
        assert note_recorder_event(tx, call, paused)
        assert not note_recorder_event(tx, call, paused)
        assert list_recorder_events(tx, call) == (paused,)
        assert told(tx, call) == [("call:recorder:paused", None)]


def test_each_is_an_audit_event_with_its_offset_from_the_start_that_the_vendor_told(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        a_recording(tx, call, after_s=10, sid=SID)
        for number, act in enumerate((RecorderAct.PAUSED, RecorderAct.RESUMED, RecorderAct.STOPPED)):
            note_recorder_event(tx, call, an_event(tx, act, after_s=12 + number * 1.5, sid=SID))
        assert told(tx, call) == [
            ("call:recorder:paused", 2000),
            ("call:recorder:resumed", 3500),
            ("call:recorder:stopped", 5000),
        ]


def test_before_the_vendor_tells_the_offset_counts_from_when_it_answered_the_start(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        note_recorder_event(tx, call, an_event(tx, RecorderAct.STARTED, after_s=1, sid=SID))
        note_recorder_event(tx, call, an_event(tx, RecorderAct.PAUSED, after_s=3))
        assert told(tx, call) == [("call:recorder:started", None), ("call:recorder:paused", 2000)]


def test_another_tenant_sees_none_of_it(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        note_recorder_event(tx, call, an_event(tx, RecorderAct.PAUSED))
    with database.transaction(other.id) as tx:
        assert list_recorder_events(tx, call) == ()


def test_only_calls_that_were_told_to_stop_are_found_as_stopped(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        stopped, running = a_call(tx, keys), a_call(tx, keys)
        sids = {call: get_call(tx, call).call_sid for call in (stopped, running)}
        for call, act in ((stopped, RecorderAct.STOPPED), (running, RecorderAct.STARTED)):
            note_recorder_event(tx, call, RecorderEvent(act=act, at=tx.now, is_done=False, cause="x:1:y", actor="test"))
        assert find_stopped(tx, set(sids.values())) == {sids[stopped]}
        assert find_stopped(tx, set()) == frozenset()
