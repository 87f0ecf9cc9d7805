from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline.model.bulk import BulkKind
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.steps.list_source import list_days, list_source
from pipeline.store.bulk_jobs import add_job, begin_work
from pipeline.store.bulk_sources import open_item, seal_source
from pipeline.vendors.folder_deposit import FolderDeposit
from pipeline.vendors.twilio import TwilioRecordings
from samples.twilio_standin import Standin
from tests.at_twilio import AtTwilio


@pytest.fixture
def twilio(tenant) -> Iterator[AtTwilio]:
    with Standin() as standin:
        yield AtTwilio(standin, tenant)


def a_job(line, *, place="", **options):
    keys = line.context.vault.keys
    with line.tx() as tx:
        sealed = seal_source({"place": place}, keys=keys, tenant=line.owner.id) if place else None
        return add_job(tx, BulkKind.BACKFILL, options=options, actor="user:ada", sealed=sealed).id


def items(line, job):
    with line.tx() as tx:
        many = begin_work(tx, job).items
        return [open_item(tx, job, n, keys=line.context.vault.keys) for n in range(1, many + 1)]


def test_the_vendors_recordings_are_listed_day_by_day_and_each_once(line, twilio):
    now = twilio.now()
    early, late = twilio.record(ago=timedelta(days=2)), twilio.record(ago=timedelta(days=1))
    old = twilio.record(ago=timedelta(days=9))
    broken = twilio.record(ago=timedelta(days=1), status="absent")
    at_twilio = line.with_parts(vendor=TwilioRecordings(api_base=twilio.standin.url))
    since, until = (now - timedelta(days=2)).date(), (now - timedelta(days=1)).date()
    job = a_job(line, since=since.isoformat(), until=until.isoformat())
    days = list_days(line.context, line.owner.id, job)["days"]
    assert days == [since.isoformat(), until.isoformat()]
    for day in (*days, *days):
        list_source(at_twilio.context, line.owner.id, job, day)
    listed = items(line, job)
    assert listed[0]["sid"] == early.sid
    assert {one["sid"] for one in listed} == {early.sid, late.sid, broken.sid}
    assert old.sid not in str(listed)
    assert [one["made"] is None for one in listed if one["sid"] == broken.sid] == [True]


def test_files_are_listed_in_one_go(line, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    for name in ("a.wav", "b.wav"):
        (place / name).touch()
    ready = line.with_parts(deposits=lambda place: FolderDeposit(tmp_path / place))
    job = a_job(line, place="place")
    assert list_days(ready.context, line.owner.id, job) == {"days": [""]}
    for _ in range(2):
        assert list_source(ready.context, line.owner.id, job, "") == {"listed": 2}
    with pytest.raises(InvalidInput):
        list_source(line.context, line.owner.id, job, "")
    assert [one["name"] for one in items(line, job)] == ["a.wav", "b.wav"]
    gone = line.with_parts(deposits=lambda place: FolderDeposit(tmp_path / "gone"))
    with pytest.raises(NotFound):
        list_source(gone.context, line.owner.id, job, "")
