from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.context import shelf_of, shelf_of_call


def test_a_shelf_is_under_the_day_the_recording_was_first_heard_of_and_stays_there(line, clock):
    recording = line.record(after_s=-90_000)
    clock.move(days=3)
    shelf = shelf_of(line.now(recording))
    assert (shelf.tenant, shelf.recording, shelf.call) == (line.owner.id, recording.id, recording.call)
    assert shelf.on.isoformat() == "2026-11-21"


def test_a_recording_that_is_not_stored_has_no_shelf(line):
    with pytest.raises(NotFound):
        shelf_of(replace(line.record(), noted_at=None))


def test_a_step_of_one_tenant_never_reads_anothers_recording(line, database, keys):
    from tests.conftest import make_tenant

    other = make_tenant(database, keys, "other")
    recording = line.record()
    assert line.context.read(line.owner.id, recording.id) == (recording, line.owner)
    with pytest.raises(NotFound):
        line.context.read(other.id, recording.id)
    with pytest.raises(NotFound):
        line.context.read(line.owner.id, RecordingId("rec_none"))
    with pytest.raises(NotFound):
        line.context.read(TenantId("nobody"), recording.id)


def test_what_belongs_to_a_call_lies_under_the_day_it_began(line):
    from pipeline.store.calls import get_call

    recording = line.record()
    with line.tx() as tx:
        call = get_call(tx, recording.call)
    shelf = shelf_of_call(call)
    assert (shelf.subject, shelf.recording, shelf.on) == (call.id, None, call.started_at.date())
