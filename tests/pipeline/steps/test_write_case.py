from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.redaction.evaluation.labelled import parse_labelled
from pipeline.steps.purge import purge_recording
from pipeline.steps.write_case import write_case
from tests.quality import ADA, end, published, read_as, sample_of, set_to


@pytest.fixture
def finished(line):
    """A call in which a reader took the name for nothing personal, and found a word that was missed."""
    set_to(line, keeps_cases=True)
    recording = published(line)
    read_as(line, ADA, wrong=[0], missed=EntityType.PIN)
    return recording


def kept(line, recording):
    return write_case(line.context, line.owner.id, sample_of(line, recording).id)


def test_a_case_has_what_was_said_with_what_is_personal_in_the_form_that_is_measured_with(line, finished):
    receipt = kept(line, finished)
    case = line.artifact(finished, ArtifactKind.EXPORT)
    assert receipt == {"artifact": case.id}
    (read,) = parse_labelled([line.context.vault.read(case)], name="case")
    (said,) = [t for t in read.turns if t.turn.speaker == "caller"]
    labels = {said.turn.text[one.span.start : one.span.end]: one.type for one in said.labels}
    assert labels == {"5551234": "PHONE_NUMBER", "name": "PIN"}
    assert "canaryname" in said.turn.text
    assert read.source == "quality"


def test_a_case_is_made_once_audited_and_never_trained_on(line, finished):
    assert kept(line, finished) == kept(line, finished)
    assert line.kinds(finished).count("export") == 1
    (event,) = line.events("quality:case:kept")
    assert (event["recording"], event["scope"]) == (finished.id, "own_instance")
    case = line.artifact(finished, ArtifactKind.EXPORT)
    assert line.context.vault.objects.read_tags(case.object_key)["training-eligible"] == "false"
    assert b"canaryname" not in line.context.vault.objects.get(case.object_key)


def test_without_the_tenants_word_there_is_no_case(line, finished):
    set_to(line, keeps_cases=False)
    assert kept(line, finished) == {"artifact": None, "reason": "not_allowed"}
    assert "export" not in line.kinds(finished)


def test_an_unfinished_reading_and_a_recording_that_ended_give_no_case(line, finished):
    assert kept(line, published(line))["reason"] == "not_finished"
    with line.tx() as tx:
        end(tx, finished)
    assert kept(line, finished)["reason"] == "ended"


def test_a_case_goes_when_its_recording_goes(line, finished):
    kept(line, finished)
    with line.tx() as tx:
        end(tx, finished)
    line.run(purge_recording, finished)
    assert "export" not in line.kinds(finished)
