"""Names and places as the two models saw them, as Presidio recognisers."""

from __future__ import annotations

from typing import Final

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

_MOST: Final = 0.99


class ModelNames(EntityRecognizer):
    """What one model saw; it saw all turns of a batch before."""

    def __init__(self, finder: str) -> None:
        self._finder = finder
        kinds = ["PERSON", "LOCATION", "STREET_ADDRESS", "ZIP_CODE"]
        super().__init__(supported_entities=kinds, name=finder, supported_language="en")

    def load(self) -> None:
        """Do nothing: the models come loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Hand over what this finder saw in the turn, never quite as sure as a rule can be."""
        # Of two equal finds Presidio keeps the surer, and a model's is judged further on its words alone.
        return [
            RecognizerResult(
                n.type,
                n.start,
                n.end,
                min(n.score, _MOST),
                AnalysisExplanation(recognizer=self._finder, original_score=n.score),
            )
            for n in getattr(nlp_artifacts, "names", ())
            if n.finder == self._finder
        ]
