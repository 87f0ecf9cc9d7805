from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.redaction.coverage import check_coverage, check_words
from tests.pipeline.redaction.sounds import a_file, a_talk, delayed, noise, spoken

TALK = a_talk("card-number-read-back")
SPOKEN = [spoken(TALK[:, 0]), spoken(TALK[:, 1])]
DURATION_MS = len(TALK) * 1000 // 8000


def transcript(*channels: list[TimeSpan], owner: int | None = None) -> Transcript:
    return Transcript(
        engine="e",
        model="m",
        language="en",
        duration_ms=DURATION_MS,
        channels=tuple(
            (
                Utterance(
                    channel=number,
                    words=tuple(
                        Word(
                            text="word",
                            channel=number if owner is None else owner,
                            start_ms=time.start_ms,
                            end_ms=time.end_ms,
                        )
                        for time in times
                    ),
                ),
            )
            for number, times in enumerate(channels)
        ),
    )


def test_a_transcript_of_every_word_covers_its_sound() -> None:
    told = transcript(*SPOKEN)

    check_words(told, channels=2, duration_ms=DURATION_MS)
    check_coverage(a_file(TALK), told)


def test_speech_of_which_not_one_word_was_written_is_withheld() -> None:
    with pytest.raises(Withheld, match="transcript: NO_WORDS"):
        check_coverage(a_file(TALK), transcript([], []))


@pytest.mark.parametrize("missing", [0, 1])
def test_a_channel_that_speaks_and_has_no_words_is_withheld_though_the_other_has(missing: int) -> None:
    told = [*SPOKEN]
    told[missing] = []

    with pytest.raises(Withheld, match="LOW_SPEECH_COVERAGE"):
        check_coverage(a_file(TALK), transcript(*told))


def test_a_long_stretch_of_speech_without_words_is_withheld_though_the_rest_has_them() -> None:
    long = np.concatenate([TALK, TALK, TALK])
    told = [[TimeSpan(t.start_ms + at, t.end_ms + at) for at in (0, 2 * DURATION_MS) for t in side] for side in SPOKEN]

    with pytest.raises(Withheld, match="LOW_SPEECH_COVERAGE"):
        check_coverage(a_file(long), transcript(*told))


def test_hardly_any_words_in_much_speech_are_withheld() -> None:
    long = np.concatenate([TALK] * 4)
    few = [TimeSpan(at, at + 300) for at in range(3_000, 4 * DURATION_MS, 9_000)]

    with pytest.raises(Withheld, match="LOW_SPEECH_COVERAGE"):
        check_coverage(a_file(long), transcript(few, few))


def test_a_word_that_was_given_all_the_time_in_which_it_is_not_said_covers_little() -> None:
    with pytest.raises(Withheld, match="LOW_SPEECH_COVERAGE"):
        check_coverage(a_file(TALK), transcript(SPOKEN[0], [TimeSpan(0, DURATION_MS)]))


def speaking(*seconds: range, length_s: int = 40) -> bytes:
    """One channel of which these whole seconds are speech, each the same one, and all others silence."""
    sound = np.zeros((length_s * 8000, 1), np.float32)
    for second in (second for run in seconds for second in run):
        sound[second * 8000 : (second + 1) * 8000, 0] = TALK[:8000, 1]
    return a_file(sound)


