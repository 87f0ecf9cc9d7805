from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.tagger.features import TABLE_SIZE, TOKEN_COLUMNS
from pipeline.redaction.tagger.network import LABELS, WIDTH, Row, agreed, embed_words, read_words, summed_up
from pipeline.redaction.tagger.turns import VIEWS, mixing
from pipeline.redaction.tagger.words import FLAGS, Floats, hashes_of

RNG = np.random.default_rng(5)
SHARES = arrays.arrays(np.float32, (5, 3), elements=st.floats(0.0078125, 1, width=32)).map(
    lambda drawn: drawn / drawn.sum(axis=1, keepdims=True)
)


def row(lengths: list[int], speakers: list[str], seed: int = 1) -> Row:
    rng = np.random.default_rng(seed)
    count = sum(lengths)
    return Row(
        embedded=rng.normal(0, 1, (count, WIDTH)).astype(np.float32),
        columns=rng.integers(0, TABLE_SIZE, (count, TOKEN_COLUMNS)),
        turn_of=np.repeat(np.arange(len(lengths)), lengths),
        added=rng.normal(0, 1, (len(lengths), WIDTH)).astype(np.float32),
        heard=[mixing(speakers)],
    )


def test_each_words_shares_add_up_to_one(models: DetectionModels) -> None:
    shares = read_words(models.weights[0], row([3, 5, 1], ["a", "b", "a"]))
    assert shares.shape == (9, len(LABELS))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-4)
    assert (shares >= 0).all()


def test_a_turn_is_summed_up_by_its_mean() -> None:
    state = np.arange(12, dtype=np.float32).reshape(6, 2)
    means = summed_up(state, np.asarray([0, 0, 0, 1, 2, 2]), 3)
    assert means.tolist() == [[2, 3], [6, 7], [9, 10]]
    assert means.dtype == np.float32


def test_a_word_is_embedded_by_itself_alone(models: DetectionModels) -> None:
    hashes = hashes_of(["anna", "bob", "four"])
    vectors = RNG.normal(0, 1, (3, 300)).astype(np.float32)
    flags = RNG.integers(0, 2, (3, FLAGS)).astype(np.float32)
    together = embed_words(models.weights[0], hashes, vectors, flags)
    alone = embed_words(models.weights[0], hashes[1:2], vectors[1:2], flags[1:2])
    assert together.shape == (3, WIDTH)
    assert np.allclose(together[1], alone[0], atol=1e-5)


def test_a_long_row_is_read_in_stretches_as_in_one(models: DetectionModels) -> None:
    # Rows are read in stretches of 4096 words: where a stretch ends must not show in what comes out.
    turns = [5] * 1000
    long = replace(row(turns, ["a"]), heard=[np.zeros((VIEWS, 1000, 1000), np.float32)])
    for first in (0, 800):
        part = _part(long, first, first + 200)
        whole = read_words(models.weights[0], long)[first * 5 : first * 5 + 1000]
        read = read_words(models.weights[0], part)
        assert np.allclose(read[20:-20], whole[20:-20], atol=1e-4)


@given(SHARES, SHARES)
def test_opinions_agree_on_shares_between_them_whatever_their_order(one: Floats, other: Floats) -> None:
    both = agreed([one, other])
    assert np.allclose(both.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(both, agreed([other, one]), atol=1e-6)
    sure = (one[:, 0] > one[:, 1]) & (other[:, 0] > other[:, 1])
    assert (both[sure, 0] >= both[sure, 1]).all()


@given(SHARES)
def test_one_opinion_stands_as_it_is(one: Floats) -> None:
    assert np.allclose(agreed([one]), one, atol=1e-5)


def test_no_words_have_no_shares() -> None:
    assert agreed([np.zeros((0, 3), np.float32)] * 2).shape == (0, 3)


def _part(made: Row, first: int, last: int) -> Row:
    """Cut turns of five words out of a row whose turns do not hear each other."""
    words = slice(first * 5, last * 5)
    return replace(made, embedded=made.embedded[words], columns=made.columns[words],
                   turn_of=made.turn_of[words] - first, added=made.added[first:last],
                   heard=[made.heard[0][:, first:last, first:last]])  # fmt: skip
