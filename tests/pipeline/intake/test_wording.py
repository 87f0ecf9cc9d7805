from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import structlog.testing

from pipeline.consent.script import render_script
from pipeline.intake.wording import disclosure, is_as_played, lines_of, mark_of, script_ref
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


def test_a_mark_comes_of_the_very_words_that_are_played():
    state = replace(a_state(), locales=("de-DE", "en-US"))
    mark = mark_of(lines_of(ScriptId.ASK_RECORD, state.locales, state.owner))
    assert is_as_played(ScriptId.ASK_RECORD, state, mark)
    assert not is_as_played(ScriptId.ASK_RECORD_AGAIN, state, mark)
    assert not is_as_played(ScriptId.ASK_RECORD, replace(state, locales=("en-US",)), mark)
    assert not is_as_played(ScriptId.ASK_RECORD, state, mark[:4])


OWN = (
    "Hello, I am the AI assistant of {tenant_name}. This call will be recorded and transcribed in order to keep your "
    "order straight. Say at any time that you do not want to be recorded."
)


def test_a_tenants_own_words_are_spoken_in_their_language_and_named_by_the_receipt():
    owner = an_owner(wordings={"announce:en-US": OWN})
    state = replace(a_state(owner=owner), locales=("de-DE", "en-US"))
    german, own = lines_of(ScriptId.ANNOUNCE, state.locales, owner)
    assert own.text.startswith("Hello, I am the AI assistant of Acme.")
    assert german.text.startswith("Sie sprechen mit")
    spoken = f"{german.text}\n{own.text}"
    assert script_ref(ScriptId.ANNOUNCE, state).sha256 == hashlib.sha256(spoken.encode()).hexdigest()
    assert lines_of(ScriptId.ASK_RECORD, ("en-US",), owner)[0].text.startswith("You are speaking with")


@pytest.mark.parametrize(
    "wording",
    [
        "Hello there, please hold.",
        "",
        OWN + " We also use it to train models.",
        OWN.replace("recorded and transcribed", "noted"),
        OWN + "<break/>",
        OWN + " Acme" * 1000,
    ],
)
def test_own_words_that_do_not_pass_the_check_now_are_not_spoken_and_the_script_is_logged(wording):
    owner = an_owner(wordings={"announce:en-US": wording})
    with structlog.testing.capture_logs() as logged:
        (line,) = lines_of(ScriptId.ANNOUNCE, ("en-US",), owner)
    assert line.text.startswith("You are speaking with an automated AI assistant for Acme.")
    assert [(entry["event"], entry["kind"]) for entry in logged] == [("wording.refused", "announce")]
    assert "Hello" not in str(logged)


def test_a_call_that_is_not_recorded_never_hears_a_tenants_first_sentence_about_recording():
    own = OWN.replace("Hello, I am the AI assistant of {tenant_name}. This", "I am an AI assistant, and this")
    owner = an_owner(wordings={"announce:en-US": own})
    assert "recorded" in lines_of(ScriptId.ANNOUNCE, ("en-US",), owner)[0].text.split(".")[0]
    assert disclosure(("en-US",), owner)[0].text == "You are speaking with an automated AI assistant for Acme."
