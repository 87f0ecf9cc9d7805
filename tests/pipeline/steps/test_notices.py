from __future__ import annotations

import pytest

from pipeline.policies.loader import load_law
from pipeline.steps.notices import notices_of
from pipeline.store.wordings import add_wording


def notices(line, language):
    with line.tx() as tx:
        return notices_of(tx, line.owner, load_law(), language=language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-US", "This call is now being recorded and transcribed."),
        ("en", "This call is now being recorded and transcribed, with your consent."),
        ("de-DE", "Dieser Anruf wird jetzt aufgezeichnet und verschriftlicht."),
        ("fr-CA", "Cet appel est maintenant enregistré et transcrit."),
    ],
)
def test_the_notice_may_have_been_said_in_every_locale_of_the_language_that_was_recognised(line, language, said):
    assert said in notices(line, language)


def test_another_language_is_not_looked_for_and_an_unknown_one_has_no_notice(line):
    assert not any("Anruf" in text for text in notices(line, "en-US"))
    assert notices(line, "xx") == ()


def test_every_wording_the_tenant_ever_had_may_have_been_said(line):
    texts = [
        "We record and transcribe from here: this call is now being recorded and transcribed for {tenant_name}.",
        "From here on the line is recorded, and transcribed, by {tenant_name}.",
    ]
    with line.tx() as tx:
        for text in (*texts, None):
            add_wording(tx, "inside_notice", "en-US", wording=text, sha256=None, actor="test")
    found = notices(line, "en-US")
    assert [text.replace("{tenant_name}", "Acme") in found for text in texts] == [True, True]
    assert "This call is now being recorded and transcribed." in found


def test_a_wording_that_must_not_be_spoken_is_not_looked_for(line):
    with line.tx() as tx:
        add_wording(tx, "inside_notice", "en-US", wording="Hello there, dear caller.", sha256=None, actor="test")
    assert not any("Hello" in text for text in notices(line, "en-US"))
