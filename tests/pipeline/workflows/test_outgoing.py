from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from dbos import DBOS
from sqlalchemy import text

from pipeline.decisions.webhooks import register_endpoint, send_test
from pipeline.model.audit import AuditTag
from pipeline.model.outgoing import EventKind
from pipeline.store.audit import add_event
from pipeline.store.webhook_deliveries import list_attempts, list_deliveries
from pipeline.vendors.webhook_out import WebhookEvents
from pipeline.workflows import engine
from pipeline.workflows.outgoing import OutgoingWatch
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.answering import a_certificate, receiving
from tests.conftest import make_tenant
from tests.roles import beside

ADA = "user:ada"


@pytest.fixture
def queue(database, app_url) -> Iterator[DurableQueue]:
    opened = DurableQueue(database, version="1")
    yield opened
    opened.close()


@pytest.fixture
def server(tmp_path):
    proves, believes = a_certificate(tmp_path)
    with receiving(proves) as receiver:
        yield receiver, believes


def named(database) -> list[str]:
    query = text("select workflow_uuid from dbos.workflow_status where name = 'deliver_event' order by 1")
    with database.queue_engine.connect() as connection:
        return list(connection.execute(query).scalars())


def test_each_endpoint_is_told_of_what_it_chose_from_its_registration_on_and_once(line, queue, database, vault):
    watch = OutgoingWatch(line.context.vault, queue)
    keys = line.context.vault.keys
    with line.tx() as tx:
        add_event(tx, AuditTag.RECORDING_FAILED, actor="system", target="rec_before")
        one = register_endpoint(tx, "https://a.example.com/", {EventKind.RECORDING_FAILED}, keys=keys, actor=ADA)
        both = set(EventKind) - {EventKind.TEST}
        two = register_endpoint(tx, "https://b.example.com/", both, keys=keys, actor=ADA)
        add_event(tx, AuditTag.RECORDING_FAILED, actor="system", target="rec_1")
        add_event(tx, AuditTag.SUBJECT_OPENED, actor="system", target="dsr_1")
    assert [watch.enqueue_due(), watch.enqueue_due()] == [3, 0]
    with line.tx() as tx:
        told = {e.id: [json.loads(d.body)["data"] for d in list_deliveries(tx, e.id)] for e in (one, two)}
    assert told[one.id] == [{"recording": "rec_1"}]
    assert sorted(map(str, told[two.id])) == sorted(map(str, [{"recording": "rec_1"}, {"request": "dsr_1"}]))
    assert len(named(database)) == 3


def test_a_tenant_that_cannot_be_read_keeps_no_other_from_being_told(line, queue, database):
    keys = line.context.vault.keys
    for tenant in (line.owner, make_tenant(database, keys, "other")):
        with database.transaction(tenant.id) as tx:
            register_endpoint(tx, "https://a.example.com/", {EventKind.RECORDING_FAILED}, keys=keys, actor=ADA)
            add_event(tx, AuditTag.RECORDING_FAILED, actor="system", target="rec_1")
    keys.destroy_tenant_key(line.owner.id)
    assert OutgoingWatch(line.context.vault, queue).enqueue_due() == 1
    assert [name.split(":")[1] for name in named(database)] == ["other"]


def test_a_server_that_was_away_is_told_later_by_the_worker(line, queue, app_url, database, server, clock):
    """The first attempt meets a server that is away; the second, named with a delay, is taken."""
    receiver, believes = server
    receiver.status = 503
    clock.at = datetime.now(UTC)
    post = WebhookEvents(clock, lookup=lambda *_: ["127.0.0.1"], is_allowed=lambda _: True, trust=believes)
    keys = line.context.vault.keys
    with line.tx() as tx:
        endpoint = register_endpoint(tx, receiver.url, {EventKind.RECORDING_FAILED}, keys=keys, actor=ADA)
        delivery = send_test(tx, endpoint.id, keys=keys, queue=queue, actor=ADA)
    context = line.with_parts(events=post).context
    engine.launch(context, database_url=beside(app_url).engine, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        _await(database, lambda: len(named(database)) == 2)
        receiver.status = 200
        second = DBOS.retrieve_workflow(f"delivery:acme:{delivery}:2")
        _await(database, lambda: second.get_status().status == "SUCCESS")
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()
    with line.tx() as tx:
        assert [(a.status, a.error) for a in list_attempts(tx, [delivery])[delivery]] == [
            (503, "unavailable"),
            (200, None),
        ]
    ((headers, body),) = receiver.posts
    assert headers["webhook-id"] == delivery
    assert json.loads(body)["type"] == "test"


def _await(database, is_so) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)
