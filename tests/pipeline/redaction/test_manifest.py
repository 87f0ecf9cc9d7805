from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.model.transcript import Conversation, Turn, Word
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import RedactionProfile
from tests.pipeline.redaction.dialogues import a_conversation, a_timed_conversation

EVIDENCE = (
    Evidence(
        recognizer="Dialogue",
        view="dialogue",
        pattern="answer",
        question_turn=0,
        slot="PERSON",
        part="given",
        score=0.9,
    ),
)
TIGHT = RedactionProfile(padding_ms=0, merge_gap_ms=0)


def an_entity(turn: int, start: int, end: int, type: EntityType = EntityType.PERSON) -> Entity:
    return Entity(turn=turn, span=CharSpan(start, end), type=type, score=0.9, evidence=EVIDENCE, group=1)


def a_manifest(
    conversation: Conversation, *entities: Entity, profile: RedactionProfile = TIGHT, duration_ms: int = 10_000
) -> Manifest:
    return build_manifest(
        conversation, entities, profile=profile, duration_ms=duration_ms, channels=2, detector_version="1"
    )


def test_a_word_touched_by_one_character_is_muted_whole_on_its_own_channel() -> None:
    conversation = a_timed_conversation("agent: your name", "caller: anna bell here")
    manifest = a_manifest(conversation, an_entity(1, 3, 6))
    assert manifest.muted == ((TimeSpan(600, 1200),), ())


def test_padding_is_cut_at_the_sound_and_near_runs_are_one() -> None:
    conversation = a_timed_conversation("caller: anna is not bell")
    profile = RedactionProfile(padding_ms=100, merge_gap_ms=400)
    manifest = a_manifest(conversation, an_entity(0, 0, 4), an_entity(0, 12, 16), profile=profile, duration_ms=1250)
    assert manifest.muted[0] == (TimeSpan(0, 1250),)


def test_speech_that_bleeds_is_muted_on_the_channels_it_is_heard_on() -> None:
    conversation = a_timed_conversation("caller: anna")
    manifest = build_manifest(
        conversation, [an_entity(0, 0, 4)], profile=TIGHT, duration_ms=900, channels=2, detector_version="1",
        heard_on=[Bleed(channel=0, on=1, delay_ms=0, sign=BleedSign.WAVEFORM)],
    )  # fmt: skip
    assert manifest.muted[0] == manifest.muted[1] == (TimeSpan(0, 300),)
    assert Manifest.from_json(manifest.to_json()) == manifest


@pytest.mark.parametrize(("delay_ms", "expected"), [(250, TimeSpan(300, 850)), (-200, TimeSpan(100, 600))])
def test_an_echo_is_muted_from_the_word_itself_to_where_it_is_heard(delay_ms: int, expected: TimeSpan) -> None:
    conversation = a_timed_conversation("caller: well anna")
    echo = Bleed(channel=0, on=1, delay_ms=delay_ms, sign=BleedSign.LOUDNESS)
    other = Bleed(channel=1, on=0, delay_ms=900, sign=BleedSign.LOUDNESS)
    manifest = build_manifest(
        conversation, [an_entity(0, 5, 9)], profile=TIGHT, duration_ms=900, channels=2, detector_version="1",
        heard_on=[echo, other],
    )  # fmt: skip
    assert manifest.muted == ((TimeSpan(300, 600),), (expected,))


def test_an_echo_on_a_channel_that_the_sound_does_not_have_withholds_the_call() -> None:
    echo = Bleed(channel=0, on=2, delay_ms=0, sign=BleedSign.LOUDNESS)
    with pytest.raises(Withheld, match="word_times"):
        build_manifest(
            a_timed_conversation("caller: anna"), [an_entity(0, 0, 4)], profile=TIGHT, duration_ms=900, channels=2,
            detector_version="1", heard_on=[echo],
        )  # fmt: skip


def test_a_manifest_from_before_bleed_was_measured_is_read() -> None:
    manifest = a_manifest(a_timed_conversation("caller: anna"), an_entity(0, 0, 4))
    document = json.loads(manifest.to_json())
    del document["heard_on"]
    assert Manifest.from_json(json.dumps(document).encode()) == manifest


def test_hidden_words_without_times_withhold_the_call() -> None:
    with pytest.raises(Withheld, match="word_times"):
        a_manifest(a_conversation("caller: anna"), an_entity(0, 0, 4))


def test_hidden_words_after_the_end_of_the_sound_withhold_the_call() -> None:
    conversation = a_timed_conversation("caller: hello there anna")
    with pytest.raises(Withheld, match="word_times"):
        a_manifest(conversation, an_entity(0, 12, 16), duration_ms=500)


def test_a_channel_that_the_sound_does_not_have_withholds_the_call() -> None:
    conversation = a_timed_conversation("agent: anna")
    with pytest.raises(Withheld, match="word_times"):
        build_manifest(
            conversation, [an_entity(0, 0, 4)], profile=TIGHT, duration_ms=900, channels=1, detector_version="1"
        )


