"""One pass of calls through the layers that learn: forward, and the way back for the gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.redaction.tagger.features import TABLE_SIZE
from pipeline.redaction.tagger.network import MARGIN, WIDTH, shares_of, summed_up
from pipeline.redaction.tagger.turns import UNHEARD, VIEWS, with_margin
from pipeline.redaction.tagger.words import Floats, Hashes
from pipeline.redaction.training.examples import UNKNOWN, Example
from pipeline.redaction.training.trainee import Trainee

Ints = npt.NDArray[np.int64]
Placed = tuple[Example, Ints]
"""An example, and where each of its words was looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """Calls in a row: where each word was looked up, multi-hot features, labels, 1 for what is a word at all."""

    places: Ints
    marks: Floats
    labels: Ints
    real: Floats
    turn_of: Ints
    heard: Sequence[Floats]


def assemble(batch: Sequence[Placed]) -> Assembled:
    """Put calls in a row, empty words before the first and after each: they count as a turn which nobody hears."""
    nowhere, blank = np.zeros(MARGIN, np.int64), np.zeros(MARGIN, np.float32)
    places: list[Ints] = [nowhere]
    marks: list[Floats] = [np.zeros((MARGIN, TABLE_SIZE), np.float32)]
    turn_of: list[Ints] = [nowhere]
    turns = 1
    for example, own in batch:
        hot = np.zeros((len(own) + MARGIN, TABLE_SIZE), np.float32)
        for column in range(example.columns.shape[1]):
            hot[np.arange(len(own)), example.columns[:, column]] += 1
        lengths = np.bincount(example.turn_of, minlength=len(example.turns))
        ends = np.cumsum(lengths)
        for ids, first, last in zip(example.turns, ends - lengths, ends, strict=True):
            hot[first:last, list(ids)] += 1
        places.append(np.concatenate([own, nowhere]))
        marks.append(hot)
        turn_of.append(turns + np.concatenate([example.turn_of, np.full(MARGIN, len(example.turns))]))
        turns += len(example.turns) + 1
    unlabelled = np.full(MARGIN, UNKNOWN)
    real = [np.concatenate([np.asarray([bool(t) for t in e.texts], np.float32), blank]) for e, _ in batch]
    return Assembled(
        places=np.concatenate(places),
        marks=np.concatenate(marks),
        labels=np.concatenate([unlabelled, *(part for e, _ in batch for part in (e.labels, unlabelled))]),
        real=np.concatenate([blank, *real]),
        turn_of=np.concatenate(turn_of),
        heard=[UNHEARD, *(with_margin(e.heard) for e, _ in batch)],
    )


def forward(
    trainee: Trainee, row: Assembled, words: tuple[Hashes, Floats, Floats], *, is_train: bool
) -> tuple[Floats, Callable[[Floats], None]]:
    """Run the layers.

    Args:
        trainee: the layers.
        row: the calls.
        words: each word's hashes, vector and flags.
        is_train: whether to drop out, and to keep what the way back needs.

    Returns:
        Shares `(words, labels)`, and what sends the gradient of the scores back.
    """
    hashes, vectors, flags = words
    spelled, back_spelled = trainee.hashes(hashes, is_train)
    meant, back_meant = trainee.static(vectors, is_train)
    mixed, back_mixed = trainee.mix(np.concatenate([spelled, meant], axis=1), is_train)
    listed, back_listed = trainee.flags(flags, is_train)
    marked, back_marked = trainee.features(row.marks, is_train)
    near, back_near = trainee.near((mixed + listed) * row.real[:, None] + marked, is_train)
    views, back_views = _views(near, row)
    told, back_told = trainee.told(views, is_train)
    seen, back_seen = trainee.far(near + told[row.turn_of], is_train)
    scores, back_scores = trainee.out(seen, is_train)
    shares = shares_of(scores)

    def backprop(gradient: Floats) -> None:
        far_gradient = back_seen(back_scores(gradient))
        told_gradient = np.zeros_like(told)
        np.add.at(told_gradient, row.turn_of, far_gradient)
        state_gradient = back_near(far_gradient + back_views(back_told(told_gradient)))
        back_marked(state_gradient)
        word_gradient = state_gradient * row.real[:, None]
        back_listed(word_gradient)
        both = back_mixed(word_gradient)
        split = both.shape[1] - WIDTH
        back_spelled(np.ascontiguousarray(both[:, :split]))
        back_meant(np.ascontiguousarray(both[:, split:]))

    return shares, backprop


def _views(near: Floats, row: Assembled) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Give what each turn hears, and what sends its gradient back to the words."""
    counts = np.bincount(row.turn_of)
    means = summed_up(near, row.turn_of, len(counts))
    sizes = [mixing.shape[1] for mixing in row.heard]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    parts = [
        np.concatenate(list(m @ means[at : at + size]), axis=1)
        for m, at, size in zip(row.heard, starts, sizes, strict=True)
    ]
    views = np.concatenate(parts)

    def backprop(gradient: Floats) -> Floats:
        back = np.zeros_like(means)
        for mixing, at, size in zip(row.heard, starts, sizes, strict=True):
            own = gradient[at : at + size].reshape(size, VIEWS, WIDTH)
            for view in range(VIEWS):
                back[at : at + size] += mixing[view].T @ own[:, view]
        spread: Floats = (back / counts[:, None]).astype(np.float32)[row.turn_of]
        return spread

    return views, backprop
