"""Learns what each piece of evidence is worth, from labelled calls that the tagger was not trained on.

A logistic regression over words, by Newton's method, held back so that a rule seen rarely stays near what an unseen one
counts for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.model.entity import Entity
from pipeline.redaction.evaluation.labelled import Label
from pipeline.redaction.fusion import BASE, UNLEARNED, UNWEIGHED, FusionWeights, base_terms, covered, rule_of
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.turn_view import TurnView

_HELD_BACK: Final = 0.3
_RULES_HELD_BACK: Final = 10.0
"""Words of one call are much alike: a rule that met a few calls alone must not be taken at their word."""
_ROUNDS: Final = 60
_SMALL: Final = 1e-5

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words as evidence sees them: the fixed terms, which rules cover each, whether it is personal."""

    base: Floats
    rules: tuple[frozenset[str], ...] = field(repr=False)
    personal: npt.NDArray[np.bool_]


def words_of(view: TurnView, found: Sequence[Entity], labels: Sequence[Label]) -> Words:
    """Give a turn's words; those that may be hidden or not are left out."""
    count = len(view.shares)
    rules: list[set[str]] = [set() for _ in range(count)]
    for entity in found:
        first, last = covered(view, entity.span)
        for at in range(first, last):
            rules[at] |= {rule_of(evidence) for evidence in entity.evidence}
    personal, open_ = np.zeros(count, bool), np.zeros(count, bool)
    for label in labels:
        first, last = covered(view, label.span)
        (open_ if label.is_optional else personal)[first:last] = True
    kept = np.flatnonzero(~open_ | personal)
    return Words(
        base=base_terms([view.shares[:, 0]])[kept],
        rules=tuple(frozenset(rules[i]) for i in kept),
        personal=personal[kept],
    )


def learn(words: Sequence[Words]) -> FusionWeights:
    """Learn the weights."""
    names = sorted({rule for own in words for rules in own.rules for rule in rules})
    place = {name: len(BASE) + index for index, name in enumerate(names)}
    base = np.concatenate([own.base for own in words]).astype(np.float64)
    terms = np.zeros((len(base), len(BASE) + len(names)))
    terms[:, : len(BASE)] = base
    at = 0
    for own in words:
        for rules in own.rules:
            terms[at, [place[rule] for rule in rules]] = 1
            at += 1
    personal = np.concatenate([own.personal for own in words]).astype(np.float64)
    prior = np.concatenate([UNLEARNED.base, np.full(len(names), UNWEIGHED)]).astype(np.float64)
    held = np.concatenate([np.full(len(BASE), _HELD_BACK), np.full(len(names), _RULES_HELD_BACK)])
    learned = _newton(terms, personal, prior, held)
    rules_learned = {name: round(float(learned[place[name]]), 4) for name in names}
    return FusionWeights(base=learned[: len(BASE)].astype(np.float32), rules=rules_learned)


def written(weights: FusionWeights) -> str:
    """Write weights as `fusion.json` has them."""
    document = {"base": [round(float(w), 4) for w in weights.base], "rules": dict(weights.rules)}
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _newton(terms: Numbers, personal: Numbers, prior: Numbers, held: Numbers) -> Numbers:
    """Minimise the held-back loss; a step that would raise it is halved until it does not."""
    weights, loss = prior.copy(), _loss(terms, personal, prior - prior, held, prior)
    for _ in range(_ROUNDS):
        chances = 1 / (1 + np.exp(-np.clip(terms @ weights, -30, 30)))
        gradient = terms.T @ (chances - personal) + held * (weights - prior)
        bend = (terms * (chances * (1 - chances))[:, None]).T @ terms + np.diag(held)
        step = np.linalg.solve(bend, gradient)
        while (ahead := _loss(terms, personal, weights - step - prior, held, prior)) > loss and np.abs(
            step
        ).max() > _SMALL:
            step /= 2
        weights, loss = weights - step, min(loss, ahead)
        if np.abs(step).max() < _SMALL:
            break
    return weights


def _loss(terms: Numbers, personal: Numbers, moved: Numbers, held: Numbers, prior: Numbers) -> float:
    odds = terms @ (prior + moved)
    return float(np.logaddexp(0, odds).sum() - personal @ odds + 0.5 * held @ moved**2)
