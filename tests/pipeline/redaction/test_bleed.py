from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.errors import InvalidInput
from pipeline.redaction.audio import Samples
from pipeline.redaction.bleed import measure_bleed
from samples.scenario import CALLS
from tests.pipeline.redaction.sounds import a_file, a_talk, delayed, noise, spoken

NAMES = sorted(path.name for path in CALLS.iterdir() if (path / "conversation.ogg").exists())
TALK = a_talk("card-number-read-back")
SPOKEN = [spoken(TALK[:, 0]), spoken(TALK[:, 1])]


def with_bleed(echo: NDArray[np.float32], *, hiss_db: float = -120, talk: Samples = TALK) -> bytes:
    """The talk with the agent's voice on the caller's channel too."""
    hiss = np.random.default_rng(3).normal(0, 10 ** (hiss_db / 20), len(talk)).astype(np.float32)
    mixed = talk.copy()
    mixed[:, 0] += echo + hiss
    return a_file(np.clip(mixed, -1, 1))


@pytest.mark.parametrize("name", NAMES)
def test_two_dry_channels_are_not_heard_on_each_other(name: str) -> None:
    talk = a_talk(name)

    assert measure_bleed(a_file(talk), [spoken(talk[:, 0]), spoken(talk[:, 1])]) == ()


@pytest.mark.parametrize("db", [-6, -20, -35, -45])
@pytest.mark.parametrize("delay_ms", [0, 40, 230, 900])
def test_speech_that_bleeds_is_found_at_its_delay_and_in_its_direction(db: float, delay_ms: int) -> None:
    found = measure_bleed(with_bleed(delayed(TALK[:, 1], delay_ms, db=db)), SPOKEN)

    ahead = [bleed.delay_ms for bleed in found if (bleed.channel, bleed.on) == (1, 0)]
    assert ahead
    assert all(abs(ms - delay_ms) <= 25 for ms in ahead)
    # A loud echo in the midst of the caller's own words is seen from there too.
    back = [bleed.delay_ms for bleed in found if (bleed.channel, bleed.on) == (0, 1)]
    assert all(abs(ms + delay_ms) <= 25 for ms in back)
    assert all(bleed.sign is not BleedSign.TOO_LITTLE_SPEECH for bleed in found)


@pytest.mark.parametrize(("db", "hiss_db"), [(-20, -50), (-30, -50), (-40, -60)])
def test_hiss_on_the_other_channel_does_not_hide_it(db: float, hiss_db: float) -> None:
    found = measure_bleed(with_bleed(delayed(TALK[:, 1], 150, db=db), hiss_db=hiss_db), SPOKEN)

    assert [(bleed.channel, bleed.on) for bleed in found] == [(1, 0)]


def test_what_is_lost_in_hiss_for_every_listener_is_not_called_heard() -> None:
    assert measure_bleed(with_bleed(delayed(TALK[:, 1], 150, db=-60), hiss_db=-40), SPOKEN) == ()


def test_an_echo_that_lies_under_the_others_own_words_is_found_in_its_quieter_half_while_it_is_a_share_of_that() -> (
    None
):
    """Of all the sound on that channel it is a fiftieth; of the half where the caller says least, a tenth, then 4 %."""
    echo = delayed(TALK[:, 1], 150, db=-40)

    (found,) = measure_bleed(with_bleed(echo, hiss_db=-50), SPOKEN)

    assert (found.channel, found.on, found.delay_ms, found.sign) == (1, 0, 150, BleedSign.WAVEFORM)
    assert measure_bleed(with_bleed(echo, hiss_db=-46), SPOKEN) == ()


@pytest.mark.parametrize("is_both_at_once", [True, False])
def test_of_two_echoes_the_earliest_and_the_latest_are_told(is_both_at_once: bool) -> None:
    early, late = delayed(TALK[:, 1], -300, db=-20), delayed(TALK[:, 1], 400, db=-20)
    half = len(TALK) // 2
    echo = early + late if is_both_at_once else np.concatenate([early[:half], late[half:]])

    found = measure_bleed(with_bleed(echo), SPOKEN)

    assert [(bleed.channel, bleed.on, bleed.delay_ms) for bleed in found] == [(1, 0, -300), (1, 0, 400)]


def test_an_echo_in_a_room_is_found() -> None:
    made = np.random.default_rng(4)
    room = (made.normal(0, 1, 3_200) * np.exp(-np.arange(3_200) / 800)).astype(np.float32)
    echo = np.convolve(TALK[:, 1], room / np.sqrt(np.square(room).sum()))[: len(TALK)].astype(np.float32)

    found = measure_bleed(with_bleed(delayed(echo, 300, db=-20), hiss_db=-60), SPOKEN)

    assert {(bleed.channel, bleed.on) for bleed in found} == {(1, 0)}


