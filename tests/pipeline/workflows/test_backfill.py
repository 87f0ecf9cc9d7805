from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from dbos import DBOS

from pipeline.model.bulk import BulkKind, BulkState
from pipeline.model.errors import Conflict, InvalidInput
from pipeline.model.recording import RecordingState
from pipeline.steps.reconcile import Reconciling
from pipeline.steps.reconcile import reconcile as reconcile_step
from pipeline.store.bulk_evidence import seal_evidence
from pipeline.store.bulk_jobs import list_jobs
from pipeline.store.recordings import list_recordings
from pipeline.store.tenants import change_tenant
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.workflows import engine
from pipeline.workflows.backfill import BackfillAsk, start_backfill
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from samples.twilio_standin import Standin
from tests.at_twilio import AtTwilio
from tests.backfill import begin, outcomes, with_folder, work_off
from tests.evidence import evidence
from tests.evidence import line as attested
from tests.pipeline.workflows.house_of_fakes import tone, two_voices

AT = "2026-03-01T10:00:00"


@pytest.fixture
def twilio(tenant) -> Iterator[AtTwilio]:
    with Standin() as standin:
        yield AtTwilio(standin, tenant)


def states(line) -> dict[str, RecordingState]:
    with line.tx() as tx:
        return {one.recording_sid: one.state for one in list_recordings(tx)}


def test_a_worker_lists_twilios_recordings_and_takes_in_what_evidence_permits(line, app_url, twilio):
    """One whose caller agreed, one who said no, one of whom nothing is known."""
    agreed, declined, unknown = (twilio.record(ago=timedelta(days=1), source="DialVerb") for _ in range(3))
    agreed.sound = np.random.default_rng(1).integers(-3000, 3000, (48_000, 2), dtype=np.int16)
    read = evidence(attested(agreed.sid), attested(declined.sid, "declined"))
    keys, today = line.context.vault.keys, twilio.now().date()
    ask = BackfillAsk(
        since=today - timedelta(days=2),
        until=today,
        evidence=seal_evidence(read.by_recording, keys=keys, tenant=line.owner.id),
        evidence_sha256=read.sha256,
    )
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    with line.tx() as tx:
        job = start_backfill(tx, queue, ask, keys=keys, actor="user:ada")
    with line.tx() as tx, pytest.raises(Conflict):
        start_backfill(tx, queue, ask, keys=keys, actor="user:ada")
    queue.close()
    at_twilio = line.with_parts(vendor=TwilioRecordings(api_base=twilio.standin.url))
    engine.launch(at_twilio.context, database_url=app_url, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        while _job(line).state is not BulkState.FINISHED:
            time.sleep(0.1)
        workflow = f"bulk:{line.owner.id}:{job.id}:0:1"
        assert DBOS.retrieve_workflow(workflow).get_result() == {"listed": 3}
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error
    assert dict(_job(line).outcomes) == {"no_evidence": 1, "published": 1, "refused": 1}
    assert states(line) == {agreed.sid: RecordingState.PUBLISHED, declined.sid: RecordingState.REFUSED}
    # A comparison that reaches back over all of them takes nothing of what was left for news of a call.
    reconcile = Reconciling(vault=line.context.vault, vendor=at_twilio.context.vendor, accept=_refuses_news)
    for since in (None, twilio.now() - timedelta(days=3)):
        assert reconcile_step(reconcile, line.owner.id, since=since)["taken_up"] == 0
    assert unknown.sid in twilio.live()
    assert declined.sid not in twilio.live()


def _refuses_news(tx, theirs):
    raise AssertionError(theirs.recording_sid)


def _job(line):
    with line.tx() as tx:
        (found,) = list_jobs(tx, BulkKind.BACKFILL)
    return found


def test_files_are_taken_in_once_and_what_is_left_is_taken_by_a_later_job_with_evidence(line, app_url):
    ready, sha256 = with_folder(line, one=two_voices(), two=two_voices(5.0), three=tone(2.0), junk=b"none")
    yes = {name: attested(digest, recorded_at=AT) for name, digest in sha256.items()}
    no = attested(sha256["three"], "declined", recorded_at=AT)
    assert work_off(ready, begin(ready, yes["one"], no, place="folder")) == {
        "no_evidence": 1, "published": 1, "refused": 1, "unusable": 1,
    }  # fmt: skip
    later = begin(ready, *yes.values(), place="folder")
    assert work_off(ready, later) == {"gone": 1, "known": 1, "published": 1, "unusable": 1}
    assert sorted(states(line).values()) == ["published", "published", "refused"]


def test_a_job_that_died_again_and_again_goes_on_with_what_it_had_noted(line, app_url):
    ready, sha256 = with_folder(line, one=two_voices())
    job = begin(ready, attested(sha256["one"], recorded_at=AT), place="folder")
    for step in ("take_in", "capture", "note_bulk"):
        with pytest.raises(KeyboardInterrupt):
            work_off(ready, job, dies_before=step)
        assert outcomes(line, job) == {}
    assert work_off(ready, job) == {"published": 1}
    assert list(states(line).values()) == [RecordingState.PUBLISHED]


def test_a_tenant_without_an_account_has_nothing_at_twilio(line):
    with line.tx() as tx:
        bare = replace(line.owner, account_sid=None)
        change_tenant(tx, bare, keys=line.context.vault.keys, actor="test", changed=[])
    with pytest.raises(InvalidInput, match="no account"):
        begin(line)
