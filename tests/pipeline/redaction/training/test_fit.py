from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.redaction.training.dialogues import invent_dialogues
from pipeline.redaction.training.examples import examples_of
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.fit import Reader, fit
from pipeline.redaction.training.trainee import Trainee, begin
from pipeline.redaction.vocabulary import Vocabulary


def fitted(trainee: Trainee, material: Material, language: Any, vocabulary: Vocabulary) -> list[float]:
    examples = examples_of(invent_dialogues(material, count=20, seed=41))
    reader = Reader(language, vocabulary)
    reader.learn(examples)
    losses: list[float] = []
    fit(trainee, reader, examples, epochs=4, seed=1, report=lambda _, loss: losses.append(loss))
    return losses


def test_the_loss_falls(material: Material, language: Any, vocabulary: Vocabulary) -> None:
    np.random.seed(7)
    losses = fitted(begin(language), material, language, vocabulary)
    assert losses[-1] < losses[0]


def test_words_are_looked_up_once(material: Material, language: Any, vocabulary: Vocabulary) -> None:
    examples = examples_of(invent_dialogues(material, count=4, seed=42))
    reader = Reader(language, vocabulary)
    reader.learn(examples)
    count = len(reader.hashes)
    reader.learn(examples)
    assert len(reader.hashes) == len(reader.vectors) == len(reader.flags) == count
    assert count == len({text for example in examples for text in example.texts})
    assert all(reader.places(example).max() < count for example in examples)
