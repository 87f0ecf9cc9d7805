from __future__ import annotations

import struct

import numpy as np
import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_wav import Encoding, is_wav, read_frames, read_wav_layout, wav_header
from tests.pipeline.redaction.sounds import WAV_ENCODINGS, a_file, chunk, fmt, heard, noise, riff


@pytest.mark.parametrize("encoding", WAV_ENCODINGS)
def test_the_samples_lie_where_the_layout_says(encoding: str) -> None:
    audio = a_file(noise(77, channels=3), rate=44_100, subtype=encoding)

    layout = read_wav_layout(audio)

    assert layout.encoding is Encoding(encoding)
    assert (layout.channels, layout.sample_rate, layout.frames) == (3, 44_100, 77)
    moved = bytearray(audio)
    moved[layout.data_at : layout.data_end] = bytes([layout.encoding.silence]) * (layout.data_end - layout.data_at)
    assert np.abs(heard(bytes(moved))).max() <= 8 / 32768
    assert audio[: layout.data_at][-8:-4] == b"data"


@pytest.mark.parametrize("encoding", [Encoding.PCM_16, Encoding.PCM_24, Encoding.PCM_32])
def test_a_header_of_ours_is_read_by_us_and_by_libsndfile(encoding: Encoding) -> None:
    width = int(encoding.value[-2:]) // 8
    audio = wav_header(encoding=encoding, channels=2, sample_rate=16_000, data_bytes=10 * width) + bytes(10 * width)

    layout = read_wav_layout(audio)

    assert (layout.encoding, layout.channels, layout.sample_rate, layout.frames) == (encoding, 2, 16_000, 5)
    assert heard(audio).shape == (5, 2)


def test_a_wav_file_longer_than_its_format_can_say_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too long"):
        wav_header(encoding=Encoding.PCM_16, channels=2, sample_rate=8000, data_bytes=2**32)


def test_an_extensible_header_of_an_unknown_kind_is_refused() -> None:
    plain = struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16) + struct.pack("<HHI", 22, 16, 4)
    ambisonic = bytes.fromhex("0100000021 07d311 8644c8c1ca000000".replace(" ", ""))

    with pytest.raises(InvalidInput, match="0xfffe"):
        read_wav_layout(riff(chunk(b"fmt ", plain + ambisonic), chunk(b"data", bytes(64))))


def test_a_broken_last_frame_is_not_counted() -> None:
    audio = riff(fmt(channels=2), struct.pack("<4sI", b"data", 10) + bytes(10))

    assert read_wav_layout(audio).frames == 2


def test_other_files_are_not_wav() -> None:
    assert is_wav(a_file(noise(10)))
    assert not is_wav(a_file(noise(10), form="AIFF"))
    assert not is_wav(b"RIFF\0\0\0\0AVI ")


def test_a_file_of_chunks_without_end_is_refused() -> None:
    with pytest.raises(InvalidInput, match="chunks"):
        read_wav_layout(riff(fmt(), chunk(b"data", bytes(64))) + bytes(8 * 100_001))


def test_frames_that_are_no_longer_there_are_not_given_short() -> None:
    audio = a_file(noise(77))
    layout = read_wav_layout(audio)

    assert bytes(read_frames(audio, layout, 3, 5)) == audio[44 + 12 : 44 + 20]
    with pytest.raises(InvalidInput, match="ends before"):
        read_frames(audio[:-1], layout, 70, 77)
