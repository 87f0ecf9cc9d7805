from __future__ import annotations

import numpy as np
import pytest

from pipeline.redaction.audio import Samples
from pipeline.redaction.speech_likeness import speech_seconds
from tests.pipeline.redaction.sounds import a_talk, noise, spoken

RATE = 8_000
AT = np.arange(RATE * 20) / RATE


def judged(channel: np.ndarray, *, rate: int = RATE, block: int = 10_000) -> np.ndarray:
    samples = channel.reshape(-1, 1).astype(np.float32)
    blocks = (samples[at : at + block] for at in range(0, len(samples), block))
    return speech_seconds(blocks, sample_rate=rate, channel=0)


def hiss(seconds: int, db: float) -> np.ndarray:
    return noise(RATE * seconds, channels=1, level=10 ** (db / 20))[:, 0]


def sine(hz: float) -> np.ndarray:
    return 0.1 * np.sin(2 * np.pi * hz * AT)


def chords(fading: float) -> np.ndarray:
    """Half a second each, five overtones, over a beat."""
    made = np.zeros(RATE * 20)
    note = np.arange(RATE // 2) / RATE
    for number in range(40):
        root = (220, 261.6, 196, 174.6)[number // 4 % 4]
        struck = sum(
            np.sin(2 * np.pi * root * third * over * note) / over**1.2
            for third in (1, 1.26, 1.5)
            for over in range(1, 6)
        )
        made[number * RATE // 2 : (number + 1) * RATE // 2] = 0.03 * struck * np.exp(-note * fading)
    return made


@pytest.mark.parametrize("name", ["card-number-read-back", "withdrawn-mid-call", "child-caller"])
@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("hiss_db", [-70, -40])
def test_seconds_in_which_somebody_speaks_are_told_from_those_in_which_nobody_does(
    name: str, channel: int, hiss_db: float
) -> None:
    voice = a_talk(name)[:, channel]
    loud = np.zeros(len(voice) // RATE, dtype=int)
    for tenth in spoken(voice):
        if tenth.start_ms // 1000 < len(loud):
            loud[tenth.start_ms // 1000] += 1

    found = judged(voice + hiss(len(voice) // RATE + 1, hiss_db)[: len(voice)])

    assert found[loud >= 7].mean() > 0.75
    assert not found[loud == 0].any()


SOUNDS = {
    "silence": np.zeros(RATE * 20),
    "hiss": hiss(20, -26),
    "hum": sine(50) + 0.3 * sine(350),
    "ringing": (sine(440) + sine(480)) * (AT % 6 < 2) + hiss(20, -60),
    "ringing twice": (sine(400) + sine(450)) * ((AT % 3 < 0.4) | ((AT % 3 > 0.6) & (AT % 3 < 1))) + hiss(20, -60),
    "keys": (sine(697) + sine(1209)) * (AT % 1.5 < 0.1) + hiss(20, -60),
    "held chords": chords(0) + hiss(20, -60),
    "struck chords": chords(3) + hiss(20, -60),
    "whispered far away": a_talk("child-caller")[: RATE * 20, 0] * 0.003,
}


@pytest.mark.parametrize("name", SOUNDS)
def test_what_nobody_says_is_not_taken_for_speech(name: str) -> None:
    assert not judged(SOUNDS[name]).any()


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_it_is_the_same_at_every_rate_and_however_the_sound_comes(rate: int) -> None:
    import soxr

    voice: Samples = a_talk("child-caller")[:, 0]
    other = soxr.resample(voice, RATE, rate)

    assert (judged(other, rate=rate)[:29] == judged(voice)[:29]).mean() > 0.9
    assert np.array_equal(judged(voice, block=777), judged(voice, block=100_000))


def test_less_than_a_second_is_left_out() -> None:
    assert len(judged(hiss(1, -20)[:7_999])) == 0
