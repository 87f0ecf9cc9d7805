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
