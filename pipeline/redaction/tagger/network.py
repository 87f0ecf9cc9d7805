"""The network's arithmetic, forward only: plain matrix products over one long row of words.

Words are embedded by their form, the dialogue's features are added; two layers see a word's neighbours; each turn is
summed up and told of the turns around it; two more layers see the neighbours again, now knowing what was asked. The
last gives each word a share for every kind, the first of which is "not personal".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pipeline.model.entity import EntityType
from pipeline.redaction.tagger.words import SEEDS, Floats, Hashes, Rows, table_rows

WIDTH: Final = 96
LAYERS: Final = 2
"""Layers before the turns hear each other, and as many after."""
MARGIN: Final = 2 * LAYERS
"""Empty words before the first call and after each, so that no layer sees from one call into the next."""
PIECES: Final = 3
LABELS: Final = (None, *EntityType)
"""What a word can be; None is "not personal"."""
_EPSILON: Final = 1e-8
_LEAST: Final = 1e-7
"""What a share counts for at least, so that no single network rules a kind out."""
_CHUNK: Final = 4096

Weights = Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Words of several conversations in a row.

    `embedded` is `(words, 96)`; `columns` are each word's features, as rows of the feature table; `turn_of` is each
    word's turn, counted through; `added` is `(turns, 96)`, the turns' own features; `heard` is, for each conversation,
    the mixing of its turns, whose counts add up to all turns.
    """

    embedded: Floats = field(repr=False)
    columns: Rows
    turn_of: Rows
    added: Floats
    heard: Sequence[Floats]


def embed_words(weights: Weights, hashes: Hashes, vectors: Floats, flags: Floats) -> Floats:
    """Embed words by their form alone.

    Args:
        weights: the network's.
        hashes: `(words, 4)`.
        vectors: `(words, 300)`.
        flags: `(words, 8)`, what the word lists say.

    Returns:
        `(words, 96)`.
    """
    columns = [
        weights[f"table_{c}"][table_rows(hashes, c, len(weights[f"table_{c}"]))].sum(axis=1) for c in range(len(SEEDS))
    ]
    columns.append(vectors @ weights["static"].T)
    embedded: Floats = _maxout(weights, "mix", np.concatenate(columns, axis=1)) + flags @ weights["flags"]
    return embedded + weights["flags_bias"]


def read_words(weights: Weights, row: Row) -> Floats:
    """Read a row of words in their context: `(words, labels)` shares that add up to one for each word."""
    state: Floats = (row.embedded + row.added[row.turn_of] + weights["features_bias"]).astype(np.float32, copy=False)
    for column in range(row.columns.shape[1]):
        state += weights["features"][row.columns[:, column]]
    for layer in range(LAYERS):
        state += _window(weights, f"layer_{layer}", state)
    state += _told(weights, row, state)[row.turn_of]
    for layer in range(LAYERS, 2 * LAYERS):
        state += _window(weights, f"layer_{layer}", state)
    return shares_of(state @ weights["out"].T + weights["out_bias"])


def agreed(shares: Sequence[Floats]) -> Floats:
    """Give the shares that several networks' opinions on the same words come to: their geometric mean, as shares."""
    return shares_of(np.mean([np.log(own + _LEAST) for own in shares], axis=0))


def shares_of(scores: Floats) -> Floats:
    """Turn scores into shares that add up to one for each word."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def summed_up(state: Floats, turn_of: Rows, turns: int) -> Floats:
    """Give each turn's mean state; words of a turn stand together and turns in order."""
    counts = np.bincount(turn_of, minlength=turns)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    means: Floats = (np.add.reduceat(state, first, axis=0) / counts[:, None]).astype(np.float32)
    return means


def _told(weights: Weights, row: Row, state: Floats) -> Floats:
    """Give what each turn hears of those around it."""
    means = summed_up(state, row.turn_of, len(row.added))
    told = np.empty_like(means)
    at = 0
    for mixing in row.heard:
        own = means[at : at + mixing.shape[1]]
        views = np.concatenate(list(mixing @ own), axis=1)
        told[at : at + len(own)] = _maxout(weights, "told", views)
        at += len(own)
    return told


def _window(weights: Weights, name: str, state: Floats) -> Floats:
    """Look at each word with its two neighbours; in stretches, so that memory stays flat over a long call."""
    padded = np.zeros((len(state) + 2, WIDTH), dtype=np.float32)
    padded[1:-1] = state
    made = np.empty_like(state)
    for at in range(0, len(state), _CHUNK):
        end = min(at + _CHUNK, len(state))
        beside = np.concatenate([padded[at:end], padded[at + 1 : end + 1], padded[at + 2 : end + 2]], axis=1)
        made[at:end] = _maxout(weights, name, beside)
    return made


def _maxout(weights: Weights, name: str, given: Floats) -> Floats:
    pieces = given @ weights[name].T + weights[f"{name}_bias"]
    best = np.maximum(np.maximum(pieces[:, :WIDTH], pieces[:, WIDTH : 2 * WIDTH]), pieces[:, 2 * WIDTH :])
    best -= best.mean(axis=1, keepdims=True)
    spread = np.square(best).mean(axis=1, keepdims=True) + _EPSILON
    made: Floats = best / np.sqrt(spread) * weights[f"{name}_gain"] + weights[f"{name}_shift"]
    return made
