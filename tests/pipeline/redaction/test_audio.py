from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.redaction.audio import SPEECH_RATE, blocks, decode, describe, speech_windows
from pipeline.redaction.media_source import open_sound
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, chunk, fmt, heard, noise, riff

GOOD = riff(fmt(), chunk(b"data", bytes(320)))


@pytest.mark.parametrize("encoding", WAV_ENCODINGS)
@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
def test_every_wav_encoding_is_described_and_decoded_as_libsndfile_does(encoding: str, form: str) -> None:
    audio = a_file(noise(2001), form=form, subtype=encoding)

    facts = describe(audio)

    assert (facts.channels, facts.sample_rate, facts.frames, facts.format) == (2, 8000, 2001, "WAV")
    assert facts.subtype == encoding
    assert facts.duration_ms == 251
    assert np.array_equal(decode(audio), heard(audio))


@pytest.mark.parametrize(("form", "subtype"), COMPRESSED)
def test_compressed_files_are_described_by_what_can_be_decoded(form: str, subtype: str) -> None:
    audio = a_file(noise(16_000), rate=16_000, form=form, subtype=subtype)

    facts = describe(audio)

    assert (facts.channels, facts.sample_rate, facts.frames, facts.duration_ms) == (2, 16_000, 16_000, 1000)
    assert np.allclose(decode(audio), np.clip(heard(audio), -1, 1), atol=1e-6)


@pytest.mark.parametrize(("form", "subtype"), [("WAV", "ULAW"), *COMPRESSED])
def test_a_file_is_heard_as_from_memory(tmp_path: Path, form: str, subtype: str) -> None:
    audio = a_file(noise(200_000), form=form, subtype=subtype)
    (tmp_path / "call").write_bytes(audio)

    with open_sound(tmp_path / "call") as sound:
        assert describe(sound) == describe(audio)
        (from_file,), (from_memory,) = speech_windows(sound, 1), speech_windows(audio, 1)

    assert np.array_equal(from_file.samples, from_memory.samples)


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        (b"", "empty"),
        (b"Dear agent, this is not a sound.\n" * 40, "not WAV, FLAC, MP3 or Ogg"),
        (GOOD[:-1], "truncated"),
        (a_file(noise(4000))[:2000], "truncated"),
        (riff(fmt(), chunk(b"data", bytes(64)), chunk(b"data", bytes(64))), "second data chunk"),
        (riff(fmt(), fmt(), chunk(b"data", bytes(64))), "one fmt chunk"),
        (riff(chunk(b"data", bytes(64)), fmt()), "one fmt chunk"),
        (riff(chunk(b"data", bytes(64))), "one fmt chunk"),
        (riff(fmt()), "one fmt chunk"),
        (riff(fmt(channels=0), chunk(b"data", bytes(64))), "0 channels"),
        (riff(fmt(channels=21), chunk(b"data", bytes(420))), "more than 20 channels"),
        (riff(fmt(rate=96_000), chunk(b"data", bytes(64))), "96000 Hz"),
        (riff(fmt(rate=7_999), chunk(b"data", bytes(64))), "7999 Hz"),
        (riff(fmt(rate=0), chunk(b"data", bytes(64))), "0 Hz"),
        (riff(fmt(bits=12), chunk(b"data", bytes(64))), "12 bits"),
        (riff(fmt(tag=2, bits=4), chunk(b"data", bytes(64))), "0x0002"),
        (riff(chunk(b"fmt ", b"\1\0"), chunk(b"data", bytes(64))), "too short"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 8000, 0, 2, 16)), chunk(b"data", bytes(64))), "frame size"),
        (riff(fmt(), chunk(b"data", b"")), "no frames"),
        (a_file(noise(100), rate=96_000), "96000 Hz"),
        (a_file(noise(100), rate=96_000, form="FLAC"), "96000 Hz"),
        (a_file(noise(20_000), form="FLAC")[:-3000], "cannot be decoded"),
        (a_file(noise(100), form="AIFF"), "not WAV, FLAC, MP3 or Ogg"),
        (a_file(noise(100), form="RF64"), "not WAV, FLAC, MP3 or Ogg"),
    ],
)
def test_audio_that_cannot_be_used_is_refused_with_one_clear_reason(audio: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as refusal:
        describe(audio)

    assert "\n" not in str(refusal.value)
    with pytest.raises(InvalidInput):
        list(blocks(audio))


def test_a_second_data_chunk_behind_the_end_that_riff_claims_is_found() -> None:
    with pytest.raises(InvalidInput, match="second data chunk"):
        describe(GOOD + chunk(b"data", bytes(320)))


def test_chunks_around_the_samples_do_not_matter() -> None:
    audio = riff(
        chunk(b"LIST", b"odd"), fmt(), chunk(b"fact", bytes(4)), chunk(b"data", bytes(640)), chunk(b"id3 ", b"x")
    )

    assert describe(audio).frames == 320


@given(st.binary(max_size=200))
@example(b"ID3")
@example(b"\xff\xfb\x90\x00" * 40)
@example(b"OggS" + bytes(60))
@example(b"fLaC" + bytes(60))
def test_any_bytes_are_described_or_refused(audio: bytes) -> None:
    _describe_or_refuse(audio)


@given(st.sampled_from([("WAV", "PCM_16"), ("WAVEX", "ULAW"), *COMPRESSED]), st.data())
def test_any_damage_to_a_good_file_is_described_or_refused(kind: tuple[str, str], data: st.DataObject) -> None:
    audio = bytearray(a_file(noise(3000), form=kind[0], subtype=kind[1]))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(audio) - 1, 400)))
        audio[at] = data.draw(st.integers(0, 255))
    _describe_or_refuse(bytes(audio[: data.draw(st.integers(0, len(audio)))]))


