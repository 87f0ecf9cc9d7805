"""The telephone line, and when words are said, without the voices."""

from __future__ import annotations

import numpy as np
import pytest

from samples.voices import VOICES, Voice, _audible, _field, through_telephone, word_times

AT = np.arange(8000) / 8000


@pytest.mark.parametrize(("hertz", "is_heard"), [(100, False), (1000, True), (3000, True), (3800, False)])
def test_only_the_telephone_band_comes_through(hertz, is_heard):
    sound = through_telephone((0.3 * np.sin(2 * np.pi * hertz * AT)).astype(np.float32), seed=1)
    assert bool(np.abs(sound[2000:6000].astype(int)).max() > 5000) is is_heard


def test_a_quiet_line_has_noise_that_no_trimming_takes_for_speech():
    sound = through_telephone(np.zeros(8000, dtype=np.float32), seed=1)
    assert 0 < np.abs(sound.astype(int)).max() < 200


def test_the_same_line_sounds_the_same_again():
    tone = (0.3 * np.sin(2 * np.pi * 500 * AT)).astype(np.float32)
    assert (through_telephone(tone, seed=3) == through_telephone(tone, seed=3)).all()


def test_a_voice_made_higher_is_spoken_slower_so_that_its_speed_is_what_it_was_to_be():
    assert Voice(higher=1.25, speed=0.95).pace == pytest.approx(0.76)


def test_there_are_women_men_and_a_child():
    assert {"woman", "man", "young_man", "child"} <= VOICES.keys()


def times(letters: str, lasts: list[float]) -> list[tuple[float, float]]:
    return [(round(start, 3), round(end, 3)) for start, end in word_times(letters, lasts, 1.0)]


def test_words_that_run_into_each_other_part_in_the_middle():
    assert times(" ab cd ", [0.3, 0.1, 0.1, 0.05, 0.1, 0.1, 0.2]) == [(1.3, 1.525), (1.525, 1.75)]


def test_a_pause_belongs_to_no_word():
    assert times(" a, b. ", [0.3, 0.1, 0.2, 0.1, 0.1, 0.1, 0.2]) == [(1.3, 1.4), (1.7, 1.8)]


def test_punctuation_alone_is_no_word():
    assert times(" a — b ", [0.1] * 7) == [(1.1, 1.2), (1.5, 1.6)]


def test_a_field_of_a_message_has_its_number_kind_and_length():
    assert _field(7, b"abc") == bytes([7 * 8 + 2, 3]) + b"abc"
    with pytest.raises(ValueError, match="too long"):
        _field(1, b"x" * 128)


def test_a_word_is_narrowed_to_what_can_be_heard():
    sound = np.zeros(8000, np.float32)
    sound[4000:4800] = 0.5
    assert _audible(sound, 0.4, 0.9) == (0.5, 0.6)
    assert _audible(sound, 0.7, 0.9) == (0.7, 0.9)
