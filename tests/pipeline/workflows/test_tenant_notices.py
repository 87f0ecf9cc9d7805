from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from dbos import DBOS
from sqlalchemy import text

from pipeline.model.errors import StoreUnreachable, VendorUnavailable
from pipeline.model.tenant_notice import NoticeKind
from pipeline.store.session import Database
from pipeline.store.tenant_notices import add_notice, list_notices
from pipeline.store.tenants import change_tenant
from pipeline.vendors.smtp import SmtpNotices
from pipeline.vendors.smtp_session import SmtpServer
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.tenant_notices import enqueue_unsent, send_notice
from tests.conftest import make_tenant
from tests.mail_server import mail_server


@pytest.fixture
def queue(database, app_url) -> Iterator[DurableQueue]:
    opened = DurableQueue(database.engine, version="1")
    yield opened
    opened.close()


def reach(line) -> None:
    with line.tx() as tx:
        secrets = replace(line.owner.secrets, contact_email="legal@acme.example")
        change_tenant(tx, replace(line.owner, secrets=secrets), keys=line.context.vault.keys, actor="test", changed=[])


def add(line, subject: str = "lrq_1") -> str:
    with line.tx() as tx:
        add_notice(tx, NoticeKind.REQUEST, subject=("legal_request", subject), cause="subpoena")
        return next(n.id for n in list_notices(tx) if n.subject_id == subject)


def named(database) -> list[str]:
    query = text("select workflow_uuid from dbos.workflow_status where name = 'tell_tenant' order by created_at")
    with database.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def work_off(line, app_url: str, *workflows: str) -> list[dict]:
    engine.launch(line.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handles = [DBOS.retrieve_workflow(workflow) for workflow in workflows]
        while any(h.get_status().status in ("PENDING", "ENQUEUED") for h in handles):
            time.sleep(0.05)
        return [dict(h.get_result()) for h in handles]
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error


def test_a_notice_is_enqueued_once_an_hour_until_it_is_sent_and_only_where_something_reaches_its_tenant(
    line, queue, database, clock
):
    notice = add(line)
    assert enqueue_unsent(line.context.vault, queue, clock) == 0
    reach(line)
    for _ in range(2):
        assert enqueue_unsent(line.context.vault, queue, clock) == 1
    assert named(database) == [f"tell:acme:{notice}:{clock.now():%Y%m%dT%H}"]
    clock.move(hours=1)
    enqueue_unsent(line.context.vault, queue, clock)
    assert len(named(database)) == 2


def test_the_worker_tells_the_tenant_again_and_again_until_the_mail_server_takes_it(
    line, queue, app_url, database, clock
):
    reach(line)
    notice = add(line)
    with mail_server() as post:
        server = SmtpServer(host=post.host, port=post.port, sender="notices@earmark.example", security="none")
        told = line.with_parts(channels={"email": SmtpNotices(server)})
        enqueue_unsent(line.context.vault, queue, clock)
        post.status = 550
        assert work_off(told, app_url, *named(database)) == [{"is_sent": False, "failed": "VendorRefused"}]
        post.status = 250
        clock.move(hours=1)
        enqueue_unsent(line.context.vault, queue, clock)
        assert work_off(told, app_url, named(database)[-1]) == [{"is_sent": True, "delivered": 1, "failed": 0}]
        [(_, message)] = post.messages
    assert "legal request lrq_1" in message.get_content()
    assert [e["kind"] for e in line.events("tenant:notice:sent")] == ["request"]
    assert line.events("tenant:notice:queued")
    clock.move(hours=1)
    assert enqueue_unsent(line.context.vault, queue, clock) == 0
    with line.tx() as tx:
        assert [n.id for n in list_notices(tx, is_open=False)] == [notice]


def test_a_mail_server_that_is_busy_is_asked_again_within_the_same_work(line, queue, app_url, database, clock):
    reach(line)
    add(line)
    asked = []

    class Busy:
        def deliver(self, notice, address):
            asked.append(notice.id)
            if len(asked) == 1:
                raise VendorUnavailable("smtp", "recipient", status=451)
            return 250

    enqueue_unsent(line.context.vault, queue, clock)
    told = line.with_parts(channels={"email": Busy()})
    assert work_off(told, app_url, *named(database)) == [{"is_sent": True, "delivered": 1, "failed": 0}]
    assert len(asked) == 2
    assert len(set(asked)) == 1


def test_a_tenant_whose_key_is_gone_keeps_no_other_from_being_told(line, queue, database, keys, clock):
    gone = make_tenant(database, keys, "aaa")
    with database.transaction(gone.id) as tx:
        add_notice(tx, NoticeKind.REQUEST, subject=("legal_request", "lrq_0"), cause="subpoena")
    keys.destroy_tenant_key(gone.id)
    reach(line)
    add(line)
    assert enqueue_unsent(line.context.vault, queue, clock) == 1


def test_what_fails_for_good_is_told_by_its_class_alone():
    def tell():
        raise VendorUnavailable("smtp", "deliver", status=451)

    assert send_notice(tell, "acme") == {"is_sent": False, "failed": "VendorUnavailable"}


def test_with_the_database_away_they_are_enqueued_at_the_next_look(line, queue, tmp_path, clock):
    away = Database(f"postgresql+psycopg://nobody@/x?host={tmp_path}", clock=clock)
    with pytest.raises(StoreUnreachable):
        enqueue_unsent(replace(line.context.vault, database=away), queue, clock)
    away.close()