def _describe_or_refuse(audio: bytes) -> None:
    try:
        facts = describe(audio)
    except InvalidInput:
        return
    assert facts.frames == sum(len(block) for block in blocks(audio)) > 0
    assert 1 <= facts.channels <= 20
    assert 8000 <= facts.sample_rate <= 48000


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_speech_comes_at_sixteen_thousand_a_second_and_keeps_its_pitch(rate: int) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    audio = a_file(np.stack([np.zeros(rate), 0.5 * tone], axis=1).astype(np.float32), rate=rate)

    (window,) = speech_windows(audio, 1)

    assert abs(len(window.samples) - SPEECH_RATE) <= 1
    assert window.samples.dtype == np.float32
    loudest = np.argmax(np.abs(np.fft.rfft(window.samples)))
    assert loudest == pytest.approx(440, abs=1)
    (silent,) = speech_windows(audio, 0)
    assert not silent.samples.any()


def test_a_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no channel 2"):
        list(speech_windows(a_file(noise(100)), 2))


def test_windows_follow_each_other_without_loss_and_end_where_it_is_quiet() -> None:
    loud = noise(8000 * 12, channels=1, level=0.2)
    loud[8000 * 4 : 8000 * 4 + 4000] = 0
    (whole,) = speech_windows(a_file(loud), 0)

    windows = list(speech_windows(a_file(loud), 0, window_s=5))

    assert np.array_equal(np.concatenate([window.samples for window in windows]), whole.samples)
    assert 4000 < windows[1].start_ms < 4500
    assert all(len(window.samples) <= 5 * SPEECH_RATE for window in windows)


def test_three_hours_of_silence_need_no_more_memory_than_a_few_minutes() -> None:
    data = bytes(3 * 3600 * 8000)
    audio = riff(fmt(tag=7, bits=8), struct.pack("<4sI", b"data", len(data)) + data)
    del data

    tracemalloc.start()
    assert describe(audio).duration_ms == 3 * 3600 * 1000
    heard_samples = sum(len(window.samples) for window in speech_windows(audio, 0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert heard_samples == 3 * 3600 * SPEECH_RATE
    assert peak < 160 * 2**20
