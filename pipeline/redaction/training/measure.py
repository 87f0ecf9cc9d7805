"""What a trained detector is worth on calls invented of exchanges and words that training never saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.redaction.detect import Detector
from pipeline.redaction.evaluation.calibration import calibrate
from pipeline.redaction.evaluation.figures import score
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.evaluation.tally import found_of, tally
from pipeline.redaction.fusion import load_fusion
from pipeline.redaction.models import DetectionModels, load_dictionary, load_language, load_weights

Scores = dict[str, float]
"""Percentages by name."""


def measure(tagger: Path, fusion: Path, calls: Sequence[LabelledConversation]) -> Scores:
    """Score the detector made of a tagger and a fusion's weights."""
    models = DetectionModels(nlp=load_language(), weights=load_weights(tagger), dictionary=load_dictionary())
    detector = Detector(models, weights=load_fusion(fusion))
    found = [found_of(entities) for _, entities in detector.detect_each(call.conversation for call in calls)]
    tallied = tally(calls, found)
    overall = score(tallied).overall
    return {
        "leak": _percent(overall.leak.value),
        "word recall": _percent(overall.recall.value),
        "precision": _percent(overall.precision.value),
        "calibration error": _percent(calibrate(tallied).error),
    }


def _percent(share: float | None) -> float:
    return round(100 * (share or 0.0), 2)
