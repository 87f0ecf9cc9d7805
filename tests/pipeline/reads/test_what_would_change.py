from __future__ import annotations

import psycopg
import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.reads.what_would_change import explain_decision
from tests.corrections import published
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


def test_a_decision_in_force_is_tried_from_what_it_was_made_from_and_nothing_is_written(line):
    recording = published(line)
    copy = line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        told = explain_decision(tx, recording.id, copy.id)
        assert told.is_tried
        stands = {(m.kind, r.code.value) for m in told.matters for r in m.reasons}
        training = {reason["code"] for reason in told.record["training"]["reasons"]}
        assert training == {code for kind, code in stands if kind == "training"}
        other = published(line)
        for pair in ((other.id, copy.id), (recording.id, "art_none")):
            with pytest.raises(NotFound):
                explain_decision(tx, *pair)


def test_a_decision_whose_facts_were_changed_is_shown_and_not_tried(line, postgres, database_name):
    recording = published(line)
    copy = line.artifact(recording, ArtifactKind.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        told = explain_decision(tx, recording.id, copy.id)
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.decisions set facts = '{}' where artifact_id = %s", [copy.id])
    with line.tx() as tx:
        again = explain_decision(tx, recording.id, copy.id)
    assert (again.is_tried, again.matters, again.record) == (False, (), told.record)
