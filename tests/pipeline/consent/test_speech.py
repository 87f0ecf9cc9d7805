from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.speech import SURE, hear
from pipeline.model.consent import Outcome
from pipeline.model.errors import NotFound
from pipeline.policies.loader import list_locales, load_scripts

LOCALES = list_locales()


@pytest.mark.parametrize("locale", LOCALES)
def test_our_phrases_are_understood_however_they_are_written_and_nothing_else_of_them_is_kept(locale):
    answers = load_scripts(locale).answers
    for outcome, phrases in ((Outcome.GRANTED, answers.agree), (Outcome.DECLINED, answers.refuse)):
        for phrase in phrases:
            for said in (phrase, phrase.upper(), f" {phrase.capitalize()}. ", phrase.replace("'", "’")):
                heard = hear(said, "0.93", locale=locale)
                assert (heard.outcome, heard.phrase, heard.confidence) == (outcome, phrase, 0.93)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_phrase_is_both_and_a_yes_with_a_no_in_it_is_a_no(locale):
    answers = load_scripts(locale).answers
    assert not set(answers.agree) & set(answers.refuse)
    for yes in answers.agree:
        for no in answers.refuse:
            for said in (f"{yes}, {no}", f"{no} {yes}"):
                assert hear(said, "0.99", locale=locale).outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    "said",
    [
        "maybe",
        "yes but not for that",
        "what did you say",
        "yesterday",
        "say yes",
        "I know",
        "okay",
        "uh-huh",
        "1",
        "one",
        "I agree " * 40,
    ],
)
def test_what_is_not_a_phrase_of_ours_from_end_to_end_is_unclear(said):
    heard = hear(said, "0.99", locale="en-US")
    assert (heard.outcome, heard.phrase) == (Outcome.UNCLEAR, None)


@pytest.mark.parametrize(
    "confidence", ["", "high", "nan", "inf", "-0.9", "1.1", "70", "0.69", "0", "0,9", "0x1", "0.9_9", "0.９", "９９"]
)
def test_a_recogniser_that_is_not_sure_has_heard_nothing_clear(confidence):
    assert hear("yes", confidence, locale="en-US").outcome is Outcome.UNCLEAR
    assert hear("no", confidence, locale="en-US").outcome is Outcome.UNCLEAR


def test_the_least_sureness_that_counts():
    assert hear("yes", str(SURE), locale="en-US").outcome is Outcome.GRANTED


@pytest.mark.parametrize("nothing", ["", "  ", "...", "?"])
def test_silence_is_no_answer(nothing):
    assert hear(nothing, "0.9", locale="en-US").outcome is Outcome.NO_ANSWER


def test_another_languages_yes_is_not_understood():
    assert hear("ja", "0.99", locale="en-US").outcome is Outcome.UNCLEAR
    with pytest.raises(NotFound):
        hear("yes", "0.99", locale="xx-XX")


@given(said=st.text(max_size=300), confidence=st.text(max_size=8), locale=st.sampled_from(LOCALES))
def test_only_a_whole_phrase_of_ours_said_with_certainty_agrees(said, confidence, locale):
    heard = hear(said, confidence, locale=locale)
    if heard.outcome is Outcome.GRANTED:
        assert heard.phrase in load_scripts(locale).answers.agree
        assert (heard.confidence or 0) >= SURE
    assert heard.phrase is None or heard.phrase in {
        *load_scripts(locale).answers.agree,
        *load_scripts(locale).answers.refuse,
    }
