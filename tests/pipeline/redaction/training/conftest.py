"""What the generator's tests share: the shipped material, one cast, and layers ready to learn."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from pipeline.redaction.models import load_language
from pipeline.redaction.training.cast import Cast, cast
from pipeline.redaction.training.exchanges import Material, load_material
from pipeline.redaction.training.trainee import Trainee, begin


@pytest.fixture(scope="session")
def material() -> Material:
    return load_material(held=False)


@pytest.fixture(scope="session")
def held_material() -> Material:
    return load_material(held=True)


@pytest.fixture
def people(material: Material) -> Cast:
    return cast(Random(3), material.words)


@pytest.fixture(scope="session")
def language() -> Any:
    return load_language(pipes=("ner",))


@pytest.fixture
def trainee(language: Any) -> Trainee:
    return begin(language)
