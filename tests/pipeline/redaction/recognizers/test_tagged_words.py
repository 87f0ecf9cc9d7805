from __future__ import annotations

import numpy as np

from pipeline.model.entity import EntityType
from pipeline.redaction.nlp import SpokenArtifacts
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.recognizers.tagged_words import TaggedWords
from pipeline.redaction.tagger.network import LABELS


def artifacts(text: str, kinds: list[EntityType | None], chance: float = 0.8) -> SpokenArtifacts:
    shares = np.zeros((len(kinds), len(LABELS)), np.float32)
    for row, kind in enumerate(kinds):
        shares[row, LABELS.index(kind)] = chance if kind else 1
        shares[row, 0] = 1 - shares[row, 1:].sum()
    return SpokenArtifacts(read_turn("caller", text), shares)


def found(given: SpokenArtifacts, text: str) -> list[tuple[str, str, float]]:
    results = TaggedWords().analyze(text, [], given)
    return [(r.entity_type, text[r.start : r.end], round(r.score, 2)) for r in results]


def test_neighbours_of_one_kind_are_one_stretch_and_another_kind_begins_another() -> None:
    text = "this is anna bell five five"
    kinds = [None, None, EntityType.PERSON, EntityType.PERSON, EntityType.PHONE_NUMBER, EntityType.PHONE_NUMBER]
    assert found(artifacts(text, kinds), text) == [("PERSON", "anna bell", 0.8), ("PHONE_NUMBER", "five five", 0.8)]


def test_the_same_kind_after_a_gap_is_another_stretch() -> None:
    text = "anna or bell"
    kinds = [EntityType.PERSON, None, EntityType.PERSON]
    assert [said for _, said, _ in found(artifacts(text, kinds), text)] == ["anna", "bell"]


def test_what_is_hardly_likely_is_no_finding() -> None:
    text = "anna bell"
    assert found(artifacts(text, [EntityType.PERSON, EntityType.PERSON], chance=0.2), text) == []


def test_a_stretch_is_as_sure_as_its_least_sure_word() -> None:
    text = "anna bell"
    given = artifacts(text, [EntityType.PERSON, EntityType.PERSON])
    given.shares[1, 0], given.shares[1, LABELS.index(EntityType.PERSON)] = 0.5, 0.5
    assert found(given, text) == [("PERSON", "anna bell", 0.5)]


def test_a_number_has_one_kind_from_its_first_digit_to_its_last() -> None:
    text = "four one two seven"
    kinds = [EntityType.PIN, EntityType.PHONE_NUMBER, EntityType.PIN, EntityType.PIN]
    assert found(artifacts(text, kinds), text) == [("PIN", text, 0.8)]


def test_a_number_of_which_nobody_can_tell_the_kind_is_one_that_nobody_named() -> None:
    text = "four one two seven"
    kinds = [EntityType.PIN, EntityType.PHONE_NUMBER, EntityType.PIN, EntityType.PHONE_NUMBER]
    assert found(artifacts(text, kinds), text) == [("ID_NUMBER", text, 0.8)]
