from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.features import TurnFeatures, features_of
from pipeline.redaction.tagger.panel import Panel, agreed
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.vocabulary import Vocabulary

SHARES = arrays.arrays(np.float32, (5, 3), elements=st.floats(0.0078125, 1, width=32)).map(
    lambda drawn: drawn / drawn.sum(axis=1, keepdims=True)
)


@pytest.fixture
def turns() -> list[TurnFeatures]:
    said = [("a", "who am i speaking with"), ("c", "it's gwen o'dell here"), ("a", "")]
    return features_of([read_turn(speaker, text) for speaker, text in said])


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


def test_a_panel_says_what_its_taggers_agree_on(
    models: DetectionModels, vocabulary: Vocabulary, turns: list[TurnFeatures]
) -> None:
    (together,) = Panel(models.weights, models.nlp, vocabulary).read([turns])
    apart = [Tagger(own, models.nlp, vocabulary).read([turns])[0] for own in models.weights]
    for place, shares in enumerate(together):
        assert np.allclose(shares, agreed([own[place] for own in apart]), atol=1e-6)
    assert [len(shares) for shares in together] == [len(turn.texts) for turn in turns]
