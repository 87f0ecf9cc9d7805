"""Turns dialogues into what the network learns from: for each word its features and its label, call after call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.model.entity import EntityType
from pipeline.redaction.read_turn import ReadTurn, read_turn
from pipeline.redaction.tagger.features import TurnFeatures, boundary_ids, features_of
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.tagger.turns import mixing
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.training.dialogues import Dialogue
from pipeline.redaction.training.noise import Labelled

_INDEX: Final = {label: index for index, label in enumerate(LABELS)}
UNKNOWN: Final = -1
"""The label of what may be either, or is no word at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One call as the network sees it. `labels` are indices of `LABELS`, -1 where a word may be either."""

    texts: tuple[str, ...] = field(repr=False)
    columns: npt.NDArray[np.int64]
    turn_of: npt.NDArray[np.int64]
    turns: tuple[tuple[int, ...], ...]
    heard: Floats = field(repr=False)
    labels: npt.NDArray[np.int64]


def examples_of(dialogues: Iterable[Dialogue]) -> list[Example]:
    """Make examples, a call each; a call of which noise left no word makes none."""
    return [example_of(dialogue) for dialogue in dialogues if dialogue.turns]


def example_of(dialogue: Dialogue) -> Example:
    """Make one call's example; between turns stands an empty word that belongs to the turn it opens."""
    read: list[ReadTurn] = []
    labels: list[list[int]] = []
    for turn in dialogue.turns:
        read.append(read_turn(turn.speaker, " ".join(word.text for word in turn.words)))
        labels.append(_labels(turn.words, [token.start for token in read[-1].written.tokens]))
    return _joined(features_of(read), labels)


def _joined(turns: Sequence[TurnFeatures], labels: Sequence[Sequence[int]]) -> Example:
    texts: list[str] = []
    columns: list[npt.NDArray[np.int64]] = []
    turn_of: list[int] = []
    flat: list[int] = []
    for index, (turn, own) in enumerate(zip(turns, labels, strict=True)):
        texts += ["", *turn.texts]
        columns += [boundary_ids(), turn.words]
        turn_of += [index] * (1 + len(turn.texts))
        flat += [UNKNOWN, *own]
    return Example(
        texts=tuple(texts),
        columns=np.concatenate(columns),
        turn_of=np.asarray(turn_of),
        turns=tuple(turn.turn for turn in turns),
        heard=mixing([turn.speaker for turn in turns]),
        labels=np.asarray(flat),
    )


def _labels(words: Sequence[Labelled], starts: Sequence[int]) -> list[int]:
    """Give each token the label of the word it stands in."""
    labels: list[int] = []
    at, word_at = 0, 0
    for start in starts:
        while start >= at + len(words[word_at].text):
            at += len(words[word_at].text) + 1
            word_at += 1
        word = words[word_at]
        labels.append(UNKNOWN if word.free else label_of(word.type))
    return labels


def label_of(kind: EntityType | None) -> int:
    """Give a kind's index among the labels."""
    return _INDEX[kind]
