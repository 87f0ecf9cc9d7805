from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.strings import get_string_id

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.tagger.words import FLAGS, SEEDS, Vectors, flags_of, hashes_of, shape, table_rows
from pipeline.redaction.vocabulary import Vocabulary


@given(texts=st.lists(st.from_regex(r"[A-Za-z0-9']{1,12}", fullmatch=True), min_size=1, max_size=5))
def test_words_are_hashed_as_the_language_package_does(models: DetectionModels, texts: list[str]) -> None:
    lexemes = [models.nlp.vocab[text] for text in texts]
    theirs = [[get_string_id(w.lower_), w.prefix, w.suffix, w.shape] for w in lexemes]
    assert hashes_of(texts).tolist() == theirs


@pytest.mark.parametrize(("text", "drawn"), [
    ("Anna", "Xxxx"), ("Margaret", "Xxxxx"), ("24", "dd"), ("123456", "dddd"), ("o'neil", "x'xxxx"), ("KX1", "XXd"),
])  # fmt: skip
def test_a_shape_draws_letters_and_digits(text: str, drawn: str) -> None:
    assert shape(text) == drawn


def test_rows_lie_in_the_table_and_differ_by_column() -> None:
    hashes = hashes_of(["anna", "bob"])
    rows = [table_rows(hashes, column, 500) for column in range(len(SEEDS))]
    assert all(r.shape == (2, 4) and (r >= 0).all() and (r < 500).all() for r in rows)
    assert not np.array_equal(rows[0], rows[1])


def test_a_word_has_the_vector_of_any_of_its_spellings_or_none(models: DetectionModels) -> None:
    vectors = Vectors(models.nlp)
    hello, loud, nothing = vectors.of(["hello", "HELLO", "qxzzyqx"])
    assert hello.any()
    assert loud.any()
    assert not nothing.any()
    assert vectors.of([]).shape == (0, 300)


def test_the_lists_tell_names_talk_streets_and_titles_apart(vocabulary: Vocabulary) -> None:
    assert len(flags_of("anna", vocabulary)) == FLAGS
    assert flags_of("anna", vocabulary)[0]
    assert flags_of("street", vocabulary)[6]
    assert flags_of("mister", vocabulary)[7]
    assert flags_of("house", vocabulary)[5]
    assert not any(flags_of("qxzzyqx", vocabulary))
