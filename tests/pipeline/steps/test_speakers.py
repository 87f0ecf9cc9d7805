from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.steps.speakers import SpeakerMap, map_speakers

NOTICE = "This call is now being recorded and transcribed."


def heard(*channels: str, start_ms: int = 100) -> Transcript:
    return Transcript(
        engine="e",
        model="m",
        language="en",
        duration_ms=60_000,
        channels=tuple(
            (
                Utterance(
                    channel=number,
                    words=tuple(
                        Word(text=w, channel=number, start_ms=start_ms + 100 * n, end_ms=start_ms + 100 * n + 90)
                        for n, w in enumerate(text.split())
                    ),
                ),
            )
            for number, text in enumerate(channels)
        ),
    )


@pytest.mark.parametrize("system", [0, 1])
def test_the_channel_that_speaks_the_notice_is_the_systems(system):
    said = ["hello there who is this", "hello there who is this"]
    said[system] = "hi " + NOTICE
    expected = ("agent", "caller") if system == 0 else ("caller", "agent")
    assert map_speakers(heard(*said), [NOTICE]) == SpeakerMap(speakers=expected, is_known=True, notice_at_ms=200)


@pytest.mark.parametrize(
    "said", ["this call is being recorded transcribed", "Thank you. THIS CALL now being, recorded, and transcribed!"]
)
def test_a_notice_that_was_heard_with_gaps_is_recognised(said):
    assert map_speakers(heard("hello", said), [NOTICE]).is_known


@pytest.mark.parametrize("said", ["", "this call is", "transcribed and recorded being now is call this", "hello"])
def test_what_is_not_the_notice_leaves_the_speakers_unknown(said):
    assert map_speakers(heard("hello", said), [NOTICE]) == SpeakerMap(
        speakers=("channel-0", "channel-1"), is_known=False, notice_at_ms=None
    )


def test_a_notice_on_both_channels_tells_nothing_of_who_is_who_but_was_heard():
    assert map_speakers(heard(NOTICE, "well " + NOTICE), [NOTICE]) == SpeakerMap(
        speakers=("channel-0", "channel-1"), is_known=False, notice_at_ms=100
    )


@pytest.mark.parametrize("channels", [[NOTICE], ["a", NOTICE, "b"]])
def test_only_of_two_channels_is_the_other_one_the_callers(channels):
    found = map_speakers(heard(*channels), [NOTICE])
    assert (found.is_known, len(found.speakers)) == (False, len(channels))


def test_any_of_several_notices_counts_and_an_empty_one_never_does():
    assert map_speakers(heard("hello", NOTICE), ["", "Something else entirely said here", NOTICE]).is_known
    assert not map_speakers(heard("hello", NOTICE), ["", "!"]).is_known


def test_the_first_place_of_any_notice_is_where_it_was_heard():
    said = "hello and welcome " + NOTICE + " so " + NOTICE
    assert map_speakers(heard("hello", said), ["Something else entirely said here", NOTICE]).notice_at_ms == 400


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        ("Cet appel est maintenant enregistré et transcrit.", "cet appel est maintenant enregistre et transcrit"),
        (
            "A partir de ahora, esta llamada se está grabando y transcribiendo.",
            "A PARTIR DE AHORA ESTA LLAMADA SE ESTÁ",
        ),
        ("Dieser Anruf wird jetzt aufgezeichnet und verschriftlicht.", "dieser Anruf wird jetzt aufgezeichnet und"),
    ],
)
def test_a_recogniser_may_leave_out_accents_capitals_and_the_last_words(notice, said):
    assert map_speakers(heard("hello", said), [notice]).is_known


@pytest.mark.parametrize(("start_ms", "is_inside"), [(0, True), (10_000, True), (10_001, False)])
def test_a_notice_that_begins_after_ten_seconds_is_not_inside(start_ms, is_inside):
    found = map_speakers(heard("hello", NOTICE, start_ms=start_ms), [NOTICE])
    assert (found.notice_at_ms, found.is_notice_inside) == (start_ms, is_inside)


def test_what_was_never_heard_is_not_inside():
    assert not map_speakers(heard("hello", "hello"), [NOTICE]).is_notice_inside


def test_the_other_side_is_named_by_who_is_there_and_several_people_are_nobody():
    said = heard("hello", NOTICE)
    assert map_speakers(said, [NOTICE], other_side="callee").speakers == ("caller", "callee")
    nobody = map_speakers(said, [NOTICE], other_side=None)
    assert (nobody.is_known, nobody.speakers, nobody.notice_at_ms) == (False, ("channel-0", "channel-1"), 100)


SILENT = heard("hello", "good morning")


@pytest.mark.parametrize(
    ("configured", "speakers"),
    [("caller,agent", ("caller", "agent")), (" callee , caller ", ("callee", "caller"))],
)
def test_the_tenants_word_counts_where_no_notice_is_heard(configured, speakers):
    found = map_speakers(SILENT, [NOTICE], configured=configured)
    assert found == SpeakerMap(speakers=speakers, is_known=True, notice_at_ms=None)


@pytest.mark.parametrize(
    "configured", ["", "caller", "caller,caller", "agent,callee", "caller,agent,callee", "a,b", ","]
)
def test_a_word_that_does_not_name_the_caller_and_one_other_says_nothing(configured):
    assert not map_speakers(SILENT, [NOTICE], configured=configured).is_known


def test_what_is_heard_outweighs_the_tenants_word_and_against_each_other_nobody_is_known():
    agreed = map_speakers(heard("hello", NOTICE), [NOTICE], configured="caller,agent")
    assert agreed.speakers == ("caller", "agent")
    against = map_speakers(heard("hello", NOTICE), [NOTICE], configured="agent,caller")
    assert (against.is_known, against.speakers) == (False, ("channel-0", "channel-1"))
    both = map_speakers(heard(NOTICE, NOTICE), [NOTICE], configured="caller,agent")
    assert not both.is_known


@pytest.mark.parametrize("channels", [["hello"], ["a", "b", "c"]])
def test_the_tenants_word_is_about_two_channels(channels):
    assert not map_speakers(heard(*channels), [NOTICE], configured="caller,agent").is_known


@given(st.lists(st.text(alphabet="ab ", max_size=20), max_size=3))
def test_every_channel_has_a_name_and_unknown_is_never_called_caller(said):
    found = map_speakers(heard(*said), [NOTICE])
    assert found.speakers == tuple(f"channel-{n}" for n in range(len(said)))
    assert not found.is_known
