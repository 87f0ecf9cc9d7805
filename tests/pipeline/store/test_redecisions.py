from __future__ import annotations

import threading

import pytest
from sqlalchemy import event

from pipeline.model.errors import NotFound
from pipeline.store.audit import list_events
from pipeline.store.redecisions import (
    add_receipt,
    cause_by_hand,
    get_redecision,
    list_chunk,
    list_open_chunks,
    list_redecisions,
    plan_redecision,
)
from pipeline.store.system_session import list_redeciding
from tests.builders import a_call, a_recording, an_artifact_row
from tests.conftest import make_tenant


@pytest.fixture
def recordings(database, tenant, keys):
    """Five recordings of three artifacts each."""
    with database.transaction(tenant.id) as tx:
        made = [a_recording(tx, a_call(tx, keys)) for _ in range(5)]
        for recording in made:
            for _ in range(3):
                an_artifact_row(tx, recording)
    return made


def plan(database, tenant, cause="c", **more):
    with database.transaction(tenant.id) as tx:
        return plan_redecision(tx, cause=cause, actor="test", **more)


def test_chunks_are_whole_recordings_and_hold_every_artifact_once(database, tenant, recordings):
    job = plan(database, tenant, size=6)
    assert (job.artifacts, job.chunks) == (15, 3)
    with database.transaction(tenant.id) as tx:
        chunks = [list_chunk(tx, job.id, ordinal) for ordinal in (1, 2, 3)]
    assert sorted(map(len, chunks)) == [3, 6, 6]
    assert len({a for chunk in chunks for a in chunk}) == 15


def test_a_cause_is_planned_once_also_by_two_at_once(database, tenant, recordings):
    planned = []
    threads = [threading.Thread(target=lambda: planned.append(plan(database, tenant))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([job for job in planned if job]) == 1
    assert plan(database, tenant, "another") is not None


def test_progress_is_what_has_a_receipt_and_the_last_one_finishes(database, tenant, recordings):
    job = plan(database, tenant, size=6)
    for ordinal in (2, 1, 1, 3):
        with database.transaction(tenant.id) as tx:
            assert not get_redecision(tx, job.id).is_finished
            add_receipt(tx, job.id, ordinal, decided=5, changed=1)
    with database.transaction(tenant.id) as tx:
        [found] = list_redecisions(tx)
        assert (found.done_chunks, found.decided, found.changed, found.is_finished) == (3, 15, 3, True)
        assert list_open_chunks(tx, job.id) == ()
        tags = [e.entry.tag for e in list_events(tx, target=job.id)]
    assert tags == ["policy:redecision:planned", "policy:redecision:finished"]


def test_a_job_with_an_open_chunk_is_found_across_tenants(database, keys, tenant, recordings):
    make_tenant(database, keys, "idle")
    job = plan(database, tenant, size=6)
    assert list_redeciding(database) == (tenant.id,)
    for ordinal in (1, 2, 3):
        with database.transaction(tenant.id) as tx:
            assert list_open_chunks(tx, job.id) == tuple(range(ordinal, 4))
            add_receipt(tx, job.id, ordinal, decided=5, changed=0)
    assert list_redeciding(database) == ()


def test_a_tenant_without_artifacts_has_nothing_to_do(database, tenant):
    job = plan(database, tenant)
    assert (job.artifacts, job.chunks, job.is_finished) == (0, 0, True)


def test_what_is_not_there_is_not_found(database, tenant):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            list_chunk(tx, "red_x", 1)
        with pytest.raises(NotFound):
            get_redecision(tx, "red_x")


def test_of_one_job_only_its_own_receipts_are_asked_for(database, tenant, recordings):
    job, other = plan(database, tenant, size=6), plan(database, tenant, "another", size=6)
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    with database.transaction(tenant.id) as tx:
        add_receipt(tx, other.id, 1, decided=5, changed=1)
        assert get_redecision(tx, other.id).done_chunks == 1
        asked.clear()
        assert get_redecision(tx, job.id).done_chunks == 0
    [(_, values)] = [one for one in asked if "redecision_receipts" in one[0]]
    assert list(values.values()).count(job.id) == 2


def test_receipts_are_summed_up_with_the_last_one_alone(database, tenant, recordings):
    job = plan(database, tenant, size=6)
    summed = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: summed.append("sum(" in told[2]))
    for ordinal in (1, 3, 2):
        assert not any(summed)
        with database.transaction(tenant.id) as tx:
            add_receipt(tx, job.id, ordinal, decided=5, changed=1)
    assert sum(summed) == 1


def test_a_reason_by_hand_is_the_same_cause_for_the_same_words_and_tenant_alone(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        cause = cause_by_hand(tx, "Jane Doe asked", keys=keys)
        assert cause == cause_by_hand(tx, "Jane Doe asked", keys=keys)
        assert cause != cause_by_hand(tx, "Jane Doe asks", keys=keys)
    with database.transaction(other.id) as tx:
        assert cause != cause_by_hand(tx, "Jane Doe asked", keys=keys)
    assert "Jane" not in cause
