from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model.bulk import BulkKind, BulkOutcome
from pipeline.model.errors import InvalidInput
from pipeline.model.recording import RecordingState
from pipeline.store.bulk_jobs import add_job, begin_work, list_open_items
from pipeline.store.outdated import Outdated, add_outdated, count_outdated, list_outdated, why_left
from pipeline.store.recordings import mark_state, merge_facts
from tests.builders import a_call, a_recording


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def made(tx, keys, detector, *, state=RecordingState.PUBLISHED, **more):
    recording = a_recording(tx, a_call(tx, keys), **more)
    mark_state(tx, recording.id, state)
    if detector is not None:
        merge_facts(tx, recording.id, {"detector": detector})
    return recording.id


@pytest.mark.parametrize("wrong", ["", "new", "2.x", "1.2.3.4.5", "2; drop"])
def test_what_is_no_version_is_refused(wrong):
    with pytest.raises(InvalidInput, match="version"):
        Outdated(before=wrong)


def test_versions_are_compared_as_numbers_and_what_has_none_is_the_oldest(tx, keys):
    for detector in ("2", "9", "10", "2.1", None, "scripted"):
        made(tx, keys, detector)
    made(tx, keys, "1", state=RecordingState.WITHHELD)
    assert count_outdated(tx, Outdated(before="10")) == {"2": 1, "2.1": 1, "9": 1, "scripted": 1, "unknown": 1}
    assert count_outdated(tx, Outdated(before="2.1")) == {"2": 1, "scripted": 1, "unknown": 1}


def test_only_those_made_since_a_day_are_taken_each_once_and_by_pages(tx, keys):
    early = made(tx, keys, "1", after_s=-5 * 86400)
    late = sorted(made(tx, keys, "1") for _ in range(3))
    which = Outdated(before="2", since=tx.now.date() - timedelta(days=1))
    assert list_outdated(tx, which, limit=2) == tuple(late[:2])
    assert list_outdated(tx, which, after=late[1], limit=2) == (late[2],)
    assert early in list_outdated(tx, Outdated(before="2"))
    job = add_job(tx, BulkKind.REPROCESS, options={}, actor="user:ada")
    assert add_outdated(tx, job.id, which) == 3
    assert begin_work(tx, job.id).items == 3
    assert list_open_items(tx, job.id, 1) == tuple(enumerate(late, start=1))


def test_what_is_not_published_is_left(tx, keys):
    recording = a_recording(tx, a_call(tx, keys))
    assert why_left(tx, recording) is BulkOutcome.ENDED
