from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import StoreUnreachable
from pipeline.model.retention import RetentionBasis
from pipeline.steps.decide import decide_artifacts, decide_call, judge_artifacts
from pipeline.steps.put_in_force import put_in_force
from pipeline.steps.redecide import redecide
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import find_decision
from pipeline.store.endings import Ending, add_ending
from pipeline.store.vault import Shelf
from tests.training import COOL_OFF, a_line, agreed

KIND = ArtifactKind.RECORDING_REDACTED


@pytest.fixture
def line(database, keys, tmp_path):
    return a_line(database, keys, tmp_path)


@pytest.fixture
def recording(line, clock):
    made = agreed(line)
    clock.move(days=COOL_OFF)
    return made


def in_force(line, recording):
    with line.tx() as tx:
        return find_decision(tx, line.artifact(recording, KIND).id)


def all_tags(line, recording):
    with line.tx() as tx:
        found = list_artifacts(tx, recording=recording.id)
    return [line.context.vault.objects.read_tags(artifact.object_key) for artifact in found]


def meanwhile(line, act):
    """The line, of which something happens when the first object is tagged: after the judging, before the rows."""
    vault = line.context.vault

    class Meanwhile(type(vault.objects)):
        is_over = False

        def write_tags(self, key, tags):
            if not Meanwhile.is_over:
                Meanwhile.is_over = True
                act()
            return super().write_tags(key, tags)

    return line.with_parts(vault=replace(vault, objects=Meanwhile(line.folder / "objects")))


def taking_back(line, recording):
    return meanwhile(line, lambda: line.withdraw(recording.call, after_s=0))


def test_consent_that_is_taken_back_while_something_is_judged_is_in_its_decision(line, recording):
    taking_back(line, recording).run(decide_artifacts, recording)
    training = in_force(line, recording).record["training"]
    assert (training["eligible"], "WITHDRAWN" in {r["code"] for r in training["reasons"]}) == (False, True)


def test_what_is_judged_again_is_not_put_in_force_from_what_was_true_before(line, recording):
    with line.tx() as tx:
        artifacts = [artifact.id for artifact in list_artifacts(tx, recording=recording.id)]
    with pytest.raises(StoreUnreachable):
        redecide(taking_back(line, recording).context, line.owner.id, artifacts)
    assert not in_force(line, recording).is_training_eligible
    assert {tags["training-eligible"] for tags in all_tags(line, recording)} == {"false"}
    redecide(line.context, line.owner.id, artifacts)
    assert "WITHDRAWN" in {r["code"] for r in in_force(line, recording).record["training"]["reasons"]}


def test_what_ends_a_call_while_what_belongs_to_it_is_judged_is_in_its_decision(line, recording):
    shelf = Shelf(tenant=line.owner.id, recording=None, call=recording.call, on=date(2026, 11, 21))
    made = line.context.vault.keep(shelf, ArtifactKind.SUMMARY, b"words")
    ending = Ending(scope_kind="call", scope_id=recording.call, cause=RetentionBasis.DELETION_REQUEST, source="dsr_1",
                    ends_on=date(2026, 11, 21))  # fmt: skip

    def end():
        with line.tx() as tx:
            add_ending(tx, ending, actor="test")

    decide_call(meanwhile(line, end).context, line.owner.id, recording.call)
    with line.tx() as tx:
        assert find_decision(tx, made.id).facts["events"]["deletion_requested_on"] == "2026-11-21"


def test_where_things_changed_no_row_is_written(line, recording):
    verdicts = judge_artifacts(line.context, line.owner.id, recording.id)
    before = in_force(line, recording)
    assert not put_in_force(line.context, verdicts, still=lambda tx: False)
    assert in_force(line, recording) == before
    assert put_in_force(line.context, verdicts, still=lambda tx: True)
    assert in_force(line, recording).is_training_eligible
    assert put_in_force(line.context, ())
