"""The telephone line."""

from __future__ import annotations

import numpy as np
import pytest

from samples.voices import VOICES, through_telephone

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


def test_there_are_women_men_and_a_child():
    assert {"woman", "man", "young_man", "child"} <= VOICES.keys()
