"""Purges on a real S3 server: versions counted, locks and holds honoured, a killed process finished exactly."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.decisions.holds import approve_release, ask_release, place
from pipeline.steps.purge import NOTHING, purge_recording
from pipeline.vendors.s3 import S3Artifacts
from tests.bench.purge import begin, certified, fill, kill_when, s3_context
from tests.conftest import APP_ROLE
from tests.disposal import end
from tests.line import Line

SEVERAL = 120


@pytest.fixture
def settings(seaweedfs):
    """A place of its own in the bucket for each test."""
    return replace(seaweedfs, prefix=f"{uuid.uuid4().hex}/")


@pytest.fixture
def line(database, tenant, tmp_path, settings, postgres, database_name) -> Line:
    context = s3_context(postgres.url(database_name, user=APP_ROLE), tmp_path, settings)
    context = replace(context, vault=replace(context.vault, database=database))
    return Line(context=context, owner=tenant, folder=tmp_path)


def purge(line, recording):
    return purge_recording(line.context, line.owner.id, recording)


def ended(line, count):
    recording, stored = fill(line, count)
    end(line, line.context.read(line.owner.id, recording)[0])
    return recording, stored


def test_every_version_and_marker_is_destroyed_and_the_certificate_names_each(line):
    recording, stored = ended(line, 12)
    receipt = purge(line, recording)
    assert (receipt["is_done"], receipt["objects"]) == (True, 12)
    assert certified(line) == stored
    assert sum(len(versions) for versions in stored.values()) == 14
    assert list(line.context.vault.objects.list_versions("tenants/")) == []


def test_a_locked_version_is_refused_until_its_day(line, settings):
    recording, stored = ended(line, 3)
    entry = next(e for e in line.context.vault.objects.list_versions("tenants/") if not e.is_delete_marker)
    until = datetime.now(UTC) + timedelta(seconds=12)
    line.context.vault.objects.lock(entry.key, retain_until=until)
    receipt = purge(line, recording)
    assert (receipt["is_done"], receipt["objects"]) == (False, 2)
    assert receipt["reason"].startswith("locked_until:")
    assert [e.key for e in line.context.vault.objects.list_versions("tenants/") if e.version == entry.version] == [
        entry.key
    ]
    import time

    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()) + 2)
    assert purge(line, recording)["is_done"]
    assert certified(line) == stored


def test_a_hold_is_honoured_by_the_store_itself_and_by_us(line, settings):
    recording, stored = ended(line, 2)
    found = line.context.read(line.owner.id, recording)[0]
    with line.tx() as tx:
        hold = place(tx, line.context.vault, matter="m", scope=("call", found.call), actor="u", reason="lawsuit")
    assert purge(line, recording) == NOTHING
    key = next(iter(line.context.vault.objects.list_versions("tenants/"))).key
    assert not S3Artifacts(settings).purge(key).is_complete
    with line.tx() as tx:
        ask_release(tx, hold=hold.id, actor="user:1", reason="settled")
        approve_release(tx, hold=hold.id, actor="u2")
    assert purge(line, recording)["is_done"]
    assert set(certified(line)) == set(stored)


def test_killed_in_the_middle_it_is_finished_after_a_restart_with_an_exact_certificate(
    line, settings, postgres, database_name, tmp_path
):
    recording, stored = ended(line, SEVERAL)
    url = postgres.url(database_name, user=APP_ROLE)
    for third in (1, 2):
        gone = kill_when(line, begin(url, tmp_path, settings, recording), third * SEVERAL // 3)
        assert 0 < gone < SEVERAL
        assert certified(line) == {}
    receipt = purge(line, recording)
    assert (receipt["is_done"], receipt["objects"]) == (True, SEVERAL)
    assert certified(line) == stored
    assert list(line.context.vault.objects.list_versions("tenants/")) == []
    assert len(line.events("artifact:artifact:purged")) == SEVERAL
