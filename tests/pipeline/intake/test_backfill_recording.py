from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.consent.attested import Made
from pipeline.intake.backfill_recording import Attestation, backfill_recording
from pipeline.model.bulk import BulkKind
from pipeline.model.consent import Method, Purpose
from pipeline.model.recording import RecordingState
from pipeline.policies.loader import load_bundle
from pipeline.store.audit import list_events
from pipeline.store.bulk_evidence import add_evidence, find_evidence, seal_evidence
from pipeline.store.bulk_jobs import add_job
from pipeline.store.calls import get_call, list_legs
from pipeline.store.consents import list_consents
from tests.evidence import REFERENCE, evidence, line

CALL = "CA" + "c" * 32
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
SIDS = ("RE" + "a" * 32, "RE" + "b" * 32)


@pytest.fixture
def noted(database, tenant, keys):
    """Two recordings of one call, each with evidence of its own."""
    read = evidence(*(line(sid) for sid in SIDS), line(SIDS[1], leg="callee"))
    sealed = seal_evidence(read.by_recording, keys=keys, tenant=tenant.id)
    with database.transaction(tenant.id) as tx:
        job = add_job(tx, BulkKind.BACKFILL, options={}, actor="user:ada")
        add_evidence(tx, job.id, sealed)
        made = []
        for n, sid in enumerate(SIDS):
            given = Attestation(
                evidence=find_evidence(tx, job.id, sid, keys=keys),
                job=job.id,
                file_sha256=read.sha256,
                actor="user:ada",
            )
            told = Made(
                recording_sid=sid,
                call_sid=CALL,
                source="DialVerb",
                channels=2,
                started_at=AT + timedelta(minutes=n),
                duration_s=6,
            )
            made.append(backfill_recording(tx, tenant, told, given, judged_by=(load_bundle("nejix"), "1"), keys=keys))
        yield tx, made


def test_it_is_noted_once_with_its_own_time_and_its_people(noted):
    tx, (first, second) = noted
    assert (first.state, first.started_at, first.source) == (RecordingState.COMPLETED, AT, "DialVerb")
    assert first.call == second.call
    call = get_call(tx, first.call)
    assert (call.direction, call.started_at) == ("backfill", AT)
    assert [leg.role.value for leg in list_legs(tx, first.call)] == ["callee", "caller"]


def test_each_purpose_is_attested_by_itself_and_training_never(noted):
    tx, (first, _) = noted
    events = list_consents(tx, first.call)
    assert len(events) == 12
    assert {event.method for event in events} == {Method.ATTESTED_EVIDENCE}
    assert Purpose.TRAIN not in {event.purpose for event in events}


def test_who_attested_by_which_file_is_in_the_log_and_where_it_lies_is_not(noted):
    tx, (first, _) = noted
    (event,) = [e.entry for e in list_events(tx, target=first.id) if e.entry.tag == "consent:evidence:attached"]
    assert event.actor == "user:ada"
    assert event.facts["ways"] == "prior_written"
    assert len(event.facts["evidence_sha256"]) == 64
    assert all(e.entry.actor == "user:ada" for e in list_events(tx) if e.entry.tag == "call:consent:noted")
    assert REFERENCE not in str([e.entry for e in list_events(tx)])
