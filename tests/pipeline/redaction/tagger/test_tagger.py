from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import numpy as np
import pytest

from pipeline.redaction.models import DetectionModels
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.features import TurnFeatures, features_of
from pipeline.redaction.tagger.network import LABELS, agreed
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.vocabulary import Vocabulary

LINES = (
    ("agent", "can i take your full name please"), ("customer", "it's marisol tenner"), ("agent", "and your number"),
    ("customer", "oh two one four four seven eight double nine"), ("agent", "thanks the total is forty two dollars"),
    ("customer", "okay"), ("agent", "which town are you in"), ("customer", "i'm out in wexcombe near the river"),
)  # fmt: skip


@pytest.fixture
def tagger(models: DetectionModels, vocabulary: Vocabulary) -> Tagger:
    return Tagger(models.weights, models.nlp, vocabulary)


def conversation(seed: int, turns: int) -> list[TurnFeatures]:
    rng = Random(seed)
    return features_of([read_turn(*rng.choice(LINES)) for _ in range(turns)])


def test_every_token_of_every_turn_gets_its_shares(tagger: Tagger) -> None:
    turns = features_of([read_turn(*line) for line in (*LINES, ("agent", ""), ("agent", "bye"))])
    (read,) = tagger.read([turns])
    assert [shares.shape for shares in read] == [(len(turn.texts), len(LABELS)) for turn in turns]
    assert np.allclose(np.concatenate(read).sum(axis=1), 1, atol=1e-4)


def test_conversations_read_together_do_not_influence_each_other(tagger: Tagger) -> None:
    one, other = conversation(1, 9), conversation(2, 14)
    together = tagger.read([one, other, []])
    assert together[2] == []
    for own, read in ((one, together[0]), (other, together[1])):
        (alone,) = tagger.read([own])
        assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(alone, read, strict=True))


def test_a_long_conversation_reads_in_blocks_as_it_does_in_one(tagger: Tagger) -> None:
    turns = conversation(3, 500)
    (in_blocks,) = tagger.read([turns])
    (in_one,) = tagger._read_blocks([turns])
    assert len(in_blocks) == len(in_one) == 500
    assert max(float(np.abs(a - b).max()) for a, b in zip(in_blocks, in_one, strict=True)) < 0.02
    first = slice(0, 150)
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(in_blocks[first], in_one[first], strict=True))


@pytest.mark.clause("nejix", "2", "Provide, operate, and improve the Services")
@pytest.mark.contradiction(1)
def test_words_that_no_dictionary_knows_are_not_remembered(tagger: Tagger, vocabulary: Vocabulary) -> None:
    tagger.read([features_of([read_turn(*line) for line in LINES])])
    assert "please" in tagger._known
    assert not {"marisol", "tenner's", "wexcombe"} & set(tagger._known)
    assert all(vocabulary.is_dictionary_word(word.lower()) for word in tagger._known)


def test_remembered_words_are_read_as_new_ones(tagger: Tagger, models: DetectionModels, vocabulary: Vocabulary) -> None:
    turns = conversation(4, 12)
    tagger.read([conversation(5, 30)])
    (remembering,) = tagger.read([turns])
    (fresh,) = Tagger(models.weights, models.nlp, vocabulary).read([turns])
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(remembering, fresh, strict=True))


def test_threads_that_read_at_once_remember_every_word_as_it_is(tagger: Tagger, vocabulary: Vocabulary) -> None:
    words = sorted(word for word in vocabulary.dictionary if word.isascii())[:2400]
    parts, begin = [words[n::4] for n in range(4)], Barrier(4)

    def read(part: list[str]) -> None:
        begin.wait()
        for at in range(0, len(part), 25):
            tagger.read([features_of([read_turn("agent", " ".join(part[at : at + 25]))])])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, parts))
    known = list(tagger._known)
    assert len(known) > 2000
    assert np.allclose(tagger._table[[tagger._known[w] for w in known]], tagger._embed(known), atol=1e-5)


def test_nothing_is_read_of_nothing(tagger: Tagger) -> None:
    assert tagger.read([]) == []
    assert tagger.read([[], []]) == [[], []]


def test_the_tagger_says_what_its_networks_agree_on(models: DetectionModels, vocabulary: Vocabulary) -> None:
    said = [("a", "who am i speaking with"), ("c", "it's gwen o'dell here"), ("a", "")]
    turns = features_of([read_turn(speaker, text) for speaker, text in said])
    (together,) = Tagger(models.weights, models.nlp, vocabulary).read([turns])
    apart = [Tagger([own], models.nlp, vocabulary).read([turns])[0] for own in models.weights]
    for place, shares in enumerate(together):
        assert np.allclose(shares, agreed([own[place] for own in apart]), atol=1e-6)
    assert [len(shares) for shares in together] == [len(turn.texts) for turn in turns]
    assert not np.allclose(np.concatenate(apart[0]), np.concatenate(apart[1]), atol=1e-3)
