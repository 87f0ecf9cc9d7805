from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from dbos import DBOS
from sqlalchemy import text

from pipeline.model.errors import StoreUnreachable
from pipeline.model.recording import RecordingState as S
from pipeline.model.subject import RequestKind
from pipeline.store.recordings import list_recordings
from pipeline.store.session import Database
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.reconcile import Hourly, reconcile_tenant
from pipeline.workflows.upkeep import Upkeep
from samples.scenario import Fault
from samples.twilio_standin import Standin
from tests.at_twilio import AtTwilio
from tests.conftest import make_tenant
from tests.pipeline.steps.asking import asked

HOUR = "%Y%m%dT%H"


@pytest.fixture
def twilio(tenant) -> Iterator[AtTwilio]:
    with Standin() as standin:
        yield AtTwilio(standin, tenant)


@pytest.fixture
def at_twilio(line, twilio):
    """The line, with the stand-in as its vendor."""
    return line.with_parts(vendor=TwilioRecordings(api_base=twilio.standin.url))


@pytest.fixture
def hourlies(at_twilio, app_url, clock) -> Iterator[list[Hourly]]:
    """What two workers enqueue the hour's comparisons with."""
    clock.at = datetime.now(UTC)
    vault = at_twilio.context.vault
    queues = [DurableQueue(vault.database.engine, version="1") for _ in range(2)]
    yield [Hourly(vault, queue, clock) for queue in queues]
    for queue in queues:
        queue.close()


def named(database) -> list[str]:
    with database.engine.connect() as connection:
        query = "select workflow_uuid from dbos.workflow_status where name = 'reconcile_tenant' order by 1"
        return list(connection.execute(text(query)).scalars())


def work_off(line, app_url: str, workflow: str) -> dict:
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(workflow)
        while handle.get_status().status in ("PENDING", "ENQUEUED"):
            time.sleep(0.05)
        return dict(handle.get_result())
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error


def test_an_hour_is_compared_once_for_each_tenant_however_many_workers_there_are(
    at_twilio, hourlies, app_url, database, keys, clock, twilio
):
    make_tenant(database, keys, "other")
    lost = twilio.record()
    threads = [threading.Thread(target=hourly.enqueue_due) for hourly in hourlies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hour = clock.now().strftime(HOUR)
    assert named(database) == [f"reconcile:acme:{hour}", f"reconcile:other:{hour}"]
    assert [hourly.enqueue_due() for hourly in hourlies] == [0, 0]

    receipt = work_off(at_twilio, app_url, f"reconcile:acme:{hour}")
    assert (receipt["is_compared"], receipt["taken_up"]) == (True, 1)
    with at_twilio.tx() as tx:
        [taken] = list_recordings(tx)
    assert taken.recording_sid == lost.sid
    assert len(at_twilio.events("tenant:recordings:reconciled")) == 1


def test_what_was_taken_up_is_judged_by_the_line_and_deleted_where_nobody_permitted_it(
    at_twilio, hourlies, app_url, clock, twilio
):
    twilio.record()
    hourlies[0].enqueue_due()
    work_off(at_twilio, app_url, f"reconcile:acme:{clock.now().strftime(HOUR)}")
    with at_twilio.tx() as tx:
        [taken] = list_recordings(tx)
    work_off(at_twilio, app_url, f"recording:acme:{taken.id}")
    assert at_twilio.state(taken) is S.REFUSED
    assert twilio.live() == set()


def test_the_next_hour_is_compared_anew(hourlies, database, clock):
    hourlies[0].enqueue_due()
    clock.move(hours=1)
    assert hourlies[0].enqueue_due() == 1
    assert len(named(database)) == 2


def test_a_vendor_that_refuses_ends_the_hour_and_is_told(at_twilio, hourlies, app_url, clock, twilio):
    twilio.ledger.add_fault(Fault(path="*Recordings.json*", status=401, times=50))
    hourlies[0].enqueue_due()
    receipt = work_off(at_twilio, app_url, f"reconcile:acme:{clock.now().strftime(HOUR)}")
    assert receipt == {"is_compared": False, "reason": "VendorRefused"}
    assert at_twilio.events("tenant:recordings:reconciled") == []


def test_two_that_compare_at_the_same_time_take_a_lost_recording_up_once(at_twilio, app_url, twilio, clock):
    clock.at = datetime.now(UTC)
    lost = [twilio.record() for _ in range(5)]
    context, errors = at_twilio.context, []

    def compare() -> None:
        queue = DurableQueue(context.vault.database.engine, version="1")
        try:
            reconcile_tenant(context.vault, context.vendor, queue, at_twilio.owner.id)
        except Exception as error:
            errors.append(error)
        queue.close()

    threads = [threading.Thread(target=compare) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with at_twilio.tx() as tx:
        assert {r.recording_sid for r in list_recordings(tx)} == {r.sid for r in lost}
    assert len(at_twilio.events("recording:vendor:announced")) == 5


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_a_request_whose_half_is_over_is_alerted_once_by_whichever_worker_looks(hourlies, at_twilio, clock):
    request = asked(at_twilio, RequestKind.ACCESS)
    clock.move(days=16)
    threads = [threading.Thread(target=hourly.enqueue_due) for hourly in hourlies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (told,) = at_twilio.events("subject:clock:alerted")
    assert told["alert"] == "alerted_half"
    assert at_twilio.tags(request.id).count("subject:clock:alerted") == 1


def test_with_the_database_away_the_hour_is_enqueued_at_the_next_look(hourlies, at_twilio, tmp_path, clock, capfd):
    away = Database(f"postgresql+psycopg://nobody@/x?host={tmp_path}", clock=clock)
    hourly = Hourly(replace(at_twilio.context.vault, database=away), hourlies[0]._queue, clock)
    with pytest.raises(StoreUnreachable):
        hourly.enqueue_due()
    assert Upkeep([hourly.enqueue_due]).look() == 0
    shown = capfd.readouterr()
    assert "upkeep.not_enqueued" in shown.out + shown.err
    away.close()
