from __future__ import annotations

import pytest

from pipeline.redaction.normalise import write
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def reader(vocabulary: Vocabulary) -> NameReader:
    return NameReader(vocabulary)


@pytest.mark.parametrize(
    ("word", "certain"), [("margaret", True), ("margarets", True), ("mark", False), ("the", False), ("paris", False)]
)
def test_only_names_that_are_nothing_else_are_certain(reader: NameReader, word: str, certain: bool) -> None:
    assert reader.is_certain(word) is certain


def test_a_name_after_a_sure_sign_runs_to_the_next_word_of_talk(reader: NameReader) -> None:
    view = write("jonathan van der berg and i")
    assert reader.after_sure_sign(view, 0) == 4


def test_a_spelling_after_a_name_belongs_to_it(reader: NameReader) -> None:
    view = write("okonkwo o k o n k w o")
    assert reader.after_sure_sign(view, 0) == len(view.pieces)


def test_after_a_weak_sign_a_word_of_talk_is_no_name(reader: NameReader) -> None:
    assert reader.after_weak_sign(write("great thanks"), 0) == 0


def test_an_ordinary_word_that_is_also_a_name_needs_to_stand_alone(reader: NameReader) -> None:
    assert reader.after_weak_sign(write("hope that helps"), 0) == 0
    assert reader.after_weak_sign(write("hope"), 0) == 1
