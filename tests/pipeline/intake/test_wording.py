from __future__ import annotations

import hashlib
from dataclasses import replace

from pipeline.consent.script import render_script
from pipeline.intake.wording import disclosure, lines_of, script_ref
from pipeline.policies.scripts import ScriptId
from tests.pipeline.intake.conftest import a_state, an_owner


def test_a_receipt_names_the_very_words_in_one_language_as_the_scripts_do():
    rendered = render_script(ScriptId.ASK_RECORD, "en-US", tenant_name="Acme")
    assert script_ref(ScriptId.ASK_RECORD, a_state()) == rendered.ref


def test_a_receipt_of_two_languages_covers_both_in_the_order_played():
    state = replace(a_state(), locales=("de-DE", "en-US"))
    lines = lines_of(ScriptId.ASK_RECORD, state.locales, state.owner)
    ref = script_ref(ScriptId.ASK_RECORD, state)
    assert ref.locale == "de-DE+en-US"
    assert ref.sha256 == hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest()
    turned = script_ref(ScriptId.ASK_RECORD, replace(state, locales=("en-US", "de-DE")))
    assert turned.sha256 != ref.sha256


def test_the_disclosure_says_that_an_ai_speaks_and_nothing_of_a_recording():
    lines = disclosure(("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "pt-PT"), an_owner())
    assert lines[0].text == "You are speaking with an automated AI assistant for Acme."
    assert all(line.text.count(".") == 1 and "Acme" in line.text for line in lines)
    assert not any("record" in line.text for line in lines)


def test_only_repeated_questions_are_spoken_slowly():
    for script in ScriptId:
        slow = all(line.is_slow for line in lines_of(script, ("en-US",), an_owner()))
        assert slow == script.endswith("_again")
