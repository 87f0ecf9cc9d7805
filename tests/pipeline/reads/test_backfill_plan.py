from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline.reads.backfill_plan import Planning, plan_from_files, plan_from_vendor
from pipeline.store.audit import list_events
from pipeline.store.recordings import list_recordings
from pipeline.vendors.folder_deposit import FolderDeposit
from pipeline.vendors.twilio import TwilioRecordings
from samples.twilio_standin import Standin
from tests.at_twilio import AtTwilio
from tests.builders import a_call, a_recording
from tests.evidence import evidence, line
from tests.pipeline.workflows.house_of_fakes import tone


@pytest.fixture
def twilio(tenant) -> Iterator[AtTwilio]:
    with Standin() as standin:
        yield AtTwilio(standin, tenant)


def test_twilios_list_is_counted_by_what_would_become_of_it_and_nothing_is_written(vault, tenant, twilio):
    agreed, declined, unknown, ours = (twilio.record(ago=timedelta(days=1)) for _ in range(4))
    with vault.database.transaction(tenant.id) as tx:
        a_recording(tx, a_call(tx, vault.keys), sid=ours.sid)
        before = len(list(list_events(tx)))
    read = evidence(line(agreed.sid), line(declined.sid, "declined"))
    parts = Planning(vault=vault, tenant=tenant.id, by_recording=read.by_recording)
    vendor, today = TwilioRecordings(api_base=twilio.standin.url), twilio.now().date()
    counts = plan_from_vendor(parts, vendor, since=today - timedelta(days=2), until=today)
    assert counts == {"known": 1, "no_evidence": 1, "refused": 1, "taken_in": 1}
    assert unknown.sid in twilio.live()
    with vault.database.transaction(tenant.id) as tx:
        assert len(list(list_events(tx))) == before
        assert len(list_recordings(tx)) == 1


def test_files_are_counted_by_their_bytes(vault, tenant, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    for name, body in {"a": tone(), "same": tone(), "b": tone(2.0), "c": b"no sound"}.items():
        (place / name).write_bytes(body)
    parts = Planning(vault=vault, tenant=tenant.id, by_recording={})
    assert plan_from_files(parts, FolderDeposit(place)) == {"no_evidence": 2, "unusable": 1}
