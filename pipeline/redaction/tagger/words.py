"""Each word's own form, as numbers: hashes of its spelling, its static vector, what the word lists say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from spacy.strings import get_string_id
from thinc.api import NumpyOps

from pipeline.redaction.vocabulary import STREET_WORDS, TITLES, UNIT_WORDS, Vocabulary, bare_word

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

SEEDS: Final = (8, 9, 10, 11)
"""Of the hash tables for norm, first letter, last three letters and shape: spaCy's own, where ours began."""
FLAGS: Final = 8
_OPS: Final = NumpyOps()
_PLACE_WORDS: Final = STREET_WORDS | UNIT_WORDS


def hashes_of(texts: Sequence[str]) -> Hashes:
    """Give for each word the hashes of its norm, prefix, suffix and shape: `(words, 4)`."""
    keys = [[get_string_id(part) for part in (t.lower(), t[:1], t[-3:], shape(t))] for t in texts]
    return np.asarray(keys, dtype=np.uint64).reshape(-1, len(SEEDS))


def table_rows(hashes: Hashes, column: int, size: int) -> Rows:
    """Give the four rows of a hash table whose sum embeds a column's hashes: `(words, 4)`."""
    ids = np.ascontiguousarray(hashes[:, column])
    rows: Rows = (_OPS.hash(ids, SEEDS[column]) % size).astype(np.int64)
    return rows


def shape(text: str) -> str:
    """Write a word's shape, such as "Xxxxx" or "dd": a run of one kind of sign is cut after four."""
    made, last, run = "", "", 0
    for sign in text[:100]:
        drawn = ("X" if sign.isupper() else "x") if sign.isalpha() else "d" if sign.isdigit() else sign
        run = run + 1 if drawn == last else 0
        last = drawn
        if run < 4:
            made += drawn
    return made


def flags_of(text: str, vocabulary: Vocabulary) -> tuple[bool, ...]:
    """Say what the lists know: given name, surname, place, talk, not personal, dictionary, street or unit, title."""
    key = text.lower().replace("’", "'")
    bare = bare_word(key)
    return (
        bare in vocabulary.given_names or bare in vocabulary.known_given,
        bare in vocabulary.surnames or bare in vocabulary.known_surnames,
        bare in vocabulary.place_starts or bare in vocabulary.known_places,
        vocabulary.is_talk(key),
        bare in vocabulary.not_personal or bare in vocabulary.known_things,
        vocabulary.is_dictionary_word(key),
        key in _PLACE_WORDS,
        key in TITLES,
    )


class Vectors:
    """The model package's static vectors, by word."""

    def __init__(self, nlp: Any) -> None:
        self._rows: dict[int, int] = nlp.vocab.vectors.key2row
        self.table: Floats = np.asarray(nlp.vocab.vectors.data, dtype=np.float32)

    def of(self, texts: Sequence[str]) -> Floats:
        """Give `(words, 300)` vectors; a word that has one in no spelling of its case has zeros."""
        found = np.asarray([self._row(text) for text in texts], dtype=np.int64)
        known = (found >= 0).astype(np.float32)
        vectors: Floats = self.table[np.maximum(found, 0)] * known[:, None]
        return vectors

    def _row(self, text: str) -> int:
        for form in (text, text.lower(), text.title()):
            row = self._rows.get(get_string_id(form))
            if row is not None:
                return row
        return -1
