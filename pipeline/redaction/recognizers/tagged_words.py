"""Stretches of words that the tagger takes for personal, as a Presidio recogniser."""

from __future__ import annotations

from typing import Final

import numpy as np
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from pipeline.model.entity import EntityType
from pipeline.redaction.nlp import ours
from pipeline.redaction.normalise import Token, Written
from pipeline.redaction.recognizers.spoken import Result
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.tagger.words import Floats

_LEAST: Final = 0.3
_CLEAR: Final = 0.6


class TaggedWords(EntityRecognizer):
    """What the tagger saw; it saw the whole conversation before."""

    def __init__(self) -> None:
        super().__init__(
            supported_entities=[kind.value for kind in EntityType], name="TaggedWords", supported_language="en"
        )

    def load(self) -> None:
        """Do nothing: the tagger comes loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Give stretches of one kind; the score is the least chance that one of its words has to be personal at all."""
        artifacts = ours(nlp_artifacts)
        shares, written = artifacts.shares, artifacts.turn.written
        tokens = written.tokens
        likely = np.flatnonzero(shares[:, 0] <= 1 - _LEAST).tolist()
        if not likely:
            return []
        kinds = _kinds(shares, written)
        chances = (1 - shares[:, 0]).tolist()
        results: list[RecognizerResult] = []
        last = -1
        for index in likely:
            if results and index == last + 1 and kinds[index] == kinds[last]:
                results[-1].end = tokens[index].end
                results[-1].score = min(results[-1].score, chances[index])
            else:
                results.append(_result(LABELS[kinds[index]], tokens[index], chances[index]))
            last = index
        return results


def _kinds(shares: Floats, written: Written) -> list[int]:
    """Give each word's likeliest kind; a number or spelling has one from its first sign to its last.

    A number whose kind is hardly likelier than others is one that nobody named.
    """
    kinds = 1 + np.argmax(shares[:, 1:], axis=1)
    for run in written.runs:
        own = slice(written.pieces[run.first].first, written.pieces[run.last - 1].last)
        sums = shares[own, 1:].sum(axis=0)
        is_clear = not run.digits or sums.max() >= _CLEAR * sums.sum()
        kinds[own] = 1 + int(np.argmax(sums)) if is_clear else LABELS.index(EntityType.ID_NUMBER)
    listed: list[int] = kinds.tolist()
    return listed


def _result(kind: EntityType | None, token: Token, score: float) -> Result:
    explained = AnalysisExplanation(recognizer="TaggedWords", original_score=score, pattern_name="dialogue")
    return Result((kind or EntityType.OTHER).value, token.start, token.end, score, explained)