def words(*starts_s: int, each: int = 1) -> list[TimeSpan]:
    """So many words from each of these seconds on, of a second altogether."""
    return [
        TimeSpan(at * 1000 + n * 1000 // each, at * 1000 + (n + 1) * 1000 // each)
        for at in starts_s
        for n in range(each)
    ]


@pytest.mark.parametrize(
    ("seconds", "said", "reason"),
    [
        pytest.param([range(5, 7)], [], None, id="no word, 2 s"),
        pytest.param([range(5, 8)], [], "NO_WORDS", id="no word, 3 s"),
        pytest.param([range(10, 15), range(25, 29)], words(20), None, id="a word, 9 s in two gaps"),
        pytest.param([range(10, 15), range(25, 30)], words(20), "LOW_SPEECH_COVERAGE", id="a word, 10 s in two gaps"),
        pytest.param([range(10, 15), range(25, 30)], words(20, each=4), "LOW_SPEECH_COVERAGE", id="4 words, 10 s"),
        pytest.param([range(10, 15), range(25, 30)], words(20, each=5), None, id="5 words, 10 s"),
        pytest.param([range(5, 14)], words(20, each=10), None, id="many words, 9 s in one gap"),
        pytest.param([range(5, 15)], words(20, each=10), "LOW_SPEECH_COVERAGE", id="many words, 10 s in one gap"),
        pytest.param([range(1, 12)], words(0, 12, each=5), None, id="9 s further than 1 s from words"),
        pytest.param(
            [range(1, 13)], words(0, 13, each=5), "LOW_SPEECH_COVERAGE", id="10 s further than 1 s from words"
        ),
    ],
)
def test_just_so_much_speech_may_be_without_words(
    seconds: list[range], said: list[TimeSpan], reason: str | None
) -> None:
    with pytest.raises(Withheld, match=f"transcript: {reason}") if reason else nullcontext():
        check_coverage(speaking(*seconds), transcript(said))


def test_an_echo_needs_no_words_of_its_own() -> None:
    wet = np.stack([delayed(TALK[:, 1], 300, db=-6), TALK[:, 1]], axis=1)
    told = transcript([], SPOKEN[1])
    echo = Bleed(channel=1, on=0, delay_ms=300, sign=BleedSign.WAVEFORM)

    check_coverage(a_file(wet), told, heard_on=[echo])
    with pytest.raises(Withheld, match="LOW_SPEECH_COVERAGE"):
        check_coverage(a_file(wet), told)


def test_where_nobody_speaks_no_words_are_needed() -> None:
    for sound in (np.zeros((8000 * 60, 2), np.float32), noise(8000 * 60, level=0.01)):
        check_coverage(a_file(sound), transcript([], []))


def test_half_a_minute_of_double_ringing_before_a_call_needs_no_words() -> None:
    """As it rings in Britain and Australia: words were asked of one second in three."""
    at = np.arange(8000 * 30) / 8000
    rings = (at % 3 < 0.4) | ((at % 3 > 0.6) & (at % 3 < 1))
    tone = 0.1 * (np.sin(2 * np.pi * 400 * at) + np.sin(2 * np.pi * 450 * at)) * rings
    ringing = noise(len(at), level=0.001) + tone[:, None].astype(np.float32)
    told = [[TimeSpan(t.start_ms + 30_000, t.end_ms + 30_000) for t in side] for side in SPOKEN]

    check_coverage(a_file(np.concatenate([ringing, TALK])), transcript(*told))


def test_a_cough_needs_no_words() -> None:
    check_coverage(a_file(TALK[8000 * 2 : 8000 * 4]), transcript([], []))


def test_what_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(InvalidInput):
        check_coverage(b"words", transcript([], []))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_transcript_of_other_channels_than_the_sound_has_is_withheld(channels: int) -> None:
    with pytest.raises(Withheld, match="transcript: OTHER_CHANNELS"):
        check_words(transcript([], []), channels=channels, duration_ms=DURATION_MS)


def test_words_that_say_to_be_of_another_channel_are_withheld() -> None:
    with pytest.raises(Withheld, match="transcript: OTHER_CHANNELS"):
        check_words(transcript(SPOKEN[0], [], owner=1), channels=2, duration_ms=DURATION_MS)


@given(st.lists(st.tuples(st.integers(-2_000, 6_000), st.integers(-500, 2_000)), max_size=25))
def test_words_whose_times_cannot_be_are_withheld_and_all_others_are_not(times: list[tuple[int, int]]) -> None:
    words = tuple(Word(text="word", channel=0, start_ms=start, end_ms=start + length) for start, length in times)
    told = Transcript(
        engine="e", model="m", language="en", duration_ms=5_000, channels=((Utterance(channel=0, words=words),),)
    )
    starts = sorted(start for start, _ in times)
    is_crowded = any(sum(first <= other < first + 500 for other in starts) >= 12 for first in starts)
    is_wrong = is_crowded or any(not 0 <= start < 5_000 or length < 0 for start, length in times)
    with pytest.raises(Withheld, match="word_times") if is_wrong else nullcontext():
        check_words(told, channels=1, duration_ms=5_000)
