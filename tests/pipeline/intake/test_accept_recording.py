from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.intake.accept_recording import RecordingNews, accept_recording
from pipeline.model.errors import StoreUnreachable
from pipeline.store.audit import list_events
from pipeline.store.recordings import list_recordings
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
