from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Turn
from pipeline.redaction.evaluation.labelled import Label
from pipeline.redaction.fusion import BASE, UNWEIGHED
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.training.weigh import Words, learn, words_of, written
from pipeline.redaction.turn_view import TurnView


def words(rules: list[set[str]], personal: list[bool], odds: float = 0.0) -> Words:
    base = np.zeros((len(rules), len(BASE)), np.float32)
    base[:, 0] = 1
    base[:, 1] = odds
    return Words(base=base, rules=tuple(frozenset(r) for r in rules), personal=np.asarray(personal))


def test_a_rule_that_is_always_right_counts_more_than_one_that_is_right_half_of_the_time() -> None:
    rules = [{"right"}] * 40 + [{"half"}] * 40 + [set[str]()] * 40
    weights = learn([words(rules, [True] * 40 + [True, False] * 20 + [False] * 40)])
    assert weights.rules["right"] > weights.rules["half"] + 1
    assert weights.base[0] < 0


def test_a_rule_that_is_always_wrong_counts_against() -> None:
    weights = learn([words([{"wrong"}] * 60 + [set()] * 60, [False] * 60 + [True] * 60)])
    assert weights.rules["wrong"] < 0


def test_a_rule_that_few_words_spoke_against_still_counts_for() -> None:
    few, many = [{"few"}] * 5, [{"many"}] * 500
    weights = learn([words(few + many + [set()] * 60, [False] * 505 + [True] * 60)])
    assert 0 < weights.rules["few"] < UNWEIGHED
    assert weights.rules["many"] < 0


def test_what_parts_everything_is_learned_without_end_or_overflow() -> None:
    own = [words([{"right"}] * 3000, [True] * 3000, odds=6.0), words([set()] * 3000, [False] * 3000, odds=-6.0)]
    weights = learn(own)
    assert np.isfinite(weights.base).all()
    assert np.isfinite(list(weights.rules.values())).all()


def test_words_that_may_be_hidden_or_not_teach_nothing() -> None:
    read = read_turn("customer", "it's anna from poole")
    shares = np.full((len(read.written.tokens), len(LABELS)), 1 / len(LABELS), np.float32)
    turn = Turn(index=0, speaker="customer", text="it's anna from poole")
    view = TurnView(turn=turn, read=read, shares=shares, found=())
    evidence = Evidence(recognizer="Introductions", view="words", pattern="it's")
    found = Entity(turn=0, span=CharSpan(5, 9), type=EntityType.PERSON, score=0.5, evidence=(evidence,))
    labels = [Label(span=CharSpan(5, 9), type="PERSON"),
              Label(span=CharSpan(15, 20), type="LOCATION", is_optional=True)]  # fmt: skip
    own = words_of(view, [found], labels)
    assert len(own.rules) == len(read.written.tokens) - 1
    assert own.personal.sum() == 1
    assert own.rules[int(np.flatnonzero(own.personal)[0])] == {"Introductions: it's"}
    assert sum(bool(r) for r in own.rules) == 1


def test_weights_are_written_as_they_are_read() -> None:
    weights = learn([words([{"right"}] * 9 + [set()] * 9, [True] * 9 + [False] * 9)])
    read = json.loads(written(weights))
    assert read["base"] == pytest.approx(weights.base.tolist(), abs=1e-3)
    assert read["rules"] == dict(weights.rules)
