"""Stock Presidio, as its own first page sets it up: its recognisers and spaCy md, turn by turn."""

from __future__ import annotations

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from pipeline.model.span import CharSpan
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.evaluation.tally import Found
from pipeline.redaction.models import language_path, pin_public_suffixes


class StockPresidio:
    """The analyzer with nothing changed but where its model lies."""

    def __init__(self, *, dropped: frozenset[str]) -> None:
        pin_public_suffixes()
        engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": str(language_path())}])
        engine.load()
        self._analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
        self._dropped = dropped

    def find(self, conversation: LabelledConversation) -> tuple[Found, ...]:
        """Find what it finds in each turn by itself."""
        return tuple(
            Found(
                turn=labelled.turn.index,
                span=CharSpan(result.start, result.end),
                type=result.entity_type,
                score=result.score,
            )
            for labelled in conversation.turns
            if labelled.turn.text.strip()
            for result in self._analyzer.analyze(labelled.turn.text, language="en")
            if result.entity_type not in self._dropped
        )
