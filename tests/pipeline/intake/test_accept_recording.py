from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.intake.accept_recording import RecordingNews, accept_recording, accept_recordings
from pipeline.model.errors import StoreUnreachable
from pipeline.store.audit import list_events
from pipeline.store.recordings import list_recordings, read_encryption
from tests.conftest import make_tenant
from tests.fakes import NotedQueue
from tests.pipeline.intake.test_begin_call import CALL, begin

SID = "RE" + "0" * 32


def news(status: str, **more) -> RecordingNews:
    return RecordingNews(recording_sid=SID, call_sid=CALL, status=status, source="DialVerb", **more)


def test_a_recording_is_announced_in_the_audit_log_once(database, keys, tenant):
    begin(database, keys, tenant)
    queue = NotedQueue()
    for status in ("in-progress", "completed", "in-progress"):
        with database.transaction(tenant.id) as tx:
            accept_recording(tx, news(status, channels=2), queue=queue)
    with database.transaction(tenant.id) as tx:
        (recording,) = list_recordings(tx)
        tags = [event.entry.tag for event in list_events(tx, target=recording.id)]
    assert tags == ["recording:vendor:announced"]
    assert queue.enqueued == [(tenant.id, recording.id)]


def test_what_cannot_be_enqueued_leaves_neither_message_nor_recording(database, tenant):
    queue = NotedQueue()
    queue.is_broken = True
    with pytest.raises(StoreUnreachable), database.transaction(tenant.id) as tx:
        accept_recording(tx, news("completed"), queue=queue)
    with database.transaction(tenant.id) as tx:
        assert tx.connection.execute(text("select count(*) from earmark.inbox")).scalar() == 0
        assert list_recordings(tx) == ()


def test_a_status_that_we_do_not_know_is_kept_as_a_message_and_changes_nothing(database, tenant):
    queue = NotedQueue()
    with database.transaction(tenant.id) as tx:
        accept_recording(tx, news("transmogrified"), queue=queue)
    with database.transaction(tenant.id) as tx:
        body = tx.connection.execute(text("select body from earmark.inbox")).scalar()
        assert list_recordings(tx) == ()
    assert body["status"] == "transmogrified"
    assert queue.enqueued == []


@given(
    told=st.lists(
        st.tuples(st.sampled_from("012"), st.sampled_from(["in-progress", "completed", "absent", "failed", "odd"])),
        max_size=12,
    )
)
def test_many_messages_at_once_end_as_one_at_a_time_do(database, keys, telling, told):
    ends = []
    for sizes in (1, 12):
        queue, prefix = NotedQueue(), "RE" + secrets.token_hex(15) + "0"
        messages = [replace(news(status, channels=2), recording_sid=prefix + which) for which, status in told]
        for at in range(0, len(messages), sizes):
            with database.transaction(telling.id) as tx:
                accept_recordings(tx, messages[at : at + sizes], queue=queue)
        with database.transaction(telling.id) as tx:
            made = {r.id: r for r in list_recordings(tx) if r.recording_sid.startswith(prefix)}
            announced = [e.entry.target for e in list_events(tx) if e.entry.target in made]
            kept = tx.connection.execute(
                text("select count(*) from earmark.inbox where event_id like :p"), {"p": prefix + "%"}
            ).scalar()
        assert sorted(announced) == sorted(made)
        assert len(queue.enqueued) == len(set(queue.enqueued))
        assert {made[recording].recording_sid for _, recording in queue.enqueued} <= {
            m.recording_sid for m in messages if m.status == "completed"
        }
        ends.append((sorted((r.recording_sid[-1], r.state, r.channels) for r in made.values()), kept))
    assert ends[0] == ends[1]


@pytest.fixture
def telling(database, keys):
    return make_tenant(database, keys, "telling")


def test_encryption_that_is_told_first_stays_and_what_is_told_later_is_taken(database, tenant):
    for status, details in (("in-progress", {"type": "a"}), ("completed", None), ("absent", {"type": "b"})):
        with database.transaction(tenant.id) as tx:
            accept_recording(tx, news(status, encryption=details), queue=NotedQueue())
            (recording,) = list_recordings(tx)
            assert read_encryption(tx, recording.id) == (details or {"type": "a"})
