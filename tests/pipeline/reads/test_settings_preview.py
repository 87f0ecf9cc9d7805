from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.law_of_call import mode_of, plan_of
from pipeline.policies.loader import load_bundle, load_law, load_matrix
from pipeline.reads.settings_preview import Weighed, preview_settings
from pipeline.store.audit import list_events
from pipeline.store.policy_versions import begun_with
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context

STEPS = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio", "keep_receipts", "decide")


@pytest.fixture
def line(database, tenant, tmp_path, clock) -> Line:
    made = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    for _ in range(2):
        made.through(made.record(), *STEPS)
        clock.move(minutes=1)
    return made


def preview(line, *, latest=10, **chosen):
    law = load_law()
    weighed = Weighed(
        before=line.owner,
        after=replace(line.owner, settings=replace(line.owner.settings, **chosen)),
        shelf=begun_with(load_bundle("nejix")),
        matrix=load_matrix(),
        beginning=lambda legs, owner: mode_of(plan_of(legs, owner, law=law), owner),
    )
    with line.tx() as tx:
        before = len(list(list_events(tx)))
        found = preview_settings(tx, weighed, latest=latest)
        assert len(list(list_events(tx))) == before
    return found


def test_the_latest_recordings_are_looked_at_and_each_move_counted_with_examples(line, clock):
    assert preview(line).counts == {}
    found = preview(line, retention_days={"recording.original": 30})
    assert (found.recordings, found.counts) == (2, {"shorter": 2})
    assert len(found.examples["shorter"]) == 2
    assert preview(line, latest=1, retention_days={"recording.original": 30}).counts == {"shorter": 1}
    assert preview(line, retention_days={"recording.original": 300}).counts == {"longer": 2}
    clock.move(days=31)
    assert preview(line, retention_days={"recording.original": 30}).counts == {"shorter": 2, "due_now": 2}


def test_what_is_switched_off_would_have_kept_calls_from_being_recorded_and_moves_nothing_that_is_kept(line):
    found = preview(line, is_recording_on=False, is_transcription_on=False)
    assert set(found.counts) == {"not_recorded_then", "not_transcribed_then", "begins_otherwise"}
    assert found.counts["begins_otherwise"] == 2


def test_asking_everybody_changes_how_calls_begin(line):
    assert preview(line, asks_everyone=True).counts == {"begins_otherwise": 2}
