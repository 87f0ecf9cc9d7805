from __future__ import annotations

import pytest

from pipeline.redaction.vocabulary import Vocabulary, bare_word, read_sections


@pytest.mark.parametrize("word", ["hmmm", "okay", "alrighty", "seven", "thanks", "yeahh"])
def test_interjections_and_number_words_are_talk(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.is_talk(word)


@pytest.mark.parametrize("word", ["elbow", "walking", "stopped", "brightly", "atorvastatin", "splenomegaly"])
def test_ordinary_and_medical_words_are_no_strangers(vocabulary: Vocabulary, word: str) -> None:
    assert not vocabulary.is_stranger(word)


@pytest.mark.parametrize("word", ["okonkwo", "tewiata", "castellanos", "zbigniew"])
def test_a_word_that_no_list_knows_is_a_stranger(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.is_stranger(word)


def test_a_name_is_a_name_with_its_possessive(vocabulary: Vocabulary) -> None:
    assert vocabulary.is_name("margaret's")
    assert bare_word("margaret's") == "margaret"


def test_lists_may_hold_names_of_several_words(vocabulary: Vocabulary) -> None:
    assert {"new york", "wells fargo"} <= vocabulary.places | vocabulary.not_personal


def test_sections_of_a_list_keep_their_order() -> None:
    assert list(read_sections("cues"))[:2] == ["CREDIT_CARD_EXPIRY", "CREDIT_CARD_CVV"]
