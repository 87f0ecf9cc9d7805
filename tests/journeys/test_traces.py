"""From a callback to its artifacts by one id: through the request, the durable start, the log and the audit log."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator

import pytest
from dbos import DBOS

from pipeline.model.audit import AuditTag
from pipeline.store.audit import list_events
from pipeline.store.calls import get_call
from pipeline.telemetry import configure, log
from pipeline.telemetry.traces import Traces
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.builders import a_call, answer
from tests.conftest import APP_ROLE
from tests.fakes import NotedRecordings, NotedTelephony
from tests.line import Line
from tests.otlp_collector import Collector, facts
from tests.pipeline.workflows.house_of_fakes import SAID, scripted_context, tone
from tests.webhooks.conftest import BASE, NEW_YORK, Stage
from tests.webhooks.twilio.test_news import a_callback
from webhooks.tenancy import WebContext

CANARIES = (
    *SAID.split()[3:4], "5551234", NEW_YORK, "12125550100", "canaryquery", "canarypath", "evil.example.com", "select ",
)  # fmt: skip


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


@pytest.fixture
def stage(line, database, clock) -> Iterator[Stage]:
    queue, recordings = DurableQueue(database.engine, version="1"), NotedRecordings()
    context = WebContext(
        database=database,
        objects=line.context.vault.objects,
        keys=line.context.vault.keys,
        queue=queue,
        recordings=recordings,
        telephony=NotedTelephony(),
        clock=clock,
        public_base=BASE,
    )
    made = Stage(context, queue, recordings)  # type: ignore[arg-type]  # the real queue
    yield made
    made.client.close()
    queue.close()


def take(stage: Stage, line: Line) -> str:
    """A recording of an authorised call is told of by a signed callback; give its id."""
    sid = "RE" + secrets.token_hex(16)
    (line.folder / "vendor" / sid).write_bytes(tone())
    with line.tx() as tx:
        call = a_call(tx, line.context.vault.keys)
        answer(tx, call)
        call_sid = get_call(tx, call).call_sid
    twilio = stage.call(line.owner)
    twilio.call_sid = call_sid
    fields = a_callback(twilio, sid, "completed", RecordingDuration="6")
    assert twilio.post(twilio.path("recording") + "?q=canaryquery", fields).status_code == 204
    assert stage.client.get("/subjects/canarypath?q=canaryquery").status_code == 404
    with line.tx() as tx:
        (told,) = [e.entry for e in list_events(tx) if e.entry.tag == AuditTag.RECORDING_ANNOUNCED]
    return told.target


def work_off(line: Line, url: str, recording: str) -> str:
    engine.launch(line.context, database_url=url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handle = DBOS.retrieve_workflow(f"recording:{line.owner.id}:{recording}")
        while handle.get_status().status in ("PENDING", "ENQUEUED"):
            time.sleep(0.05)
        return str(handle.get_result()["state"])
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()


@pytest.mark.clause("nejix", "1", "referral URL, and error logs")
def test_one_trace_leads_from_the_callback_to_the_artifacts_and_tells_nothing_that_was_said(
    stage, line, collector, postgres, database_name, capfd
):
    url = postgres.url(database_name, user=APP_ROLE)
    sending = Traces(collector.endpoint, part="worker", version="1")
    sending.install()
    configure("info")
    try:
        recording = take(stage, line)
        ended = work_off(line, url, recording)
    finally:
        sending.close()
    log().info("test.over")

    with line.tx() as tx:
        events = [e.entry for e in list_events(tx)]
    announced = next(e for e in events if e.tag == AuditTag.RECORDING_ANNOUNCED)
    trace = str(announced.facts["trace"])
    stored = [e for e in events if e.tag == AuditTag.ARTIFACT_STORED]
    assert len(stored) > 2
    assert {e.facts.get("trace") for e in stored} == {trace}

    spans = [one for one in collector.spans() if one.trace_id.hex() == trace]
    names = {one.name for one in spans}
    assert ended == "published", [e.facts for e in events if e.target == recording]
    assert {"request POST", "workflow process_recording", "step settle_consent", "step capture"} <= names
    by_id = {one.span_id: one for one in spans}
    workflow = next(one for one in spans if one.name.startswith("workflow"))
    assert by_id[workflow.parent_span_id].name == "request POST"
    assert all(by_id[one.parent_span_id] is workflow for one in spans if one.name.startswith("step "))
    assert facts(workflow)["outcome"] == ended
    assert facts(by_id[workflow.parent_span_id])["route"] == "/twilio/{tenant}/recording"

    sent = b"".join(collector.bodies)
    assert sent
    assert [canary for canary in CANARIES if canary.encode() in sent] == []
    shown = capfd.readouterr().err
    assert [canary for canary in CANARIES if canary in shown] == []
