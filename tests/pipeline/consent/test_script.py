from __future__ import annotations

import contextlib
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.script import MAX_CHARS, check_wording, render_script
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.policies.loader import list_locales, load_scripts
from pipeline.policies.scripts import ScriptId

OPENINGS = (
    ScriptId.ANNOUNCE,
    ScriptId.ANNOUNCE_OUTBOUND,
    ScriptId.ASK_RECORD,
    ScriptId.CALLEE_ASK,
    ScriptId.ASK_RECORD_SPEECH,
    ScriptId.ANNOUNCE_TRANSCRIPT,
    ScriptId.ANNOUNCE_OUTBOUND_TRANSCRIPT,
    ScriptId.ASK_TRANSCRIPT,
    ScriptId.ASK_TRANSCRIPT_SPEECH,
    ScriptId.VOICEMAIL_ANNOUNCE,
    ScriptId.VOICEMAIL_ASK,
)
TRANSCRIPTS = tuple(id for id in ScriptId if "transcript" in id)
OWN = (
    "Hello from {tenant_name}, I am an AI assistant. We would like this call to be recorded and transcribed "
    "in order to keep your order straight. Say at any time that you do not want to be recorded."
)
ASK = OWN + " Press 1 to agree or 2 to go on without."


@pytest.mark.parametrize("locale", list_locales())
@pytest.mark.parametrize("id", list(ScriptId))
def test_our_own_words_pass_the_check_we_hold_tenants_to(id: ScriptId, locale: str) -> None:
    check_wording(id, locale, load_scripts(locale).scripts[id].text)
    script = render_script(id, locale, tenant_name="Acme & Söhne")

    assert "{" not in script.text
    assert len(script.text) <= MAX_CHARS


@pytest.mark.parametrize("locale", list_locales())
@pytest.mark.parametrize("id", OPENINGS)
def test_an_ai_is_named_in_the_first_sentence_of_every_opening(id: ScriptId, locale: str) -> None:
    file = load_scripts(locale)
    first = render_script(id, locale, tenant_name="Acme").text.split(". ")[0].casefold()

    assert any(phrase.casefold() in first for phrase in file.phrases["ai"])
    assert "acme" in first


def test_a_script_carries_the_digest_of_the_words_that_are_spoken() -> None:
    script = render_script("announce", "en-US", tenant_name="Acme")

    assert script.sha256 == hashlib.sha256(script.text.encode()).hexdigest()
    assert (script.ref.id, script.ref.locale, script.ref.sha256) == ("announce", "en-US", script.sha256)
    assert (script.version, script.is_own) == ("1", False)
    assert script.sha256 != render_script("announce", "en-US", tenant_name="Other").sha256


def test_the_repeated_question_is_slower() -> None:
    assert render_script("ask_record_again", "de-DE", tenant_name="Acme").pace == "slow"


def test_a_tenants_own_wording_is_spoken_once_it_was_checked() -> None:
    script = render_script("announce", "en-US", tenant_name="Acme", wording=OWN)

    assert script.text.startswith("Hello from Acme, I am an AI assistant.")
    assert (script.version, script.is_own) == ("own", True)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("recorded", "kept", "that the call is recorded"),
        ("transcribed", "kept", "that it is transcribed"),
        ("in order to keep", "and we keep", "what the recording is for"),
        ("you do not want to be recorded", "you are unhappy", "how to refuse"),
        ("I am an AI assistant", "I am Robin", "first sentence"),
        ("order straight", "order straight and for training purposes", "its own question"),
        ("order straight", "order straight and to train our staff", "its own question"),
        ("order", "<break/> order", "cannot be spoken"),
        ("order", "order &amp; more", "cannot be spoken"),
        ("order", "order {caller_name}", "cannot be spoken"),
        ("order", "order \u202e", "cannot be spoken"),
        ("order", "order \x07", "cannot be spoken"),
        ("order", "order " * 800, "longer than"),
    ],
)
def test_a_wording_that_leaves_out_or_slips_in_something_is_refused_for_it(old: str, new: str, says: str) -> None:
    assert old in OWN
    with pytest.raises(InvalidInput, match=says):
        render_script("announce", "en-US", tenant_name="Acme", wording=OWN.replace(old, new))


def test_the_ai_must_be_named_first_and_not_only_later() -> None:
    with pytest.raises(InvalidInput, match="first sentence"):
        check_wording("announce", "en-US", "Hello. " + OWN)


def test_a_name_in_the_middle_of_a_word_does_not_make_it_said() -> None:
    with pytest.raises(InvalidInput, match="that the call is recorded"):
        check_wording("announce", "en-US", OWN.replace("recorded", "rec{tenant_name}orded"))


@pytest.mark.parametrize("missing", ["Press 1 to agree or ", "or 2 to go on without."])
def test_a_question_must_name_both_keys(missing: str) -> None:
    check_wording("ask_record", "en-US", ASK)
    with pytest.raises(InvalidInput, match="key"):
        check_wording("ask_record", "en-US", ASK.replace(missing, ""))


def test_the_training_question_must_say_that_models_are_trained() -> None:
    with pytest.raises(InvalidInput, match="models are trained"):
        check_wording("ask_training", "en-US", "May we use this call to get better? Press 1 for yes, 2 for no.")


