from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan
from pipeline.redaction.evaluation.labelled import parse_labelled, read_labelled

ENTITY = {"start": 11, "end": 15, "type": "PERSON", "text": "anna"}
TURN = {"turn": 4, "speaker": "agent", "text": "my name is anna", "entities": [ENTITY]}
CALL = {"id": "c1", "source": "bank", "labels": "full", "turns": [TURN]}


def parse(*calls: Any):
    return parse_labelled([json.dumps(call).encode() for call in calls], name="calls.jsonl")


def test_a_line_becomes_a_conversation_with_its_labels():
    [read] = parse(CALL)
    assert (read.id, read.source, read.is_partial, read.words) == ("c1", "bank", False, 4)
    [turn] = read.turns
    assert (turn.turn.index, turn.turn.speaker, turn.is_reconstructed) == (4, "agent", False)
    assert [(label.span, label.type, label.is_optional) for label in turn.labels] == [
        (CharSpan(11, 15), "PERSON", False)
    ]


def test_what_a_detector_is_given_has_the_same_turns_and_no_labels():
    [read] = parse(CALL)
    assert read.conversation.turns == (read.turns[0].turn,)


def test_optional_partial_and_reconstructed_are_read():
    optional = {**TURN, "reconstructed": True, "entities": [{**ENTITY, "optional": True}]}
    [read] = parse({**CALL, "labels": "partial:PERSON(patients)", "turns": [optional]})
    assert (read.is_partial, read.turns[0].is_reconstructed, read.turns[0].labels[0].is_optional) == (True, True, True)


def test_turns_without_a_number_are_counted_and_blank_lines_are_skipped():
    bare = {"id": "c2", "turns": [{"text": "hello"}, {"text": "hi"}]}
    [read] = parse_labelled([b"", json.dumps(bare).encode(), b"  "], name="calls.jsonl")
    assert [labelled.turn.index for labelled in read.turns] == [0, 1]


WRONG = [
    ("not JSON", b'{"secret": '),
    ("not JSON", b"\xff\xfe"),
    ("not a conversation", []),
    ("not a conversation", {"id": "secret"}),
    ('"id" is not text', {**CALL, "id": 7}),
    ('"labels" is not text', {**CALL, "labels": None}),
    ("turn 0: not a turn", {**CALL, "turns": ["secret"]}),
    ('turn 0: "text" is not text', {**CALL, "turns": [{"text": None}]}),
    ('turn 0: "turn" is not a number', {**CALL, "turns": [{**TURN, "turn": True}]}),
    ("two turns have the same number", {**CALL, "turns": [TURN, TURN]}),
    ("an entity is not an object", {**CALL, "turns": [{**TURN, "entities": ["secret"]}]}),
    ("does not lie inside", {**CALL, "turns": [{**TURN, "entities": [{**ENTITY, "end": 16}]}]}),
    ("does not lie inside", {**CALL, "turns": [{**TURN, "entities": [{**ENTITY, "start": 15}]}]}),
    ("not what stands at its place", {**CALL, "turns": [{**TURN, "entities": [{**ENTITY, "text": "secret"}]}]}),
    ('"type" is not text', {**CALL, "turns": [{**TURN, "entities": [{"start": 0, "end": 1}]}]}),
    ('"optional" is neither', {**CALL, "turns": [{**TURN, "entities": [{**ENTITY, "optional": "secret"}]}]}),
]


@pytest.mark.parametrize(("reason", "wrong"), WRONG)
def test_a_bad_line_is_refused_by_its_number_and_without_a_word_of_it(reason, wrong):
    line = wrong if isinstance(wrong, bytes) else json.dumps(wrong).encode()
    with pytest.raises(InvalidInput) as refused:
        parse_labelled([json.dumps({**CALL, "id": "c0"}).encode(), line], name="calls.jsonl")
    assert "calls.jsonl: line 2" in str(refused.value)
    assert reason in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_id_that_comes_twice_is_refused():
    with pytest.raises(InvalidInput, match="line 2: a conversation of this id"):
        parse(CALL, CALL)


def test_a_file_without_a_conversation_and_one_that_is_not_there_are_refused(tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(InvalidInput, match="no conversation"):
        read_labelled(tmp_path / "empty.jsonl")
    with pytest.raises(InvalidInput, match=r"none\.jsonl"):
        read_labelled(tmp_path / "none.jsonl")


def test_a_file_is_read_like_its_lines(tmp_path):
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps(CALL) + "\n" + json.dumps({**CALL, "id": "c2"}) + "\n")
    assert read_labelled(path) == parse(CALL, {**CALL, "id": "c2"})
