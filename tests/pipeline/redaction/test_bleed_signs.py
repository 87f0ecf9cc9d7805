from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.redaction.audio import Samples
from pipeline.redaction.bleed_signs import Likeness, loudness_likeness, quieter_half, waveform_likenesses
from pipeline.redaction.bleed_windows import REACH, WINDOW

WINDOWS = 8


def waveform_likeness(speaking: Samples, other: Samples) -> Likeness:
    """Judge all windows together."""
    (likeness,) = waveform_likenesses(speaking, other, [np.arange(len(speaking))])
    return likeness


def babble(seed: int, *, windows: int = WINDOWS) -> Samples:
    """Noise that grows loud and quiet four times a second or so, as speech does."""
    made = np.random.default_rng(seed)
    length = WINDOW + 2 * REACH
    envelope = np.repeat(made.random((windows, length // 1_000 + 1)) ** 3, 1_000, axis=1)[:, :length]
    return (made.normal(0, 0.1, (windows, length)) * envelope).astype(np.float32)


@settings(max_examples=20)
@given(st.integers(-REACH, REACH), st.sampled_from([0.0, -20.0, -40.0]))
def test_an_echo_is_found_at_its_delay_however_faint(by: int, db: float) -> None:
    own = babble(1)
    echo = np.roll(own, by, axis=1) * np.float32(10 ** (db / 20)) + babble(2) * np.float32(10 ** (db / 20) / 2)
    speaking = own[:, REACH : REACH + WINDOW]

    waveform, loudness = waveform_likeness(speaking, echo), loudness_likeness(speaking, echo)

    assert abs(waveform.delay_ms - by / 8) <= 1
    assert waveform.stands_out > 15
    assert waveform.share > 0.5
    assert abs(loudness.delay_ms - by / 8) <= 10
    assert loudness.share > 0.5


@pytest.mark.parametrize("seed", range(6))
def test_two_voices_that_have_nothing_to_do_with_each_other_are_not_alike(seed: int) -> None:
    speaking, other = babble(seed)[:, REACH : REACH + WINDOW], babble(seed + 100)

    waveform, loudness = waveform_likeness(speaking, other), loudness_likeness(speaking, other)

    assert waveform.stands_out < 8
    assert waveform.share < 0.05
    assert loudness.share < 0.4


def test_one_window_that_is_the_same_by_chance_does_not_make_an_echo() -> None:
    own, other = babble(3), babble(4)
    other[2] = own[2]

    assert waveform_likeness(own[:, REACH : REACH + WINDOW], other).stands_out < 8


def test_an_echo_that_is_another_sound_is_found_by_its_loudness_alone() -> None:
    own = babble(5)
    signs = np.sign(np.random.default_rng(6).normal(size=own.shape)).astype(np.float32)
    other = np.roll(own * signs, 1_600, axis=1)
    speaking = own[:, REACH : REACH + WINDOW]

    assert waveform_likeness(speaking, other).stands_out < 11
    loudness = loudness_likeness(speaking, other)
    assert loudness.share > 0.6
    assert abs(loudness.delay_ms - 200) <= 10


def test_silence_is_like_nothing() -> None:
    speaking = babble(7)[:, REACH : REACH + WINDOW]
    silent = np.zeros((WINDOWS, WINDOW + 2 * REACH), np.float32)

    for likeness in (waveform_likeness(speaking, silent), loudness_likeness(speaking, silent)):
        assert likeness.share == pytest.approx(0, abs=1e-6)
    assert waveform_likeness(silent[:, :WINDOW], babble(8)).stands_out == pytest.approx(0, abs=1e-6)


def test_a_choice_of_windows_is_judged_as_if_there_were_no_others() -> None:
    own, other = babble(9), babble(10)
    speaking, chosen = own[:, REACH : REACH + WINDOW], np.array([1, 4, 5, 7])
    _, some = waveform_likenesses(speaking, other, [np.arange(WINDOWS), chosen])
    assert some == waveform_likeness(speaking[chosen], other[chosen])


def test_the_quieter_half_is_in_order_of_time() -> None:
    other = np.ones((5, 4), np.float32) * np.array([[5], [1], [4], [2], [3]], np.float32)

    assert quieter_half(other).tolist() == [1, 3, 4]
