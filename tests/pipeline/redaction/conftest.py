"""The loaded models, once for all detection tests, and a short way to write a dialogue."""

from __future__ import annotations

import pytest

from pipeline.redaction.detect import Detector
from pipeline.redaction.models import DetectionModels, load_models
from pipeline.redaction.vocabulary import Vocabulary, load_vocabulary


@pytest.fixture(scope="session")
def models() -> DetectionModels:
    return load_models()


@pytest.fixture(scope="session")
def vocabulary(models: DetectionModels) -> Vocabulary:
    return load_vocabulary(models.dictionary)


@pytest.fixture(scope="session")
def detector(models: DetectionModels) -> Detector:
    return Detector(models)