def test_an_echo_that_a_codec_has_made_another_sound_of_is_found() -> None:
    """Hiss that has the loudness of each band of the voice, as a vocoder makes it."""
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(TALK[:, 1], 256)[::128] * np.hanning(256))
    levels = np.stack([np.abs(part).mean(axis=1) for part in np.array_split(spectra, 16, axis=1)], axis=1)
    made = np.random.default_rng(5).normal(0, 1, (len(levels), 256))
    pieces = np.fft.irfft(np.fft.rfft(made * np.hanning(256)) * np.repeat(levels, 9, axis=1)[:, :129])
    echo = np.zeros(len(TALK), np.float32)
    for number, piece in enumerate(pieces * np.hanning(256)):
        echo[number * 128 : number * 128 + 256] += piece.astype(np.float32)
    echo *= np.float32(np.sqrt(np.square(TALK[:, 1]).mean() / np.square(echo).mean()))

    (found,) = measure_bleed(with_bleed(delayed(echo, 200, db=-35)), SPOKEN)

    assert (found.channel, found.on, found.sign) == (1, 0, BleedSign.LOUDNESS)
    assert found.delay_ms == pytest.approx(200, abs=25)


def test_a_channel_that_is_itself_the_echo_is_found_from_both_sides() -> None:
    """Words that a recogniser wrote on the wrong channel are hidden on the right one too."""
    audio = with_bleed(delayed(TALK[:, 1], 200, db=-10))
    written = [spoken(TALK[:, 0]) + [time for time in SPOKEN[1] if time.start_ms > 10_000], SPOKEN[1]]

    found = {(bleed.channel, bleed.on): bleed.delay_ms for bleed in measure_bleed(audio, written)}

    assert found[1, 0] == pytest.approx(200, abs=25)
    assert found[0, 1] == pytest.approx(-200, abs=25)


def test_one_sound_on_both_channels_is_heard_on_both() -> None:
    both = np.stack([TALK.sum(axis=1)] * 2, axis=1)

    found = measure_bleed(a_file(np.clip(both, -1, 1)), SPOKEN)

    assert {(bleed.channel, bleed.on, bleed.delay_ms) for bleed in found} == {(0, 1, 0), (1, 0, 0)}


@pytest.mark.parametrize(("subtype", "rate"), [("ULAW", 8_000), ("PCM_24", 16_000), ("FLOAT", 44_100)])
def test_every_format_and_rate_is_measured(subtype: str, rate: int) -> None:
    import soxr

    talk = soxr.resample(TALK, 8_000, rate) if rate != 8_000 else TALK
    wet = talk.copy()
    wet[:, 0] += delayed(talk[:, 1], 120, db=-25, rate=rate)

    assert measure_bleed(a_file(talk, rate=rate, subtype=subtype), SPOKEN) == ()
    (found,) = measure_bleed(a_file(np.clip(wet, -1, 1), rate=rate, subtype=subtype), SPOKEN)
    assert (found.channel, found.on) == (1, 0)
    assert found.delay_ms == pytest.approx(120, abs=25)


def test_a_loudspeaker_that_was_on_for_a_part_of_the_call_is_found() -> None:
    long = np.tile(TALK, (5, 1))
    echo = delayed(long[:, 1], 180, db=-30)
    echo[: len(TALK) * 2] = 0
    echo[len(TALK) * 3 :] = 0

    found = measure_bleed(with_bleed(echo, talk=long), [spoken(long[:, 0]), spoken(long[:, 1])])

    assert {(bleed.channel, bleed.on) for bleed in found} == {(1, 0)}


def test_where_too_little_is_said_it_counts_as_heard_unless_the_other_channel_is_silent() -> None:
    said = np.zeros((8_000 * 5, 2), np.float32)
    said[16_000:24_000, 0] = noise(8_000, channels=1, level=0.1)[:, 0]
    words = [spoken(said[:, 0]), []]

    assert measure_bleed(a_file(said), words) == ()
    said[:, 1] = noise(8_000 * 5, channels=1, level=0.001)[:, 0]
    unknown = measure_bleed(a_file(said), words)
    assert unknown == tuple(
        Bleed(channel=0, on=1, delay_ms=delay_ms, sign=BleedSign.TOO_LITTLE_SPEECH) for delay_ms in (-1_000, 1_000)
    )


def test_one_channel_has_no_other_and_a_channel_without_words_is_not_asked() -> None:
    assert measure_bleed(a_file(TALK[:, :1]), [SPOKEN[0]]) == ()
    assert measure_bleed(a_file(TALK), [[], []]) == ()
    assert measure_bleed(a_file(TALK[:, :1]), SPOKEN) == ()


def test_what_is_no_wav_file_is_refused() -> None:
    with pytest.raises(InvalidInput):
        measure_bleed(b"words", SPOKEN)
