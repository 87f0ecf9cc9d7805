from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.workflows.queue import (
    CALLS,
    JUDGE_RECORDING,
    PROCESS_CALL,
    PROCESS_RECORDING,
    RECONCILE_TENANT,
    RECONCILIATIONS,
    RECORDINGS,
    UPKEEP,
    WRITE_CASE,
    DurableQueue,
)


@pytest.fixture
def queue(database):
    made = DurableQueue(database.engine, version="7")
    yield made
    made.close()


def rows(database) -> list:
    with database.engine.connect() as connection:
        return connection.execute(
            text(
                "select workflow_uuid, name, status, queue_name, queue_partition_key, application_version "
                "from dbos.workflow_status order by 1"
            )
        ).all()


def test_what_is_committed_starts_the_work_of_its_tenant_on_the_pinned_version(queue, database, tenant):
    with database.transaction(tenant.id) as tx:
        queue.enqueue_recording(tx, tenant.id, "rec_1")
    ((id, name, status, queued_on, partition, version),) = rows(database)
    assert (id, name, status) == ("recording:acme:rec_1", PROCESS_RECORDING, "ENQUEUED")
    assert (queued_on, partition, version) == (RECORDINGS, "acme", "7")


def test_naming_a_recording_again_starts_nothing(queue, database, tenant):
    for _ in range(3):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_recording(tx, tenant.id, "rec_1")
            queue.enqueue_recording(tx, tenant.id, "rec_1")
    assert len(rows(database)) == 1


def test_what_is_rolled_back_starts_nothing(queue, database, tenant):
    with pytest.raises(RuntimeError), database.transaction(tenant.id) as tx:
        queue.enqueue_recording(tx, tenant.id, "rec_1")
        raise RuntimeError
    assert rows(database) == []


def test_each_recording_is_work_of_its_own(queue, database, tenant):
    with database.transaction(tenant.id) as tx:
        for recording in ("rec_1", "rec_2"):
            queue.enqueue_recording(tx, tenant.id, recording)
    assert len(rows(database)) == 2


def test_many_recordings_are_named_at_once_and_each_is_as_if_it_had_been_named_alone(queue, database, tenant):
    with database.transaction(tenant.id) as tx:
        queue.enqueue_recording(tx, tenant.id, "rec_1")
        queue.enqueue_recordings(tx, tenant.id, ["rec_3", "rec_1", "rec_2"])
        queue.enqueue_recordings(tx, tenant.id, [])
    one, *others = rows(database)
    assert [row[0] for row in others] == ["recording:acme:rec_2", "recording:acme:rec_3"]
    assert {tuple(row[1:]) for row in others} == {tuple(one[1:])}


def test_an_hours_comparison_is_named_by_its_tenant_and_hour_and_starts_once(queue, database, tenant):
    for _ in range(2):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_reconciliation(tx, tenant.id, hour="20261122T09")
    ((id, name, status, queued_on, partition, version),) = rows(database)
    assert (id, name, status) == ("reconcile:acme:20261122T09", RECONCILE_TENANT, "ENQUEUED")
    assert (queued_on, partition, version) == (RECONCILIATIONS, None, "7")


def test_the_work_on_an_ended_call_waits_and_is_named_once(queue, database, tenant):
    for delay_s in (300, 10):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_call(tx, tenant.id, "call_1", delay_s=delay_s)
    ((id, name, status, queued_on, partition, version),) = rows(database)
    assert (id, name, status) == ("call:acme:call_1", PROCESS_CALL, "DELAYED")
    assert (queued_on, partition, version) == (CALLS, None, "7")


def test_what_is_told_after_a_calls_end_is_work_of_its_own(queue, database, tenant):
    for cause in ("ended", "withdrawn:caller:1", "withdrawn:caller:1"):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_call(tx, tenant.id, "call_1", delay_s=10, cause=cause)
    assert [row[0] for row in rows(database)] == ["call:acme:call_1", "call:acme:call_1:withdrawn:caller:1"]


def test_an_evaluation_case_is_made_once_for_each_cause(queue, database, tenant):
    for cause in ("finished", "finished", "qrt_1"):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_case(tx, tenant.id, "qsm_1", cause=cause)
    assert [(row[0], row[1], row[3]) for row in rows(database)] == [
        ("write_case:acme:qsm_1:finished", WRITE_CASE, UPKEEP),
        ("write_case:acme:qsm_1:qrt_1", WRITE_CASE, UPKEEP),
    ]


def test_each_cause_has_a_recording_judged_once(queue, database, tenant):
    for cause in ("child-noted:1", "child-noted:1", "child-cleared:2"):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_judging(tx, tenant.id, "rec_1", cause=cause)
    named = [(row[0], row[1], row[3]) for row in rows(database)]
    assert named == [
        ("judge:acme:rec_1:child-cleared:2", JUDGE_RECORDING, CALLS),
        ("judge:acme:rec_1:child-noted:1", JUDGE_RECORDING, CALLS),
    ]


def test_each_attempt_of_a_delivery_is_started_once(queue, database, tenant):
    with database.transaction(tenant.id) as tx:
        for attempt, delay_s in ((1, 0), (1, 0), (2, 30)):
            queue.enqueue_delivery(tx, tenant.id, "whd_1", attempt=attempt, delay_s=delay_s)
    found = [(row.workflow_uuid, row.status) for row in rows(database)]
    assert found == [("delivery:acme:whd_1:1", "ENQUEUED"), ("delivery:acme:whd_1:2", "DELAYED")]


def test_work_is_begun_again_once_for_each_reason_on_the_queue_of_its_tenant(queue, database, tenant):
    for cause in ("why_1", "why_1", "why_2"):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_retry(tx, tenant.id, "rec_1", cause=cause)
    one, two = rows(database)
    assert (one[0], two[0]) == ("recording:acme:rec_1:why_1", "recording:acme:rec_1:why_2")
    assert tuple(one[1:]) == (PROCESS_RECORDING, "ENQUEUED", RECORDINGS, "acme", "7")


def test_an_answer_is_begun_once_for_each_reason(queue, database, tenant):
    for cause in ("why_1", "why_1", "why_2"):
        with database.transaction(tenant.id) as tx:
            queue.enqueue_answer(tx, tenant.id, "dsr_1", cause=cause, also=["rec_1"])
    named = [row[0] for row in rows(database)]
    assert named == ["answer_request:acme:dsr_1:why_1", "answer_request:acme:dsr_1:why_2"]
