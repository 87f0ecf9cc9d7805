from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from pipeline.consent.attested import Made
from pipeline.model.bulk import BulkKind, BulkOutcome, BulkState
from pipeline.store.bulk_jobs import add_items, add_job, begin_work, get_job, give_up, note_outcome
from pipeline.store.bulk_sources import file_key, open_item, open_place, plain_made, read_made, seal_source

NAMES = ("calls/+12125550100.wav", "calls/\udcff.wav")


def test_where_files_lie_stands_sealed_and_a_name_is_forgotten_when_it_is_done(database, tenant, keys):
    of = {"keys": keys, "tenant": tenant.id}
    items = {file_key(name, **of): seal_source({"name": name}, **of) for name in NAMES}
    with database.transaction(tenant.id) as tx:
        place = seal_source({"place": "s3://calls/+1212"}, **of)
        job = add_job(tx, BulkKind.BACKFILL, options={}, actor="user:ada", sealed=place)
        assert (add_items(tx, job.id, items), add_items(tx, job.id, items)) == (2, 0)
        assert begin_work(tx, job.id).items == begin_work(tx, job.id).items == 2
        assert open_place(tx, job.id, keys=keys) == "s3://calls/+1212"
        assert [open_item(tx, job.id, n, keys=keys)["name"] for n in (1, 2)] == list(NAMES)
        shown = str(tx.connection.execute(text("select i.*, j.* from earmark.bulk_items i, earmark.bulk_jobs j")).all())
        assert "1212" not in shown
        note_outcome(tx, job.id, 1, BulkOutcome.NO_EVIDENCE)
        assert open_item(tx, job.id, 1, keys=keys) == {}


def test_a_job_whose_items_cannot_be_listed_ends_with_the_reason(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        job = add_job(tx, BulkKind.BACKFILL, options={"from": "twilio"}, actor="user:ada")
        assert open_place(tx, job.id, keys=keys) == ""
        give_up(tx, job.id, failure="VendorRefused")
        give_up(tx, job.id, failure="again")
        found = get_job(tx, job.id)
    assert (found.state, found.options) == (BulkState.FINISHED, {"from": "twilio", "failed": "VendorRefused"})


def test_what_a_source_told_is_read_as_it_was():
    made = Made(
        recording_sid="RE",
        call_sid="CA",
        source="DialVerb",
        channels=2,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration_s=None,
        encryption={"encrypted_cek": "x"},
    )
    assert read_made(plain_made(made)) == made
