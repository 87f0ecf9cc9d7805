"""Runs one recogniser over one turn and shows what it takes, by type and words."""

from __future__ import annotations

from pipeline.redaction.nlp import SpokenArtifacts
from pipeline.redaction.read_turn import read_turn
from pipeline.redaction.recognizers.spoken import SpokenRecognizer


def found(recognizer: SpokenRecognizer, text: str) -> list[str]:
    """Give "TYPE words" of each finding."""
    results = recognizer.analyze(text, recognizer.supported_entities, SpokenArtifacts(read_turn("caller", text)))
    return [f"{r.entity_type} {text[r.start : r.end]}" for r in results]
