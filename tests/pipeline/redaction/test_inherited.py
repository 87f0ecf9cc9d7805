from __future__ import annotations

import pytest

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.model.transcript import Conversation, Word, turn_from_words
from pipeline.redaction.amend import hiding
from pipeline.redaction.inherited import Hidden, Inherited, heard_beside, inherit, is_inherited, read_label
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.verify import hidden_values

PROFILE = RedactionProfile()


def conversation(*texts: str) -> Conversation:
    """Turns of one word each 200 ms, in a row."""
    turns, at = [], 0
    for index, text in enumerate(texts):
        words = []
        for word in text.split():
            words.append(Word(text=word, channel=0, start_ms=at, end_ms=at + 150))
            at += 200
        turns.append(turn_from_words(index, "caller", tuple(words)))
    return Conversation(id="c", turns=tuple(turns))


def entity(told: Conversation, turn: int, word: str, kind: EntityType = EntityType.PERSON) -> Entity:
    at = told.turns[turn].text.index(word)
    return Entity(
        turn=turn,
        span=CharSpan(at, at + len(word)),
        type=kind,
        score=1.0,
        group=1,
        evidence=(Evidence(recognizer="x"),),
    )


def manifest(told: Conversation, *entities: Entity) -> Manifest:
    return build_manifest(told, entities, profile=PROFILE, duration_ms=6000, channels=1, detector_version="1")


def hidden(group: int, *times: tuple[int, int], kind: EntityType = EntityType.PERSON) -> Hidden:
    return Hidden(type=kind, group=group, channel=0, times=tuple(TimeSpan(*time) for time in times))


def test_what_was_hidden_keeps_its_name_and_its_places_and_what_is_found_here_comes_after_it():
    told = conversation("ada here [PERSON_3], again [PERSON_3].", "**** said it")
    came = Inherited(
        hidden=(hidden(3, (400, 550)), hidden(3, (800, 950)), hidden(1, (1000, 1100), kind=EntityType.PIN)),
        muted=((TimeSpan(300, 1200),),),
    )
    made = inherit(manifest(told, entity(told, 0, "ada")), told, came)
    assert [(e.label, told.turns[e.turn].text[e.span.start : e.span.end]) for e in made.entries] == [
        ("PERSON_4", "ada"), ("PERSON_3", "[PERSON_3]"), ("PERSON_3", "[PERSON_3]"), ("PIN_1", "****"),
    ]  # fmt: skip
    assert all(any(span.start_ms <= 300 and span.end_ms >= 1200 for span in on) for on in made.muted)
    assert [value.text for value in hidden_values(told, made)] == ["ada"]  # nobody here knows what the others were

    again = hiding(made, told, [entity(told, 0, "again")], profile=PROFILE)  # as an amendment does, or a reviewer
    assert [e.label for e in again.entries if is_inherited(e)] == ["PERSON_3", "PERSON_3", "PIN_1"]


def test_what_is_found_here_hides_more_than_a_place_that_came_and_what_is_nowhere_written_is_muted():
    told = conversation("ada lovelace")
    whole = entity(told, 0, "ada lovelace")
    came = Inherited(hidden=(hidden(1, (0, 100)), hidden(2, (5000, 5100))), muted=((TimeSpan(5000, 5100),),))
    made = inherit(manifest(told, whole), told, came)
    assert [(e.span, is_inherited(e)) for e in made.entries] == [(whole.span, False)]
    assert made.muted[0][-1] == TimeSpan(5000, 5100)


def test_what_only_our_own_ears_hear_is_hidden_in_the_words_of_that_time_and_muted_anyway():
    told, beside = conversation("my word here"), conversation("my ada here", "and bob")
    found = [entity(beside, 0, "ada"), entity(beside, 1, "bob")]
    entities, places = heard_beside(beside, found, told, [])
    assert [told.turns[0].text[e.span.start : e.span.end] for e in entities] == ["word"]
    assert places == [(0, TimeSpan(200, 350)), (0, TimeSpan(800, 950))]
    same = conversation("my ada here")
    assert heard_beside(same, [entity(same, 0, "ada")], same, [entity(same, 0, "ada")]) == ([], [])


@pytest.mark.parametrize("text", ["PERSON", "PIN_1", "PERSON_", "PERSON_01", "PERSON_n5", "PERSON_1000", "person_1"])
def test_a_label_that_we_would_not_write_is_refused(text):
    with pytest.raises(InvalidInput):
        read_label(EntityType.PERSON, text)


def test_labels_are_read_as_they_are_written():
    assert [read_label(EntityType.PERSON, text) for text in ("PERSON_0", "PERSON_12", "PERSON_n1000")] == [0, 12, 1000]
