from __future__ import annotations

from sqlalchemy import text

from pipeline.model.bulk import BulkKind
from pipeline.store.bulk_evidence import add_evidence, find_evidence, mark_attached, seal_evidence
from pipeline.store.bulk_jobs import add_job
from pipeline.store.recordings import find_recording_by_sid
from pipeline.store.reduce_rows import reduce_recording
from tests.builders import a_call, a_recording
from tests.evidence import REFERENCE, evidence, line

SID = "RE" + "a" * 32


def test_what_is_attested_stands_sealed_and_goes_with_its_recording(database, tenant, keys):
    read = evidence(line(SID), line(SID, leg="callee"))
    sealed = seal_evidence(read.by_recording, keys=keys, tenant=tenant.id)
    with database.transaction(tenant.id) as tx:
        job = add_job(tx, BulkKind.BACKFILL, options={}, actor="user:ada")
        add_evidence(tx, job.id, sealed)
        found = find_evidence(tx, job.id, SID, keys=keys)
        assert (found.attested, found.recording) == (read.by_recording[SID], None)
        assert find_evidence(tx, "bulk_other", SID, keys=keys) is None
        rows = tx.connection.execute(text("select * from earmark.bulk_evidence")).all()
        assert REFERENCE not in str(rows)
        recording = a_recording(tx, a_call(tx, keys), sid=SID)
        assert find_recording_by_sid(tx, SID).id == recording.id
        mark_attached(tx, found.id, recording.id)
        assert find_evidence(tx, job.id, SID, keys=keys).recording == recording.id
        reduce_recording(tx, recording, why="child")
        assert find_evidence(tx, job.id, SID, keys=keys).attested == ()
