"""Legal holds on a real S3 server: on every version, read back, in every purge's way, gone with the last matter."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.model.errors import StoreDenied
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.settle_hold import settle_hold
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from tests.conftest import make_tenant
from tests.holds_machine import HoldsMachine
from tests.line import Line
from tests.pipeline.decisions.test_holds import hold, is_locked, kept, release
from tests.pipeline.workflows.house_of_fakes import scripted_context


@pytest.fixture
def store(seaweedfs: S3Settings, tmp_path) -> S3Artifacts:
    return S3Artifacts(replace(seaweedfs, prefix=f"{tmp_path.name}/"))


@pytest.fixture
def line(database, tenant, tmp_path, store) -> Line:
    made = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    return made.with_parts(vault=replace(made.context.vault, objects=store))


def settle(line: Line, placed) -> None:
    settle_hold(line.context, line.owner.id, placed.id)


def test_a_hold_covers_every_version_and_no_purge_gets_through(line, store):
    recording = line.record()
    key = kept(line, recording)
    body = store.get(key)
    store.mark_deleted(key)
    store.put_if_absent(key, body, metadata={}, tags={})
    line.run(decide_artifacts, recording)
    first, second = hold(line, "recording", recording.id), hold(line, "tenant", "acme", "m-2")
    report = store.purge(key)
    assert [v.is_delete_marker for v in report.remaining] == [False, False]
    settle(line, release(line, first))
    assert is_locked(line, key)
    assert len(store.purge(key).remaining) == 2
    settle(line, release(line, second))
    assert not is_locked(line, key)
    assert store.purge(key).is_complete


def test_what_is_made_after_a_hold_is_locked_at_once(line):
    recording = line.record()
    hold(line, "call", recording.call)
    assert is_locked(line, kept(line, recording))


def test_a_store_that_refuses_leaves_no_hold(line, seaweedfs):
    recording = line.record()
    kept(line, recording)
    denied = replace(line.context.vault, objects=S3Artifacts(replace(seaweedfs, secret_key="another-secret")))
    with pytest.raises(StoreDenied):
        hold(line, "recording", recording.id, vault=denied)
    assert line.events("hold:hold:placed") == []


def test_nothing_under_hold_is_free_and_nothing_free_is_held(line, clock, database):
    numbers = itertools.count()

    def machine() -> HoldsMachine:
        owner = make_tenant(database, line.context.vault.keys, f"t{next(numbers)}")
        return HoldsMachine(replace(line, owner=owner), clock)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
