from __future__ import annotations

import pytest

from pipeline.decisions.children import note_child
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.reads.quality_cases import export_cases
from pipeline.redaction.evaluation.labelled import parse_labelled
from pipeline.steps.write_case import write_case
from tests.quality import ADA, published, read_as, sample_of, set_to


def opened(line, reason="measuring"):
    return list(export_cases(line.context.vault, line.owner.id, actor="cli", reason=reason))


@pytest.fixture
def recordings(line):
    set_to(line, keeps_cases=True)
    made = [published(line) for _ in range(2)]
    for _ in made:
        read_as(line, ADA)
    for recording in made:
        write_case(line.context, line.owner.id, sample_of(line, recording).id)
    return made


def test_every_case_is_a_line_and_in_the_log(line, recordings):
    lines = opened(line)
    assert {case.id for case in parse_labelled(lines, name="cases")} == {sample_of(line, r).id for r in recordings}
    reads = [e for e in line.events("artifact:artifact:read") if e["kind"] == "export"]
    assert {(e["recording"], e["reason"]) for e in reads} == {(r.id, "measuring") for r in recordings}


def test_what_may_be_shown_to_nobody_is_left_out(line, recordings):
    with line.tx() as tx:
        note_child(tx, recordings[0].id, age=9, actor="user:1")
    assert [case.id for case in parse_labelled(opened(line), name="cases")] == [sample_of(line, recordings[1]).id]


def test_without_a_reason_or_the_tenants_word_nothing_is_opened(line, recordings):
    with pytest.raises(InvalidInput):
        opened(line, " ")
    set_to(line, keeps_cases=False)
    with pytest.raises(NotPermitted):
        opened(line)
