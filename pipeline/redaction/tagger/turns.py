"""What a turn is told of the turns around it: sums of the others' summaries that fade with distance, by speaker.

A question stays audible for many turns, louder just after it was asked; an answer told in pieces keeps its own voice.
Only one turn ahead is looked at, so that a decision need not wait longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from pipeline.redaction.tagger.words import Floats

_FADING: Final = (0.5, 0.85)
VIEWS: Final = 2 * len(_FADING) + 2
"""Own and others' turns before, fading quickly and slowly; the turn itself; the next one."""
UNHEARD: Final = np.zeros((VIEWS, 1, 1), np.float32)
"""The weights of a turn that neither hears nor is heard: that of empty words between calls."""


def mixing(speakers: Sequence[str]) -> Floats:
    """Give the weights `(views, turns, turns)` with which each turn hears every other."""
    count = len(speakers)
    place = np.arange(count)
    distance = place[:, None] - place[None, :]
    codes = np.unique(np.asarray(speakers, dtype=object).astype(str), return_inverse=True)[1].reshape(-1)
    same = codes[:, None] == codes[None, :]
    weights = np.zeros((VIEWS, count, count), np.float32)
    for index, fading in enumerate(_FADING):
        heard = np.where(distance > 0, fading ** np.maximum(distance - 1, 0), 0)
        weights[2 * index] = heard * same
        weights[2 * index + 1] = heard * ~same
    weights[-2] = np.eye(count)
    weights[-1] = np.eye(count, k=1)
    return weights


def with_margin(weights: Floats) -> Floats:
    """Add the margin after a block as a turn of its own that neither hears nor is heard."""
    return np.pad(weights, ((0, 0), (0, 1), (0, 1)))
