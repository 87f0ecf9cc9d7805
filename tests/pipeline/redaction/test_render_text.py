from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import Entity, EntityType
from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Turn, Word, turn_from_words
from pipeline.redaction.detect import Detector
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import RedactionProfile, TextStyle
from pipeline.redaction.render_text import render_text, reveal
from tests.pipeline.redaction.dialogues import a_conversation, a_timed_conversation

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


def hiding(conversation: Conversation, *spans: tuple[int, int, int], type: EntityType = EntityType.PERSON) -> Manifest:
    """A manifest that hides characters of turns."""
    entities = [
        Entity(turn=turn, span=CharSpan(start, end), type=type, score=0.9, group=1) for turn, start, end in spans
    ]
    return build_manifest(
        conversation, entities, profile=RedactionProfile(), duration_ms=99_000, channels=0, detector_version="1"
    )


def plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum() or sign == "*")


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


def test_a_word_touched_by_a_hidden_span_keeps_nothing_but_its_time() -> None:
    conversation = a_timed_conversation("caller: (Bell's), and anna-marie. said")
    document = render_text(conversation, hiding(conversation, (0, 1, 5), (0, 16, 21)))
    assert texts(document) == ["([PERSON_1]), and [PERSON_1]. said"]
    assert [word["text"] for word in document["turns"][0]["words"]] == ["[PERSON_1]", "and", "[PERSON_1]", "said"]


def test_two_hidden_spans_in_one_word_leave_nothing_between_them() -> None:
    conversation = a_timed_conversation("caller: anna-marie-bell ok")
    document = render_text(conversation, hiding(conversation, (0, 0, 4), (0, 11, 13)))
    assert texts(document) == ["[PERSON_1][PERSON_1] ok"]
    assert [word["text"] for word in document["turns"][0]["words"]] == ["[PERSON_1][PERSON_1]", "ok"]


def test_the_word_list_is_written_from_the_text_and_not_from_the_words_own() -> None:
    """A recogniser's word may be written otherwise than it stands in the turn, with what the turn hides."""
    word = Word(text="Bell's.", channel=0, start_ms=0, end_ms=300)
    turn = Turn(index=0, speaker="caller", text="hello", words=(word,), word_spans=(CharSpan(0, 5),))
    conversation = Conversation(id="call_1", turns=(turn,))
    assert render_text(conversation, hiding(conversation))["turns"][0]["words"][0]["text"] == "hello"


@pytest.mark.parametrize("places", [((6, 10), (0, 5)), ((0, 5), (4, 10)), ((0, 5), (6, 11))])
def test_words_whose_places_cannot_be_right_withhold_the_call(places: tuple[tuple[int, int], ...]) -> None:
    words = tuple(Word(text="word", channel=0, start_ms=0, end_ms=300) for _ in places)
    turn = Turn(
        index=0, speaker="caller", text="hello anna", words=words, word_spans=tuple(CharSpan(*p) for p in places)
    )
    conversation = Conversation(id="call_1", turns=(turn,))
    with pytest.raises(Withheld, match="span"):
        render_text(conversation, hiding(conversation, (0, 6, 10)))


@pytest.mark.parametrize("party", ["caller", "agent", "callee", "channel-1", "Speaker 2", "assistant", ""])
def test_a_party_is_told_by_what_it_is(party: str) -> None:
    conversation = a_conversation(f"{party}: hello")
    assert render_text(conversation, hiding(conversation))["turns"][0]["speaker"] == party


def test_a_speaker_who_is_called_by_name_is_told_by_a_number() -> None:
    lines = ("Anna Bell: hi", "agent: hello", "george: and me", "Anna Bell: yes", "caller anna: so")
    document = render_text(a_conversation(*lines), hiding(a_conversation(*lines)))
    assert [turn["speaker"] for turn in document["turns"]] == [
        "speaker-1", "agent", "speaker-2", "speaker-1", "speaker-3",
    ]  # fmt: skip
    taken = ("Anna Bell: hi", "speaker-1: hello", "george: and me")
    named = render_text(a_conversation(*taken), hiding(a_conversation(*taken)))["turns"]
    assert [turn["speaker"] for turn in named] == ["speaker-2", "speaker-1", "speaker-3"]
    again = a_conversation(*(f"{turn['speaker']}: {turn['text']}" for turn in document["turns"]))
    assert render_text(again, hiding(again)) == document


def test_a_hash_does_not_depend_on_how_a_value_was_said() -> None:
    said = ("anna bell", "Anna Bell's", "double four one", "4 4 1", "441", "a n n a")
    shown = []
    for text in said:
        conversation = a_conversation(f"caller: {text}")
        document = render_text(conversation, hiding(conversation, (0, 0, len(text))), style=TextStyle.HASH, secret=KEY)
        shown += texts(document)
    assert shown[0] == shown[1]
    assert shown[2] == shown[3] == shown[4]
    assert len(set(shown)) == 3


