from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from thinc.api import set_dropout_rate

from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.features import features_of
from pipeline.redaction.tagger.network import MARGIN
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.training.dialogues import Dialogue, invent_dialogues
from pipeline.redaction.training.examples import example_of
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.passing import assemble, forward
from pipeline.redaction.training.trainee import Trainee, weights_of
from pipeline.redaction.vocabulary import Vocabulary
from tests.pipeline.redaction.training.layers import row_of, stirred


@pytest.fixture(scope="module")
def calls(material: Material) -> list[Dialogue]:
    return list(invent_dialogues(material, count=3, seed=31))


def test_learning_and_reading_go_through_the_same_arithmetic(
    calls: list[Dialogue], trainee: Trainee, language: Any, vocabulary: Vocabulary
) -> None:
    stirred(trainee)
    examples = [example_of(call) for call in calls]
    row, words = row_of(examples, language, vocabulary)
    shares, _ = forward(trainee, row, words, is_train=False)
    tagger = Tagger([weights_of(trainee)], language, vocabulary)
    read = tagger.read([
        features_of([read_turn(turn.speaker, " ".join(w.text for w in turn.words)) for turn in call.turns])
        for call in calls
    ])  # fmt: skip
    at = MARGIN
    for example, turns in zip(examples, read, strict=True):
        real = [at + i for i, text in enumerate(example.texts) if text]
        assert np.allclose(np.concatenate(turns), shares[real], atol=1e-3)
        assert np.ptp(shares[real], axis=0).max() > 0.1
        at += len(example.texts) + MARGIN


@pytest.mark.parametrize("layer", ["hashes", "static", "mix", "flags", "features", "near", "told", "far", "out"])
def test_the_gradient_is_that_of_the_loss(
    layer: str, calls: list[Dialogue], trainee: Trainee, language: Any, vocabulary: Vocabulary
) -> None:
    stirred(trainee)
    for model in trainee.models:
        set_dropout_rate(model, 0.0)
    row, words = row_of([example_of(call) for call in calls[:2]], language, vocabulary)
    known, right = np.flatnonzero(row.labels >= 0), row.labels[row.labels >= 0]

    def loss() -> float:
        shares, _ = forward(trainee, row, words, is_train=False)
        return float(-np.log(shares[known, right].astype(np.float64)).sum())

    shares, backprop = forward(trainee, row, words, is_train=True)
    gradient = np.zeros_like(shares)
    gradient[known] = shares[known]
    gradient[known, right] -= 1
    backprop(gradient)
    node = next(n for n in getattr(trainee, layer).walk() if n.has_param("W") or n.has_param("E"))
    name = "W" if node.has_param("W") else "E"
    own, slope = node.get_param(name).copy(), node.get_grad(name).copy()
    rng = np.random.default_rng(1)
    chosen = rng.random(own.shape) < 0.5
    way = np.where(chosen, slope, 0) / np.linalg.norm(slope[chosen])
    step = 3e-3
    node.set_param(name, own + step * way)
    above = loss()
    node.set_param(name, own - step * way)
    measured = (above - loss()) / (2 * step)
    assert measured == pytest.approx(float((slope * way).sum()), rel=0.03)


def test_calls_in_a_row_do_not_see_each_other(
    calls: list[Dialogue], trainee: Trainee, language: Any, vocabulary: Vocabulary
) -> None:
    stirred(trainee)
    first, second = example_of(calls[0]), example_of(calls[1])
    alone, words = row_of([first], language, vocabulary)
    together, more = row_of([first, second], language, vocabulary)
    one, _ = forward(trainee, alone, words, is_train=False)
    both, _ = forward(trainee, together, more, is_train=False)
    own = slice(MARGIN, MARGIN + len(first.texts))
    assert np.allclose(one[own], both[own], atol=1e-5)
    after, last = row_of([second, first], language, vocabulary)
    shares, _ = forward(trainee, after, last, is_train=False)
    assert np.allclose(one[own], shares[-MARGIN - len(first.texts) : -MARGIN], atol=1e-5)


def test_what_stands_between_calls_is_no_word_and_has_no_label(calls: list[Dialogue]) -> None:
    example = example_of(calls[0])
    row = assemble([(example, np.arange(len(example.texts)))])
    assert not row.real[-MARGIN:].any()
    assert (row.labels[-MARGIN:] == -1).all()
    assert not row.marks[-MARGIN:].any()
    assert not row.heard[1][:, -1].any()
    assert not row.heard[1][:, :, -1].any()
    assert np.array_equal(np.diff(row.turn_of).clip(0, 1), np.diff(row.turn_of))
    assert row.turn_of[-1] + 1 == sum(mixing.shape[1] for mixing in row.heard)
