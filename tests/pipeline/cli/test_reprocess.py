from __future__ import annotations

import pytest

from pipeline.cli.opened import open_tenant
from pipeline.model.recording import RecordingState
from pipeline.store.recordings import mark_state, merge_facts
from tests.builders import a_call, a_recording
from tests.pipeline.cli.conftest import document, logged, told_in_one_line


@pytest.fixture
def outdated(postgres, database_name, acme):
    """A published recording that detector 1 made; its sound is not here, so that it counts as one without."""
    with open_tenant(acme) as (base, tx):
        made = a_recording(tx, a_call(tx, base.keys))
        mark_state(tx, made.id, RecordingState.PUBLISHED)
        merge_facts(tx, made.id, {"detector": "1"})
    return made.id


def test_a_plan_is_told_and_nothing_is_written(earmark, acme, outdated):
    before = len(logged(acme))
    told = document(earmark("reprocess", "plan", "--tenant", acme, "--json"))
    assert told == {"by_detector": {"1": 1}, "left": {"no_original": 1}, "due": 0}
    assert "left, no original" in earmark("reprocess", "plan", "--tenant", acme)[1]
    assert document(earmark("reprocess", "plan", "--tenant", acme, "--detector-before", "1", "--json"))["due"] == 0
    assert len(logged(acme)) == before


def test_a_job_is_started_paused_and_resumed_by_named_people(earmark, acme, outdated):
    started = document(earmark("reprocess", "start", "--tenant", acme, "--as", "user:ada", "--json"))
    assert (started["state"], started["items"], started["chunks"]) == ("running", 1, 1)
    assert "not finished" in told_in_one_line(*earmark("reprocess", "start", "--tenant", acme))
    which = ("--tenant", acme, "--job", started["job"])
    assert document(earmark("reprocess", "pause", *which, "--as", "user:bob", "--json"))["state"] == "paused"
    assert "cannot be paused" in told_in_one_line(*earmark("reprocess", "pause", *which))
    assert document(earmark("reprocess", "resume", *which, "--json"))["state"] == "running"
    (found,) = document(earmark("reprocess", "status", "--tenant", acme, "--json"))
    assert (found["job"], found["done"], found["started_by"]) == (started["job"], 0, "user:ada")
    assert "0/1" in earmark("reprocess", "status", "--tenant", acme)[1]
    told = [(entry.tag, entry.actor) for entry in logged(acme) if entry.tag.startswith("bulk:")]
    assert told[:2] == [("bulk:job:started", "user:ada"), ("bulk:job:paused", "user:bob")]


def test_bad_input_is_told_in_one_line(earmark, acme):
    plan = ("reprocess", "plan", "--tenant", acme)
    assert "a detector's version" in told_in_one_line(*earmark(*plan, "--detector-before", "newest"))
    assert "a day is written as" in told_in_one_line(*earmark(*plan, "--since", "soon"))
    assert "no job" in told_in_one_line(*earmark("reprocess", "pause", "--tenant", acme, "--job", "bulk_x"))
