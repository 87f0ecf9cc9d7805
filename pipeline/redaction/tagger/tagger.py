"""The tagger: whole conversations in, for each word how likely it is to be personal and as what, out.

Several networks that were trained apart are asked: where one errs by chance, the others mostly do not. Ordinary words'
embeddings are remembered between calls; words that no dictionary knows, which names are, never are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Any, Final

import numpy as np

from pipeline.redaction.tagger.features import TABLE_SIZE, TOKEN_COLUMNS, TurnFeatures, boundary_ids
from pipeline.redaction.tagger.network import MARGIN, WIDTH, Row, Weights, agreed, embed_words, read_words
from pipeline.redaction.tagger.turns import UNHEARD, mixing, with_margin
from pipeline.redaction.tagger.words import FLAGS, Floats, Rows, Vectors, flags_of, hashes_of
from pipeline.redaction.vocabulary import Vocabulary

_REMEMBERED: Final = 50_000
_BLOCK: Final = 192
_OVERLAP: Final = 32
"""Longer conversations are read in blocks of turns that overlap; beyond this distance nothing is heard."""


class Tagger:
    """The networks with their words, each looked up once for all of them. Safe between threads."""

    def __init__(self, weights: Sequence[Weights], nlp: Any, vocabulary: Vocabulary) -> None:
        self._networks = [_with_blank_row(own) for own in weights]
        self._vectors = Vectors(nlp)
        self._vocabulary = vocabulary
        self._remembering = Lock()
        self._known: dict[str, int] = {}
        self._table = np.zeros((1024, WIDTH * len(weights)), np.float32)

    def read(self, conversations: Sequence[Sequence[TurnFeatures]]) -> list[list[Floats]]:
        """Give for each turn of each conversation `(words, labels)` shares; conversations do not see each other."""
        cut = [_blocks(turns) for turns in conversations]
        blocks = [turns for own in cut for turns, _ in own]
        read = iter(self._read_blocks(blocks) if blocks else ())
        return [[shares for _, keep in own for shares in next(read)[keep]] for own in cut]

    def _read_blocks(self, blocks: Sequence[Sequence[TurnFeatures]]) -> list[list[Floats]]:
        margin = np.full((MARGIN, TOKEN_COLUMNS), TABLE_SIZE, np.int64)
        texts: list[str] = [""] * MARGIN
        columns: list[Rows] = [margin]
        counts: list[int] = [MARGIN]
        for turns in blocks:
            for turn in turns:
                texts += ["", *turn.texts]
                columns += [boundary_ids(), turn.words]
                counts.append(1 + len(turn.texts))
            texts += [""] * MARGIN
            columns.append(margin)
            counts.append(MARGIN)
        shares = self._agreed(texts, np.concatenate(columns), counts, blocks)
        spans = pairwise(np.cumsum(counts))
        parted = []
        for turns in blocks:
            own = [next(spans) for _ in range(len(turns) + 1)]
            parted.append([shares[first + 1 : last] for first, last in own[:-1]])
        return parted

    def _agreed(
        self, texts: Sequence[str], columns: Rows, counts: Sequence[int], blocks: Sequence[Sequence[TurnFeatures]]
    ) -> Floats:
        """Give the shares of words in a row; `counts` are those of each turn and margin."""
        turn_of = np.repeat(np.arange(len(counts)), counts)
        heard = [UNHEARD, *(with_margin(mixing([t.speaker for t in turns])) for turns in blocks)]
        with self._remembering:
            embedded = np.split(self._embedded(texts), len(self._networks), axis=1)
        opinions = []
        for weights, own in zip(self._networks, embedded, strict=True):
            added = _added(weights, blocks)
            opinions.append(
                read_words(weights, Row(embedded=own, columns=columns, turn_of=turn_of, added=added, heard=heard))
            )
        return agreed(opinions)

    def _embedded(self, texts: Sequence[str]) -> Floats:
        new = [t for t in dict.fromkeys(texts) if t and t not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known = {}
            new = [t for t in dict.fromkeys(texts) if t]
        kept = [t for t in new if self._vocabulary.is_dictionary_word(t.lower())]
        self._remember(kept)
        known = set(kept)
        passing = {t: i for i, t in enumerate(t for t in new if t not in known)}
        others = self._embed(list(passing)) if passing else self._table[:0]
        table = np.concatenate([np.zeros_like(self._table[:1]), others, self._table[: len(self._known)]])
        ahead = 1 + len(passing)
        places = [0 if not t else 1 + passing[t] if t in passing else ahead + self._known[t] for t in texts]
        embedded: Floats = table[places]
        return embedded

    def _remember(self, words: Sequence[str]) -> None:
        if not words:
            return
        first = len(self._known)
        while first + len(words) > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        self._table[first : first + len(words)] = self._embed(words)
        self._known |= {word: first + index for index, word in enumerate(words)}

    def _embed(self, words: Sequence[str]) -> Floats:
        """Give each network's embedding of words, side by side."""
        flags = np.asarray([flags_of(w, self._vocabulary) for w in words], dtype=np.float32).reshape(-1, FLAGS)
        hashes, vectors = hashes_of(words), self._vectors.of(words)
        return np.concatenate([embed_words(own, hashes, vectors, flags) for own in self._networks], axis=1)


def _with_blank_row(weights: Weights) -> Weights:
    """Add a row to the feature table that adds nothing: that of the empty words between two calls."""
    return {**weights, "features": np.concatenate([weights["features"], np.zeros((1, WIDTH), np.float32)])}


def _added(weights: Weights, blocks: Sequence[Sequence[TurnFeatures]]) -> Floats:
    """Give what its own features add to each turn; nothing to the margins before the first block and after each."""
    nothing = np.zeros(WIDTH, np.float32)
    turns = [weights["features"][list(t.turn)].sum(axis=0) if t else nothing for b in blocks for t in (*b, None)]
    return np.stack([nothing, *turns])


def _blocks(turns: Sequence[TurnFeatures]) -> list[tuple[Sequence[TurnFeatures], slice]]:
    """Cut a conversation into overlapping blocks, each with the turns that are kept of it."""
    blocks: list[tuple[Sequence[TurnFeatures], slice]] = []
    for first in range(0, len(turns), _BLOCK):
        begin, end = max(0, first - _OVERLAP), min(len(turns), first + _BLOCK + 2)
        blocks.append((turns[begin:end], slice(first - begin, first - begin + min(_BLOCK, len(turns) - first))))
    return blocks
