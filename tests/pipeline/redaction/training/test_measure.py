from __future__ import annotations

from pipeline.redaction.fusion import FUSION
from pipeline.redaction.models import TAGGER
from pipeline.redaction.training.measure import measure
from pipeline.redaction.training.train import held_out


def test_the_shipped_detector_is_scored_on_calls_that_training_never_saw() -> None:
    scores = measure(TAGGER, FUSION, held_out(12, seed=5))
    assert scores["word recall"] > 85
    assert scores["precision"] > 75
    assert scores["leak"] < 25
