from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.redaction.tagger.features import TABLE_SIZE
from pipeline.redaction.tagger.network import LABELS, LAYERS, WIDTH
from pipeline.redaction.training.trainee import Trainee, begin, weights_of


def test_the_layers_begin_as_those_of_the_language_package(trainee: Trainee, language: Any) -> None:
    theirs = language.get_pipe("ner").model.get_ref("tok2vec")
    tables = [node.get_param("E") for node in theirs.walk() if node.name == "hashembed"]
    weights = weights_of(trainee)
    assert all(np.array_equal(weights[f"table_{c}"], table) for c, table in enumerate(tables))
    (static,) = [node.get_param("W") for node in theirs.walk() if node.name == "static_vectors"]
    assert np.array_equal(weights["static"], static)


def test_what_is_new_has_no_effect_yet(trainee: Trainee) -> None:
    weights = weights_of(trainee)
    assert not weights["flags"].any()
    assert not weights["features"].any()
    assert weights["features"].shape == (TABLE_SIZE, WIDTH)
    assert weights["out"].shape == (len(LABELS), WIDTH)
    assert {f"layer_{i}" for i in range(2 * LAYERS)} <= set(weights)


def test_learning_leaves_the_language_package_as_it_is(trainee: Trainee, language: Any) -> None:
    for model in trainee.models:
        for node in model.walk():
            for name in node.param_names:
                ones: Any = np.ones_like(node.get_param(name))
                node.set_param(name, ones)
    fresh = weights_of(begin(language))
    assert not (fresh["static"] == 1).all()
    assert not (fresh["table_0"] == 1).all()
