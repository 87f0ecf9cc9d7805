"""Runs one recogniser over one turn and shows what it takes, by type and words."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.redaction.nlp import NameFound, SpokenArtifacts
from pipeline.redaction.normalise import write
from pipeline.redaction.recognizers.spoken import SpokenRecognizer


def found(recognizer: SpokenRecognizer, text: str, names: Sequence[NameFound] = ()) -> list[str]:
    """Give "TYPE words" of each finding."""
    artifacts = SpokenArtifacts(write(text), tuple(names))
    results = recognizer.analyze(text, recognizer.supported_entities, artifacts)
    return [f"{r.entity_type} {text[r.start : r.end]}" for r in results]