@pytest.mark.parametrize("wording", ["", "  ", "{tenant_name}"])
def test_an_empty_wording_is_refused(wording: str) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        check_wording("goodbye_fallback", "en-US", wording)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "<Acme>", "Ac{me}", "Acme\x00"])
def test_a_name_that_must_not_be_spoken_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="spoken name"):
        render_script("announce", "en-US", tenant_name=name)


def test_a_name_in_a_wording_near_the_limit_may_not_push_it_over() -> None:
    long = OWN + " " + "a" * (MAX_CHARS - len(OWN) + len("{tenant_name}") - 1)

    check_wording("announce", "en-US", long)
    with pytest.raises(InvalidInput, match="with the name in it"):
        render_script("announce", "en-US", tenant_name="A long name indeed", wording=long)


def test_there_is_no_script_and_no_check_for_a_locale_we_do_not_speak() -> None:
    with pytest.raises(NotFound):
        render_script("announce", "it-IT", tenant_name="Acme")
    with pytest.raises(InvalidInput, match="no such script"):
        render_script("sing", "en-US", tenant_name="Acme")


@pytest.mark.parametrize("locale", list_locales())
@pytest.mark.parametrize("id", TRANSCRIPTS)
def test_a_call_that_is_only_transcribed_is_never_said_to_be_recorded(id: ScriptId, locale: str) -> None:
    file = load_scripts(locale)
    text = file.scripts[id].text

    assert not any(phrase.casefold() in text.casefold() for phrase in file.phrases["recording"])
    with pytest.raises(InvalidInput, match="no recording may be mentioned"):
        check_wording(id, locale, f"{text} {file.phrases['recording'][0]}.")


@pytest.mark.parametrize("locale", list_locales())
def test_a_question_that_may_be_answered_aloud_says_with_which_words(locale: str) -> None:
    file = load_scripts(locale)
    for id in (i for i in ScriptId if "speech" in i):
        for word in (file.answers.agree[0], file.answers.refuse[0]):
            assert word.casefold() in file.scripts[id].text.casefold()
    with pytest.raises(InvalidInput, match="words to agree and to refuse"):
        check_wording("ask_record_speech", locale, file.scripts[ScriptId.ASK_RECORD].text)


@pytest.mark.parametrize("locale", list_locales())
def test_every_text_about_training_stands_alone(locale: str) -> None:
    training = load_scripts(locale).scripts[ScriptId.ASK_TRAINING].text
    for id in (i for i in ScriptId if i is not ScriptId.ASK_TRAINING):
        with pytest.raises(InvalidInput):
            check_wording(id, locale, f"{load_scripts(locale).scripts[id].text} {training}")


def without(text: str, phrases: tuple[str, ...]) -> str:
    """A wording from which every phrase of a kind was taken out, the longest first."""
    for phrase in sorted(phrases, key=len, reverse=True):
        text = re.sub(re.escape(phrase), "so", text, flags=re.IGNORECASE)
    return text


SAYS = {
    "recording": "that the call is recorded",
    "transcription": "that it is transcribed",
    "purposes": "what the recording is for",
    "refusal": "how to refuse",
}


@pytest.mark.parametrize("facet", SAYS)
@pytest.mark.parametrize("locale", list_locales())
def test_in_every_language_an_opening_without_one_of_its_parts_is_refused_for_it(locale: str, facet: str) -> None:
    file = load_scripts(locale)
    text = without(file.scripts[ScriptId.ANNOUNCE].text.replace("\n", " "), file.phrases[facet])
    with pytest.raises(InvalidInput) as refused:
        check_wording("announce", locale, text)
    # Taking out "recorded" may take "not to be recorded" with it: what is named first is one of the parts.
    assert any(says in str(refused.value) for says in SAYS.values())
    if facet not in ("recording",):
        assert SAYS[facet] in str(refused.value)


@pytest.mark.parametrize("locale", list_locales())
def test_in_every_language_a_name_in_the_place_of_the_ai_is_refused(locale: str) -> None:
    file = load_scripts(locale)
    text = without(file.scripts[ScriptId.ANNOUNCE].text, file.phrases["ai"])
    with pytest.raises(InvalidInput, match="first sentence must say that an AI speaks"):
        check_wording("announce", locale, text)


@pytest.mark.parametrize("locale", list_locales())
def test_in_every_language_training_slipped_into_an_opening_is_refused(locale: str) -> None:
    file = load_scripts(locale)
    for phrase in file.phrases["training"]:
        text = f"{file.scripts[ScriptId.ANNOUNCE].text} {phrase.upper()}."
        with pytest.raises(InvalidInput, match="its own question"):
            check_wording("announce", locale, text)


@pytest.mark.parametrize("locale", list_locales())
@pytest.mark.parametrize(
    "slipped",
    [
        "<break time='1s'/>",
        "</speak>",
        "&lt;",
        "{caller}",
        "[pause]",
        "\x00",
        "\x1b[0m",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\t",
    ],
)
def test_in_every_language_markup_and_invisible_characters_are_refused(locale: str, slipped: str) -> None:
    text = load_scripts(locale).scripts[ScriptId.ANNOUNCE].text
    with pytest.raises(InvalidInput, match="cannot be spoken"):
        check_wording("announce", locale, f"{text} {slipped}")


@given(wording=st.text(max_size=200), script=st.sampled_from(list(ScriptId)), locale=st.sampled_from(list_locales()))
def test_no_wording_raises_anything_but_a_reason(wording: str, script: ScriptId, locale: str) -> None:
    with contextlib.suppress(InvalidInput):
        check_wording(script, locale, wording)
