from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.decisions.delete_recording import delete_recording
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import NotFound
from pipeline.model.recording import RecordingState as S
from pipeline.policies.loader import load_bundle
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.retention import Nightly, begin_closure, foresee_tenant, replay_all, retain_tenant
from tests.conftest import make_tenant
from tests.disposal import a_whole_recording, living
from tests.pipeline.workflows.test_reconcile import work_off


@pytest.fixture
def queue(line, app_url) -> Iterator[DurableQueue]:
    made = DurableQueue(line.context.vault.database.engine, version="1")
    yield made
    made.close()


def named(database) -> list[str]:
    with database.engine.connect() as connection:
        query = "select workflow_uuid from dbos.workflow_status order by 1"
        return list(connection.execute(text(query)).scalars())


def test_a_night_is_run_once_for_each_tenant_however_many_workers_there_are(
    line, queue, app_url, database, keys, clock
):
    make_tenant(database, keys, "other")
    recording = a_whole_recording(line)
    clock.move(days=90)
    nights = [Nightly(line.context.vault, queue, clock) for _ in range(2)]
    assert [night.enqueue_due() for night in nights] == [2, 2]
    assert [night.enqueue_due() for night in nights] == [0, 0]
    day = f"{clock.now():%Y%m%d}"
    assert named(database) == [f"retention:acme:{day}", f"retention:other:{day}"]

    receipt = work_off(line, app_url, f"retention:acme:{day}")
    assert (receipt["purged"], receipt["objects"]) == (1, 2)
    assert not line.at_vendor(recording)
    assert len(line.events("retention:run:finished")) == 1


def test_nothing_is_enqueued_before_the_hour_and_the_next_day_anew(line, queue, database, clock):
    night = Nightly(line.context.vault, queue, clock)
    clock.at = clock.at.replace(hour=1)
    assert night.enqueue_due() == 0
    clock.move(hours=1)
    assert night.enqueue_due() == 1
    clock.move(days=1)
    assert night.enqueue_due() == 1
    assert len(named(database)) == 2


def test_a_deletion_is_purged_by_the_worker_that_its_transaction_started(line, queue, app_url):
    recording = a_whole_recording(line)
    with line.tx() as tx:
        asked = delete_recording(
            tx, recording.id, actor="user:1", reason="asked by mail", queue=queue, bundle=load_bundle("nejix")
        )
    receipt = work_off(line, app_url, f"purge:acme:{recording.id}:{asked.request}")
    assert receipt["is_done"]
    assert line.state(recording) is S.PURGED
    assert {a.kind for a in living(line, recording)} == {K.CONSENT_RECEIPT}


def test_naming_a_purge_again_starts_nothing_and_what_is_rolled_back_neither(line, queue, database):
    for _ in range(2):
        with line.tx() as tx:
            queue.enqueue_purge(tx, "acme", "rec_1", cause="del_1")
            queue.enqueue_retention(tx, "acme", day="20261121")
    with pytest.raises(RuntimeError), line.tx() as tx:
        queue.enqueue_purge(tx, "acme", "rec_2", cause="del_2")
        raise RuntimeError
    assert named(database) == ["purge:acme:rec_1:del_1", "retention:acme:20261121"]


def test_a_tenant_that_is_not_there_has_no_night_and_no_closure(line):
    from pipeline.model.ids import TenantId

    with pytest.raises(NotFound):
        retain_tenant(line.context, TenantId("nobody"))
    with pytest.raises(NotFound):
        begin_closure(line.context, line.owner.id)


def test_looking_ahead_and_replaying_ask_every_tenant(line, clock):
    on = clock.now().date() + timedelta(days=1)
    assert foresee_tenant(line.context, line.owner.id, on)["due"] == 0
    assert list(replay_all(line.context)) == ["acme"]
