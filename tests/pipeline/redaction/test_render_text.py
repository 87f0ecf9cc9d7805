from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.model.entity import Entity, EntityType
from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import RedactionProfile, TextStyle
from pipeline.redaction.render_text import render_text, reveal
from tests.pipeline.redaction.dialogues import a_timed_conversation

KEY = b"0123456789abcdef"


def a_call() -> tuple[Conversation, Manifest]:
    conversation = a_timed_conversation("agent: hi anna bell", "caller: it is Anna  Bell's card")
    entities = [
        Entity(turn=0, span=CharSpan(3, 12), type=EntityType.PERSON, score=0.9, group=1),
        Entity(turn=1, span=CharSpan(6, 17), type=EntityType.PERSON, score=0.9, group=1),
    ]
    manifest = build_manifest(
        conversation, entities, profile=RedactionProfile(), duration_ms=9000, channels=2, detector_version="1"
    )
    return conversation, manifest


def texts(document: dict[str, Any]) -> list[str]:
    return [turn["text"] for turn in document["turns"]]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (TextStyle.LABEL, ["hi [PERSON_1]", "it is [PERSON_1] card"]),
        (TextStyle.TYPE, ["hi [PERSON]", "it is [PERSON] card"]),
        (TextStyle.MASK, ["hi *********", "it is *********** card"]),
        (TextStyle.REMOVE, ["hi", "it is card"]),
    ],
)
def test_each_style_shows_hidden_spans_its_own_way(style: TextStyle, expected: list[str]) -> None:
    assert texts(render_text(*a_call(), style=style)) == expected


@pytest.mark.parametrize("style", TextStyle)
def test_no_style_leaves_a_hidden_word_anywhere_in_the_document(style: TextStyle) -> None:
    document = json.dumps(render_text(*a_call(), style=style, secret=KEY)).lower()
    assert "anna" not in document
    assert "bell" not in document


def test_the_word_list_keeps_times_and_joins_hidden_words() -> None:
    document = render_text(*a_call())
    assert document["turns"][0]["words"] == [
        {"text": "hi", "start_ms": 0, "end_ms": 300},
        {"text": "[PERSON_1]", "start_ms": 300, "end_ms": 900},
    ]


def test_a_hash_is_the_same_for_one_name_and_differs_between_tenants() -> None:
    conversation = a_timed_conversation("agent: anna", "caller: Anna")
    entities = [Entity(turn=i, span=CharSpan(0, 4), type=EntityType.PERSON, score=1, group=1) for i in (0, 1)]
    manifest = build_manifest(
        conversation, entities, profile=RedactionProfile(), duration_ms=900, channels=2, detector_version="1"
    )
    first, second = texts(render_text(conversation, manifest, style=TextStyle.HASH, secret=KEY))
    assert first == second
    assert first != texts(render_text(conversation, manifest, style=TextStyle.HASH, secret=KEY[::-1]))[0]


def test_what_is_encrypted_can_be_revealed_with_the_key_and_only_with_it() -> None:
    shown = texts(render_text(*a_call(), style=TextStyle.ENCRYPT, secret=KEY))[0].removeprefix("hi [").removesuffix("]")
    assert reveal(shown, secret=KEY) == "anna bell"
    with pytest.raises(InvalidInput):
        reveal(shown[:-8], secret=KEY)


@pytest.mark.parametrize("style", [TextStyle.HASH, TextStyle.ENCRYPT])
def test_a_style_with_a_secret_refuses_to_go_without(style: TextStyle) -> None:
    with pytest.raises(InvalidInput):
        render_text(*a_call(), style=style, secret=b"short")


def test_rendering_is_repeatable_from_the_stored_manifest() -> None:
    conversation, manifest = a_call()
    assert render_text(conversation, Manifest.from_json(manifest.to_json())) == render_text(conversation, manifest)


def test_a_manifest_of_another_call_is_withheld() -> None:
    _, manifest = a_call()
    other = a_timed_conversation("agent: hi")
    with pytest.raises(Withheld):
        render_text(other, manifest)
