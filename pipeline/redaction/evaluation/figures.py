"""Figures of a tally: over all, by source, by kind, the mean over sources, and the classes that leak most.

Leak and precision are what is aimed at; `macro` counts every source with enough labels alike, so that no large source
hides a small one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from pipeline.redaction.evaluation.intervals import NOTHING, Draws, Rate, draw_sums, rate, with_bounds
from pipeline.redaction.evaluation.tally import (
    COVERED,
    HIDDEN,
    HOLDS,
    LEAKED,
    LEAKS,
    MISSED,
    RIGHT,
    SPANS,
    TELLING,
    TYPED,
    Tally,
)

ENOUGH_LABELS: Final = 50
"""A source with fewer labels takes no part in the mean over sources."""
_CLASSES: Final = 10
_IDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on some conversations. `precision` and `leaking_calls` make no sense for one kind alone."""

    spans: int
    leak: Rate
    missed: Rate
    recall: Rate
    typed_recall: Rate
    precision: Rate = NOTHING
    leaking_calls: Rate = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyClass:
    """One kind in one source: how many of its labels leak, in how many conversations, and the first few of these."""

    source: str
    kind: str
    spans: int
    leaked: int
    calls: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """Means over the sources with at least `ENOUGH_LABELS` labels."""

    sources: tuple[str, ...]
    leak: Rate
    recall: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Everything measured on a file."""

    conversations: int
    overall: Figures
    macro: Macro
    by_source: Mapping[str, Figures]
    by_kind: Mapping[str, Figures]
    worst: tuple[LeakyClass, ...]
    wrong_words: Mapping[str, int]


def score(tallied: Tally, *, rounds: int = 1000, seed: int = 1) -> Score:
    """Work out all figures, with intervals from `rounds` draws."""
    rows, kinds = tallied.labels.shape[:2]
    flat = np.concatenate([tallied.labels.reshape(rows, -1), tallied.calls], axis=1)
    drawn = draw_sums(flat, tallied.sources, rounds=rounds, seed=seed)
    named = np.array(tallied.sources)
    sums = {source: flat[named == source].sum(axis=0) for source in drawn}
    by_source = {source: _figures(sums[source], drawn[source], kinds) for source in sorted(drawn)}
    total, total_drawn = flat.sum(axis=0), np.sum([*drawn.values()], axis=0)
    return Score(
        conversations=rows,
        overall=_figures(total, total_drawn, kinds),
        macro=_macro(by_source, sums, drawn, kinds),
        by_source=by_source,
        by_kind={
            kind: _of_labels(total[at * 6 : at * 6 + 6], total_drawn[:, at * 6 : at * 6 + 6])
            for at, kind in enumerate(tallied.kinds)
        },
        worst=_worst(tallied),
        wrong_words=dict(sorted(tallied.wrong.items(), key=lambda item: (-item[1], item[0]))),
    )


def _figures(sums: np.ndarray, drawn: Draws, kinds: int) -> Figures:
    """Read the sums of one row of all columns: six for each kind, then the four of the calls."""
    labels, drawn_labels = _over_kinds(sums[None, :], kinds)[0], _over_kinds(drawn, kinds)
    calls, drawn_calls = sums[kinds * 6 :], drawn[:, kinds * 6 :]
    of_labels = _of_labels(labels, drawn_labels)
    return Figures(
        spans=of_labels.spans,
        leak=of_labels.leak,
        missed=of_labels.missed,
        recall=of_labels.recall,
        typed_recall=of_labels.typed_recall,
        precision=rate(calls[RIGHT], calls[HIDDEN], drawn_calls[:, RIGHT], drawn_calls[:, HIDDEN]),
        leaking_calls=rate(calls[LEAKS], calls[HOLDS], drawn_calls[:, LEAKS], drawn_calls[:, HOLDS]),
    )


def _over_kinds(columns: np.ndarray, kinds: int) -> np.ndarray:
    summed: np.ndarray = columns[:, : kinds * 6].reshape(len(columns), kinds, 6).sum(axis=1)
    return summed


def _of_labels(sums: np.ndarray, drawn: Draws) -> Figures:
    def of(part: int, whole: int) -> Rate:
        return rate(sums[part], sums[whole], drawn[:, part], drawn[:, whole])

    return Figures(
        spans=int(sums[SPANS]),
        leak=of(LEAKED, SPANS),
        missed=of(MISSED, SPANS),
        recall=of(COVERED, TELLING),
        typed_recall=of(TYPED, TELLING),
    )


def _macro(
    by_source: Mapping[str, Figures], sums: Mapping[str, np.ndarray], drawn: Mapping[str, Draws], kinds: int
) -> Macro:
    large = tuple(source for source, figures in by_source.items() if figures.spans >= ENOUGH_LABELS)
    if not large:
        return Macro(sources=(), leak=NOTHING, recall=NOTHING)

    def mean(part: int, whole: int) -> Rate:
        exact = [_over_kinds(sums[source][None, :], kinds)[0] for source in large]
        draws = [_over_kinds(drawn[source], kinds) for source in large]
        with np.errstate(divide="ignore", invalid="ignore"):
            means = np.mean([d[:, part] / d[:, whole] for d in draws], axis=0)
        return with_bounds(float(np.mean([e[part] / e[whole] for e in exact])), means)

    return Macro(sources=large, leak=mean(LEAKED, SPANS), recall=mean(COVERED, TELLING))


def _worst(tallied: Tally) -> tuple[LeakyClass, ...]:
    named = np.array(tallied.sources)
    classes: list[LeakyClass] = []
    for source in dict.fromkeys(tallied.sources):
        of_source = tallied.labels[named == source]
        ids = [id for id, its in zip(tallied.ids, tallied.sources, strict=True) if its == source]
        for at, kind in enumerate(tallied.kinds):
            leaked = of_source[:, at, LEAKED]
            rows = np.flatnonzero(leaked)
            if len(rows):
                classes.append(
                    LeakyClass(
                        source=source,
                        kind=kind,
                        spans=int(of_source[:, at, SPANS].sum()),
                        leaked=int(leaked.sum()),
                        calls=len(rows),
                        ids=tuple(ids[row] for row in rows[:_IDS]),
                    )
                )
    return tuple(sorted(classes, key=lambda c: (-_at_least(c), c.source, c.kind))[:_CLASSES])


def _at_least(leaky: LeakyClass) -> float:
    """Give the leak rate that a class surely has (Wilson's lower bound): one leak of one says little."""
    n, share, z = leaky.spans, leaky.leaked / leaky.spans, 1.96
    middle = share + z * z / (2 * n)
    return (middle - z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n)
