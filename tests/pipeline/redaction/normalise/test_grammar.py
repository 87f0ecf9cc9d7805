from __future__ import annotations

import pytest

from pipeline.redaction.normalise.grammar import Open, PhraseIndex, grammar_of
from pipeline.redaction.normalise.tables import ENGLISH, LANGUAGES, load_tables


def test_the_longest_phrase_that_begins_at_a_word_is_found() -> None:
    index = PhraseIndex({("at",): 1, ("at", "sign"): 2, ("at", "the", "rate"): 3})
    assert index.find(["at", "sign"], 0) == (2, 2)
    assert index.find(["at", "the", "door"], 0) == (1, 1)
    assert index.find(["say", "at"], 1) == (1, 2)
    assert index.find(["sign"], 0) is None
    assert index.find(["at"], 1) is None
    assert index.first_words == {"at"}


@pytest.mark.parametrize(
    ("word", "kind"),
    [("mike", Open.SPELLING), ("oh", Open.ZERO), ("a", Open.LETTER), ("bee", Open.SOUND), ("see", Open.HOMOPHONE),
     ("to", Open.DIGIT), ("space", Open.SPACE), ("table", None), ("five", None)],
)  # fmt: skip
def test_a_word_that_neighbours_decide_has_its_kind(word: str, kind: Open | None) -> None:
    assert grammar_of(ENGLISH).open.get(word) is kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_ordinary_talk_make_no_turn_worth_a_closer_look(language: str) -> None:
    tables = load_tables(language)
    anchors = grammar_of(tables).anchors
    assert not anchors & (tables.ambiguous_letters | tables.joiners | tables.weak_dots - {"point", "period", "decimal"})
    assert anchors >= tables.units.keys() | tables.spelling_words.keys() | tables.fillers | {"@", "_"}


def test_a_grammar_is_built_once() -> None:
    assert grammar_of(ENGLISH) is grammar_of(load_tables("en"))
