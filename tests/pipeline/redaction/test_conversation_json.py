from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.conversation_json import number_of, read_conversation, text_of

CALL = {"id": "c1", "turns": [{"turn": 4, "speaker": "agent", "text": "hello", "more": 1}, {"text": "hi"}], "more": 2}


def test_a_line_is_a_conversation_and_all_that_was_written() -> None:
    conversation, read = read_conversation(json.dumps(CALL).encode(), "line 1")
    assert (conversation.id, conversation.language, read) == ("c1", "en", CALL)
    assert [(turn.index, turn.speaker, turn.text) for turn in conversation.turns] == [
        (4, "agent", "hello"), (1, "", "hi"),
    ]  # fmt: skip


TEXT = {"text": "canary"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (b'{"canary', "here: not JSON"),
        (b"[" * 100_000, "here: not JSON"),
        (b"\xff", "here: not JSON"),
        ("canary", 'here: not a conversation with "id" and "turns"'),
        ({"turns": []}, 'here: not a conversation with "id" and "turns"'),
        ({"id": 3, "turns": []}, 'here: not a conversation with "id" and "turns": "id" is not text'),
        (CALL | {"language": 1}, 'here: "language" is not text'),
        (CALL | {"turns": {}}, 'here: not a conversation with "id" and "turns"'),
        (CALL | {"turns": [TEXT, "canary"]}, 'here, turn 1: not a turn with "text"'),
        (CALL | {"turns": [TEXT, {}]}, 'here, turn 1: no "text"'),
        (CALL | {"turns": [{"text": None}]}, 'here, turn 0: "text" is not text'),
        (CALL | {"turns": [TEXT | {"turn": True}]}, 'here, turn 0: "turn" is not a number'),
        (CALL | {"turns": [TEXT | {"speaker": 1}]}, 'here, turn 0: "speaker" is not text'),
        (CALL | {"turns": [TEXT | {"turn": 1}, TEXT]}, "here: two turns have the same number"),
    ],
)
def test_what_is_no_conversation_is_refused_without_a_word_of_it(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_conversation(wrong if isinstance(wrong, bytes) else json.dumps(wrong).encode(), "here")
    assert str(refusal.value) == message
    assert refusal.value.__cause__ is None


def test_a_field_without_a_default_has_to_be_there() -> None:
    assert (text_of({}, "a", "here", "b"), number_of({}, "a", "here", 1)) == ("b", 1)
    with pytest.raises(InvalidInput, match=r'^here: "a" is not text$'):
        text_of({}, "a", "here")
    with pytest.raises(InvalidInput, match=r'^here: "a" is not a number$'):
        number_of({"a": "1"}, "a", "here")


def test_half_of_a_character_is_refused_for_no_encoding_can_write_it() -> None:
    with pytest.raises(InvalidInput, match="half of a character"):
        read_conversation(b'{"id": "c", "turns": [{"text": "\\ud800"}]}', "line 1")
