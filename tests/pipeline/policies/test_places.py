from __future__ import annotations

import pytest

from pipeline.policies.jurisdictions import Token
from pipeline.policies.loader import load_law

LAW = load_law()


@pytest.mark.parametrize(
    ("locale", "voice"),
    [
        ("en-US", "en-US"),
        ("en-IE", "en-GB"),
        ("en-CA", "en-US"),
        ("fr-CA", "fr-FR"),
        ("es-US", "es-ES"),
        ("de-AT", "de-DE"),
        ("pt-BR", "pt-PT"),
        ("it-IT", None),
        ("ja-JP", None),
    ],
)
def test_a_language_is_served_by_its_own_script_or_its_languages(locale: str, voice: str | None) -> None:
    assert LAW.places.voice_of(locale, available=LAW.locales) == voice


def test_a_part_of_a_country_speaks_its_countrys_language_unless_it_has_its_own() -> None:
    assert LAW.places.locales("CA-ON") == ("en-CA",)
    assert LAW.places.locales("CA-QC") == ("fr-CA",)
    assert LAW.places.locales("TH") == ()


def test_every_place_whose_law_asks_for_its_language_has_one_listed() -> None:
    asking = [r.id for r in LAW.matrix.jurisdictions if Token.LOCAL_LANGUAGE in LAW.matrix.tokens([r.id])]

    assert len(asking) > 30
    assert [place for place in asking if place != "EU" and not LAW.places.locales(place)] == []


def test_every_voice_named_has_a_script() -> None:
    assert set(LAW.places.voices.values()) <= set(LAW.locales)
