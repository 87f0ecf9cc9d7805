"""Layers and examples that the tests of learning share."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.redaction.tagger.words import Floats, Hashes
from pipeline.redaction.training.examples import Example
from pipeline.redaction.training.fit import Reader
from pipeline.redaction.training.passing import Assembled, assemble
from pipeline.redaction.training.trainee import Trainee
from pipeline.redaction.vocabulary import Vocabulary


def stirred(trainee: Trainee, seed: int = 0) -> Trainee:
    """Give the layers that begin without effect some, so that nothing is hidden by zeros."""
    rng = np.random.default_rng(seed)
    for model in (trainee.flags, trainee.features, trainee.out):
        for node in model.walk():
            for name in node.param_names:
                shape = np.shape(node.get_param(name))
                drawn: Any = rng.normal(0, 0.2, shape).astype(np.float32)
                node.set_param(name, drawn)
    return trainee


def row_of(
    examples: list[Example], language: Any, vocabulary: Vocabulary
) -> tuple[Assembled, tuple[Hashes, Floats, Floats]]:
    """Assemble examples, with what is looked up of their words."""
    reader = Reader(language, vocabulary)
    reader.learn(examples)
    row = assemble([(example, reader.places(example)) for example in examples])
    return row, (reader.hashes[row.places], reader.vectors[row.places], reader.flags[row.places])
