from __future__ import annotations

import pytest
from sqlalchemy import insert

from pipeline.model.bulk import CHUNK, BulkKind, BulkOutcome, BulkState
from pipeline.model.errors import Conflict, IllegalTransition, NotFound
from pipeline.store.audit import list_events
from pipeline.store.bulk_jobs import (
    add_job,
    begin_work,
    get_job,
    list_items_with,
    list_jobs,
    list_open_chunks,
    list_open_items,
    note_outcome,
    pause_job,
    resume_job,
)
from pipeline.store.tables_bulk import bulk_items
from tests.conftest import make_tenant

MANY = CHUNK + 2


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


@pytest.fixture
def job(tx):
    return a_job(tx)


def a_job(tx, many=MANY):
    job = add_job(tx, BulkKind.REPROCESS, options={"detector_before": "2"}, actor="user:ada")
    rows = [{"tenant": tx.tenant, "job": job.id, "ordinal": n, "key": f"rec_{n}"} for n in range(1, many + 1)]
    if rows:
        tx.connection.execute(insert(bulk_items), rows)
    return begin_work(tx, job.id)


def tags(tx, job):
    return [e.entry.tag for e in list_events(tx, target=job.id)]


def test_a_job_counts_its_items_and_chunks_and_another_begins_only_after_it(tx, job, database, keys):
    assert (job.state, job.items, job.chunks, job.done) == (BulkState.RUNNING, MANY, 2, 0)
    with pytest.raises(Conflict, match="not finished"):
        add_job(tx, BulkKind.REPROCESS, options={}, actor="user:ada")
    assert add_job(tx, BulkKind.BACKFILL, options={}, actor="user:ada").state is BulkState.LISTING
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as theirs, pytest.raises(NotFound):
        get_job(theirs, job.id)
    with database.transaction(other.id) as theirs, pytest.raises(NotFound):
        note_outcome(theirs, job.id, 1, BulkOutcome.SAME)


def test_what_is_left_is_what_has_no_outcome(tx, job):
    assert list_open_chunks(tx, job.id) == (1, 2)
    for ordinal in range(1, CHUNK + 1):
        note_outcome(tx, job.id, ordinal, BulkOutcome.SAME)
    note_outcome(tx, job.id, MANY, BulkOutcome.FAILED)
    assert list_open_chunks(tx, job.id) == (2,)
    assert list_open_items(tx, job.id, 2) == ((CHUNK + 1, f"rec_{CHUNK + 1}"),)
    assert get_job(tx, job.id).outcomes == {"same": CHUNK, "failed": 1}


def test_an_outcome_is_noted_once_and_the_last_one_finishes(tx):
    assert a_job(tx, 0).state is BulkState.FINISHED
    job = a_job(tx, 2)
    assert note_outcome(tx, job.id, 1, BulkOutcome.NEW_VERSION, recording="rec_1")
    assert not note_outcome(tx, job.id, 1, BulkOutcome.FAILED)
    assert get_job(tx, job.id).state is BulkState.RUNNING
    assert note_outcome(tx, job.id, 2, BulkOutcome.SAME)
    found = next(one for one in list_jobs(tx, BulkKind.REPROCESS) if one.items)
    assert (found.state, dict(found.outcomes)) == (BulkState.FINISHED, {"new_version": 1, "same": 1})
    assert found.finished_at == tx.now
    assert list_items_with(tx, job.id, BulkOutcome.NEW_VERSION) == ("rec_1",)
    assert tags(tx, job) == ["bulk:job:started", "bulk:job:finished"]


def test_a_paused_job_goes_on_in_a_new_round(tx, job):
    assert pause_job(tx, job.id, actor="user:ada").state is BulkState.PAUSED
    with pytest.raises(IllegalTransition):
        pause_job(tx, job.id, actor="user:ada")
    resumed = resume_job(tx, job.id, actor="user:bob")
    assert (resumed.state, resumed.round) == (BulkState.RUNNING, 2)
    with pytest.raises(IllegalTransition):
        resume_job(tx, job.id, actor="user:bob")
    assert tags(tx, job) == ["bulk:job:started", "bulk:job:paused", "bulk:job:resumed"]
