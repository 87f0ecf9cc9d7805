from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.span import TimeSpan
from pipeline.redaction.bleed_windows import (
    REACH,
    TOGETHER,
    WINDOW,
    Window,
    choose_windows,
    is_silent_around,
    read_windows,
)
from pipeline.redaction.media_wav import read_wav_layout
from tests.pipeline.redaction.sounds import WAV_ENCODINGS, a_file, noise


def window(start_ms: int) -> Window:
    return Window(start_ms=start_ms, is_solo=True)


@given(st.lists(st.tuples(st.integers(0, 59_000), st.integers(1, 3_000)), max_size=30))
def test_windows_lie_in_the_call_where_the_channel_speaks_half_the_time_or_more(said: list[tuple[int, int]]) -> None:
    words = [TimeSpan(start, start + length) for start, length in said]
    spoken, touched = np.zeros(63_000, bool), np.zeros(63_000, bool)
    for word in words:
        spoken[word.start_ms : word.end_ms] = True

        touched[max(0, word.start_ms - 16) : word.end_ms + 16] = True

    windows = [chosen for group in choose_windows(words, [], duration_ms=60_000) for chosen in group]

    for chosen in windows:
        assert 0 <= chosen.start_ms <= 60_000 - 1024
        # A grid of 16 ms counts a step that a word only touches.
        assert touched[max(0, chosen.start_ms - 16) : chosen.start_ms + 1040].mean() > 0.48
        assert chosen.is_solo
    taken = {chosen.start_ms for chosen in windows}
    assert all(start in taken for start in range(0, 58_977, 512) if spoken[start : start + 1024].mean() > 0.52)


@pytest.mark.parametrize(("step_ms", "is_taken"), [(450, False), (550, True)])
def test_a_window_of_which_words_fill_half_is_taken_and_one_of_less_is_not(step_ms: int, is_taken: bool) -> None:
    """One run of words in the middle of 1024 ms that stand alone; the grid of 16 ms adds a step at most."""
    length = step_ms * 1024 // 1000
    groups = choose_windows([TimeSpan(256, 256 + length)], [], duration_ms=1_100)

    assert [chosen.start_ms for group in groups for chosen in group] == ([0] if is_taken else [])


@pytest.mark.parametrize(("other_ms", "is_solo"), [(560, True), (640, False)])
def test_a_window_is_solo_while_the_other_speaks_in_a_fifth_of_what_is_within_reach(
    other_ms: int, is_solo: bool
) -> None:
    (group,) = choose_windows([TimeSpan(1_000, 2_100)], [TimeSpan(100, 100 + other_ms)], duration_ms=4_000)

    assert {chosen.start_ms: chosen.is_solo for chosen in group}[1_024] is is_solo


def test_of_three_hours_sixty_groups_are_taken() -> None:
    groups = choose_windows([TimeSpan(0, 10_800_000)], [], duration_ms=10_800_000)

    assert {len(group) for group in groups} == {TOGETHER}
    assert len(groups) == 60
    assert groups[-1][-1].start_ms > 10_790_000


def test_all_of_a_short_call_is_taken_in_groups_of_about_the_same_size() -> None:
    groups = choose_windows([TimeSpan(0, 40_000)], [], duration_ms=40_000)

    assert [c.start_ms for group in groups for c in group] == list(range(0, 40_000 - 1023, 512))
    assert {len(group) for group in groups} <= {15, 16}


def test_of_a_long_call_groups_from_beginning_to_end_are_taken() -> None:
    groups = choose_windows([TimeSpan(0, 3_600_000)], [], duration_ms=3_600_000)

    assert len(groups) == 30
    assert {len(group) for group in groups} == {TOGETHER}
    assert groups[0][0].start_ms == 0
    assert groups[-1][-1].start_ms > 3_590_000
    assert all(b.start_ms - a.start_ms == 512 for group in groups for a, b in pairwise(group))


def test_a_window_near_words_of_the_other_is_not_solo() -> None:
    (group,) = choose_windows([TimeSpan(0, 6_000)], [TimeSpan(4_000, 5_000)], duration_ms=6_000)

    solo = {chosen.start_ms: chosen.is_solo for chosen in group}
    assert solo[0]
    assert not solo[3_072]


def test_where_nobody_speaks_there_is_no_window() -> None:
    assert choose_windows([], [], duration_ms=60_000) == ()
    assert choose_windows([TimeSpan(0, 500)], [], duration_ms=600) == ()


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("at_ms", [0, 500, 3_000, 5_976])
def test_a_moment_lies_where_it_belongs_at_every_rate_and_at_the_edges(rate: int, at_ms: int) -> None:
    """A click on both channels, in the middle of the window and a second later in the other channel."""
    samples = np.zeros((rate * 7, 2), np.float32)
    click_ms = at_ms + 512
    for channel, ms in ((0, click_ms), (1, click_ms + 400)):
        if ms < 7_000:
            first = ms * rate // 1000
            samples[first : first + rate // 500, channel] = 0.5
    audio = a_file(samples, rate=rate)

    speaking, other = read_windows(audio, read_wav_layout(audio), [window(at_ms)], channel=0, on=1)

    assert (speaking.shape, other.shape) == ((1, WINDOW), (1, WINDOW + 2 * REACH))
    assert abs(int(np.argmax(np.abs(speaking[0]))) - 512 * 8) < 30
    if click_ms + 400 < 7_000:
        assert abs(int(np.argmax(np.abs(other[0]))) - (REACH + 912 * 8)) < 30
    assert other.any(axis=1).all()


def test_a_channel_is_still_where_it_is_made_of_silence_up_to_a_second_around_what_is_said() -> None:
    samples = noise(8_000 * 10)
    samples[16_000:56_000, 1] = 0
    for encoding in WAV_ENCODINGS:
        audio = a_file(samples, subtype=encoding)
        layout = read_wav_layout(audio)
        assert is_silent_around(audio, layout, [TimeSpan(3_000, 6_000)], on=1)
        assert not is_silent_around(audio, layout, [TimeSpan(3_000, 6_000)], on=0)
        assert not is_silent_around(audio, layout, [TimeSpan(3_000, 6_001), TimeSpan(4_000, 4_100)], on=1)
        assert not is_silent_around(audio, layout, [TimeSpan(2_999, 4_000)], on=1)


def test_a_word_beyond_the_end_was_not_seen_to_be_still() -> None:
    audio = a_file(np.zeros((8_000, 2), np.float32))

    assert not is_silent_around(audio, read_wav_layout(audio), [TimeSpan(3_000, 3_100)], on=1)
