from __future__ import annotations

import pytest

from pipeline.redaction.languages import is_detected


@pytest.mark.parametrize("language", ["en", "en-US", "en_GB", "EN-nz", "en-Latn-AU"])
def test_english_of_every_country_is_detected(language: str) -> None:
    assert is_detected(language)


@pytest.mark.parametrize("language", ["es", "es-US", "mi-NZ", "eng", "e", "", "-en", " en", "x-en", "multi", "auto"])
def test_no_other_language_is_taken_for_one_that_is(language: str) -> None:
    assert not is_detected(language)
