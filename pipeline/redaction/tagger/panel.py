"""Several taggers that were trained apart, asked together: where one errs by chance, the others mostly do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from pipeline.redaction.tagger.features import TurnFeatures
from pipeline.redaction.tagger.network import Weights
from pipeline.redaction.tagger.tagger import Tagger
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.vocabulary import Vocabulary

_LEAST: Final = 1e-7
"""What a share counts for at least, so that no single tagger rules a kind out."""


class Panel:
    """The shipped taggers as one."""

    def __init__(self, weights: Sequence[Weights], nlp: Any, vocabulary: Vocabulary) -> None:
        self._taggers = [Tagger(own, nlp, vocabulary) for own in weights]

    def read(self, conversations: Sequence[Sequence[TurnFeatures]]) -> list[list[Floats]]:
        """Give for each turn of each conversation `(words, labels)` shares, as a single tagger does."""
        opinions = [tagger.read(conversations) for tagger in self._taggers]
        return [[agreed(shares) for shares in zip(*calls, strict=True)] for calls in zip(*opinions, strict=True)]


def agreed(shares: Sequence[Floats]) -> Floats:
    """Give the shares that several opinions on the same words come to: their geometric mean, summing to one."""
    mean = np.mean([np.log(own + _LEAST) for own in shares], axis=0)
    odds = np.exp(mean - mean.max(axis=1, keepdims=True, initial=-np.inf))
    agreed_shares: Floats = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    return agreed_shares