@pytest.mark.parametrize(
    ("type", "said"),
    [
        (EntityType.DATE_OF_BIRTH, ("third of march eighty seven", "3/3/1987", "the third of March, 87")),
        (EntityType.PERSON, ("bell", "miss bell", "Mr. Bell's")),
        (EntityType.PHONE_NUMBER, ("oh two one uh double five", "021 55")),
    ],
)
def test_one_value_has_one_hash_as_it_has_one_label(type: EntityType, said: tuple[str, ...]) -> None:
    shown = set()
    for text in said:
        call = a_conversation(f"caller: {text}")
        shown |= set(
            texts(render_text(call, hiding(call, (0, 0, len(text)), type=type), style=TextStyle.HASH, secret=KEY))
        )
    assert len(shown) == 1


def test_another_key_and_an_altered_text_reveal_nothing() -> None:
    shown = texts(render_text(*a_call(), style=TextStyle.ENCRYPT, secret=KEY))[0].removeprefix("hi [").removesuffix("]")
    for number in range(300):  # padding alone lets one key in some 256 through
        with pytest.raises(InvalidInput):
            reveal(shown, secret=number.to_bytes(16, "big"))


TOKENS = st.sampled_from(["αβγδε", "α,β", "γ's-δ.ε", "('α)", "x", "y-z", "w's,", "(q)", "7", "[r]", "-"])
CALLS = st.lists(st.lists(TOKENS, max_size=8), max_size=4)


@given(CALLS, st.sampled_from(TextStyle))
def test_no_character_of_a_hidden_span_survives_and_word_list_and_text_agree(
    turns: list[list[str]], style: TextStyle
) -> None:
    conversation = a_timed_conversation(*(f"caller: {' '.join(words)}" for words in turns))
    spans = [
        (turn.index, found.start(), found.end())
        for turn in conversation.turns
        for found in re.finditer(r"[α-ε]+(?: [α-ε]+)?", turn.text)
    ]
    document = render_text(conversation, hiding(conversation, *spans), style=style, secret=KEY)
    assert not re.search("[α-ε]", json.dumps(document, ensure_ascii=False))
    for turn in document["turns"]:
        assert plain(turn["text"]) == plain("".join(word["text"] for word in turn.get("words", [])))
    kept = " ".join(texts(document))
    assert all(kept.count(word) >= sum(w.count(word) for w in turns) for word in ("x", "y-z", "w's,", "(q)", "[r]"))


DIALOGUE = (
    "agent: thank you for calling harbour energy this is sione",
    "caller: hi sione it's margaret wilson",
    "agent: can you spell the family name",
    "caller: w i l s o n",
    "agent: and the card number",
    "caller: four five five six seven three seven five",
    "agent: four five five six seven three seven five",
    "caller: eight six eight nine nine eight five five",
    "agent: an email for the receipt",
    "caller: margaret dot wilson at gmail dot com",
    "agent: thanks margaret that is two hundred and twelve dollars",
)


@pytest.mark.parametrize("style", TextStyle)
def test_detecting_in_what_was_rendered_and_rendering_again_changes_nothing(
    detector: Detector, style: TextStyle
) -> None:
    call = a_timed_conversation(*DIALOGUE)
    once = rendered(detector, call, style)
    turns = tuple(
        turn_from_words(
            turn["turn"],
            turn["speaker"],
            tuple(
                Word(text=w["text"], channel=turn["channel"], start_ms=w["start_ms"], end_ms=w["end_ms"])
                for w in turn["words"]
            ),
        )
        for turn in once["turns"]
        if turn.get("words")
    )
    again = rendered(detector, Conversation(id=call.id, turns=turns), style)
    assert [(t["turn"], t["text"], t["words"]) for t in again["turns"]] == [
        (t["turn"], t["text"], t["words"]) for t in once["turns"] if t.get("words")
    ]
    assert "wilson" not in json.dumps(once)


def rendered(detector: Detector, call: Conversation, style: TextStyle) -> dict[str, Any]:
    manifest = build_manifest(
        call, detector.detect(call), profile=RedactionProfile(), duration_ms=99_000, channels=2, detector_version="1"
    )
    return render_text(call, manifest, style=style, secret=KEY)


def test_a_manifest_of_another_call_is_withheld() -> None:
    _, manifest = a_call()
    other = a_timed_conversation("agent: hi")
    with pytest.raises(Withheld):
        render_text(other, manifest)