@pytest.mark.parametrize("entity", [an_entity(0, 2, 40), an_entity(7, 0, 1)])
def test_an_entity_outside_its_turn_withholds_the_call(entity: Entity) -> None:
    with pytest.raises(Withheld, match="span"):
        a_manifest(a_timed_conversation("caller: anna"), entity)


def test_a_transcript_without_sound_needs_no_times() -> None:
    manifest = build_manifest(
        a_conversation("caller: anna"), [an_entity(0, 0, 4)], profile=TIGHT, duration_ms=0, channels=0,
        detector_version="1",
    )  # fmt: skip
    assert (manifest.channels, manifest.muted_ms, manifest.entries[0].label) == (0, 0, "PERSON_1")


def test_a_manifest_written_and_read_is_the_same_and_holds_no_word_of_the_call() -> None:
    manifest = a_manifest(a_timed_conversation("agent: your name", "caller: annabel"), an_entity(1, 0, 7))
    document = manifest.to_json()
    assert Manifest.from_json(document) == manifest
    assert Manifest.from_json(document).to_json() == document
    assert b"annabel" not in document
    assert json.loads(document)["entries"][0]["evidence"][0]["question_turn"] == 0


def test_each_evidence_is_written_with_its_sentence_and_its_score() -> None:
    manifest = a_manifest(a_timed_conversation("agent: your name", "caller: annabel"), an_entity(1, 0, 7))
    (written,) = json.loads(manifest.to_json())["entries"][0]["evidence"]
    assert written["why"] == "answers the question for a given name in turn 0"
    assert written["score"] == 0.9


def test_a_manifest_of_the_first_schema_is_still_read() -> None:
    manifest = a_manifest(a_timed_conversation("agent: your name", "caller: annabel"), an_entity(1, 0, 7))
    document = json.loads(manifest.to_json()) | {"schema": "earmark.manifest/1"}
    document["entries"][0]["evidence"] = [{"recognizer": "Dialogue", "view": "dialogue", "question_turn": 0}]
    read = Manifest.from_json(json.dumps(document).encode())
    assert read.entries[0].evidence == (Evidence(recognizer="Dialogue", view="dialogue", question_turn=0),)
    assert json.loads(read.to_json())["schema"] == "earmark.manifest/2"


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"schema":"other/1"}', b"\xff"])
def test_what_is_not_a_manifest_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidInput):
        Manifest.from_json(document)


def test_a_widened_manifest_mutes_more_and_hides_the_same() -> None:
    manifest = a_manifest(a_timed_conversation("caller: well anna"), an_entity(0, 5, 9))
    wider = manifest.widened(200)
    assert wider.muted[0] == (TimeSpan(100, 800),)
    assert replace(wider, muted=manifest.muted) == manifest


WORDS = st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 900)), min_size=1, max_size=12)


@given(WORDS, st.data())
def test_every_word_touching_an_entity_lies_in_a_muted_span_of_its_channel(
    times: list[tuple[int, int]], data: st.DataObject
) -> None:
    words = tuple(Word(text="word", channel=0, start_ms=at, end_ms=at + length) for at, length in sorted(times))
    spans = tuple(CharSpan(5 * i, 5 * i + 4) for i in range(len(words)))
    turn = Turn(index=0, speaker="caller", text=" ".join("word" for _ in words), words=words, word_spans=spans)
    start = data.draw(st.integers(0, len(turn.text) - 1))
    end = data.draw(st.integers(start + 1, len(turn.text)))
    if not any(place.touches(CharSpan(start, end)) for place in spans):
        return
    manifest = a_manifest(
        Conversation(id="c", turns=(turn,)), an_entity(0, start, end), profile=RedactionProfile(), duration_ms=10_000
    )
    touched = [w.time for w, place in zip(words, spans, strict=True) if place.touches(CharSpan(start, end))]
    for time in touched:
        assert any(m.start_ms <= time.start_ms and time.end_ms <= m.end_ms for m in manifest.muted[0])


@given(WORDS)
def test_a_muted_run_is_at_most_a_second_longer_than_from_its_first_hidden_word_to_its_last(
    times: list[tuple[int, int]],
) -> None:
    words = tuple(Word(text="word", channel=0, start_ms=at, end_ms=at + length) for at, length in sorted(times))
    spans = tuple(CharSpan(5 * i, 5 * i + 4) for i in range(len(words)))
    turn = Turn(index=0, speaker="caller", text=" ".join("word" for _ in words), words=words, word_spans=spans)
    entities = [an_entity(0, span.start, span.end) for span in spans[::2]]
    manifest = a_manifest(
        Conversation(id="c", turns=(turn,)), *entities, profile=RedactionProfile(), duration_ms=10_000
    )
    for run in manifest.muted[0]:
        inside = [word.time for word in words[::2] if word.time.touches(run)]
        assert inside
        hull_ms = max(time.end_ms for time in inside) - min(time.start_ms for time in inside)
        assert run.duration_ms <= hull_ms + 1_000
