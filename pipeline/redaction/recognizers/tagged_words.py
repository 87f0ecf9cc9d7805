"""Stretches of words that the tagger takes for personal, as a Presidio recogniser."""

from __future__ import annotations

from typing import Final

import numpy as np
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from pipeline.model.entity import EntityType
from pipeline.redaction.tagger.network import LABELS

_LEAST: Final = 0.3


class TaggedWords(EntityRecognizer):
    """What the tagger saw; it saw the whole conversation before."""

    def __init__(self) -> None:
        super().__init__(
            supported_entities=[kind.value for kind in EntityType], name="TaggedWords", supported_language="en"
        )

    def load(self) -> None:
        """Do nothing: the tagger comes loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Give stretches of one kind; the score is the mean chance of its words to be personal at all."""
        shares = nlp_artifacts.shares  # type: ignore[attr-defined]  # ours: SpokenArtifacts
        tokens = nlp_artifacts.turn.written.tokens  # type: ignore[attr-defined]
        likely = np.flatnonzero(shares[:, 0] <= 1 - _LEAST).tolist()
        if not likely:
            return []
        kinds = (1 + np.argmax(shares[:, 1:], axis=1)).tolist()
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


def _result(kind: EntityType | None, token, score: float) -> RecognizerResult:  # type: ignore[no-untyped-def]
    explained = AnalysisExplanation(recognizer="TaggedWords", original_score=score, pattern_name="dialogue")
    return RecognizerResult((kind or EntityType.OTHER).value, token.start, token.end, score, explained)
