"""Trains the network on examples.

Deterministic for one machine and one set of libraries: seeded throughout, a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import numpy as np
from thinc.api import Adam

from pipeline.redaction.tagger.words import FLAGS, SEEDS, Vectors, flags_of, hashes_of
from pipeline.redaction.training.examples import Example
from pipeline.redaction.training.passing import Ints, Placed, assemble, forward
from pipeline.redaction.training.trainee import Trainee
from pipeline.redaction.vocabulary import Vocabulary

_RATE: Final = 0.001
_BATCH_WORDS: Final = 800
_LIST_FORGOTTEN: Final = 0.35
"""How often the word lists are taken not to know a word, so that the network learns to do without them."""
_FORGETTABLE: Final = np.asarray((0, 1, 2, 4))
"""The flags of names, places and things: lists that never are complete."""
_WITH_GAPS: Final = 0.9
"""Share of steps in which the word lists have gaps."""
_SMOOTH: Final = 0.02
_GRADIENT_SCALE: Final = 100.0


class Reader:
    """Looks words up for training: their hashes, vectors and what the lists say."""

    def __init__(self, nlp: Any, vocabulary: Vocabulary) -> None:
        self._vectors = Vectors(nlp)
        self._vocabulary = vocabulary
        self._places: dict[str, int] = {}
        self.hashes = np.zeros((0, len(SEEDS)), np.uint64)
        self.vectors = np.zeros((0, 300), np.float32)
        self.flags = np.zeros((0, FLAGS), np.float32)

    def learn(self, examples: Sequence[Example]) -> None:
        """Look all words of examples up once."""
        new = [t for t in dict.fromkeys(text for e in examples for text in e.texts) if t not in self._places]
        self._places |= {text: len(self._places) + i for i, text in enumerate(new)}
        self.hashes = np.concatenate([self.hashes, hashes_of(new)])
        self.vectors = np.concatenate([self.vectors, self._vectors.of(new)])
        flags = np.asarray([flags_of(text, self._vocabulary) for text in new], dtype=np.float32).reshape(-1, FLAGS)
        self.flags = np.concatenate([self.flags, flags])

    def places(self, example: Example) -> Ints:
        """Give where each word of an example stands in the looked-up arrays."""
        return np.asarray([self._places[text] for text in example.texts])


def fit(
    trainee: Trainee,
    reader: Reader,
    examples: Sequence[Example],
    *,
    epochs: int,
    seed: int,
    report: Callable[[int, float], None],
) -> None:
    """Train over all examples some times; the rate falls to a tenth over the course."""
    rng = Random(seed)
    np.random.seed(seed)
    optimizer = Adam(_RATE, L2=1e-6, grad_clip=1.0)
    places = [reader.places(example) for example in examples]
    steps = total = 0
    for epoch in range(epochs):
        order = list(range(len(examples)))
        rng.shuffle(order)
        batches = list(_batches(order, examples))
        total = total or epochs * len(batches)
        lost = count = 0.0
        for batch in batches:
            optimizer.learn_rate = _RATE * (1 - 0.95 * steps / total) * min(1.0, (steps + 1) / 100)
            loss, words = _step(trainee, reader, [(examples[i], places[i]) for i in batch], rng, optimizer)
            lost, count, steps = lost + loss, count + words, steps + 1
        report(epoch, lost / max(count, 1))


def _batches(order: Sequence[int], examples: Sequence[Example]) -> Sequence[Sequence[int]]:
    batches: list[list[int]] = [[]]
    size = 0
    for index in order:
        if size > _BATCH_WORDS:
            batches.append([])
            size = 0
        batches[-1].append(index)
        size += len(examples[index].labels)
    return batches


def _step(trainee: Trainee, reader: Reader, batch: Sequence[Placed], rng: Random, optimizer: Any) -> tuple[float, int]:
    row = assemble(batch)
    flags = reader.flags[row.places]
    if rng.random() < _WITH_GAPS:
        forgotten = np.random.random(len(reader.flags)) < _LIST_FORGOTTEN
        flags = flags.copy()
        flags[np.ix_(np.flatnonzero(forgotten[row.places]), _FORGETTABLE)] = 0
    words = reader.hashes[row.places], reader.vectors[row.places], flags
    shares, backprop = forward(trainee, row, words, is_train=True)
    known = row.labels >= 0
    wanted = np.full_like(shares, _SMOOTH / shares.shape[1])
    wanted[np.arange(len(row.labels)), np.maximum(row.labels, 0)] += 1 - _SMOOTH
    gradient = (shares - wanted) * known[:, None] / _GRADIENT_SCALE
    backprop(gradient.astype(np.float32))
    for model in trainee.models:
        model.finish_update(optimizer)
    right = shares[np.arange(len(row.labels)), np.maximum(row.labels, 0)]
    return float(-np.log(right[known] + 1e-9).sum()), int(known.sum())
