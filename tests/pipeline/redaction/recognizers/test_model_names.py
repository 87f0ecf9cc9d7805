from __future__ import annotations

from pipeline.redaction.nlp import NameFound, SpokenArtifacts
from pipeline.redaction.normalise import write
from pipeline.redaction.recognizers.model_names import ModelNames


def test_each_recogniser_hands_over_what_its_own_model_saw() -> None:
    text = "anna from leeds"
    seen = (NameFound(0, 4, "PERSON", 0.9, "rampart"), NameFound(10, 15, "LOCATION", 0.75, "spacy"))
    results = ModelNames("rampart").analyze(text, ["PERSON"], SpokenArtifacts(write(text), seen))
    assert [(r.start, r.end, r.entity_type, r.analysis_explanation.recognizer) for r in results] == [
        (0, 4, "PERSON", "rampart")
    ]
