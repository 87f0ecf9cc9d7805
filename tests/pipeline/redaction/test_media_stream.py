from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_source import open_sound
from pipeline.redaction.media_stream import WavStream, stream_of, to_wav
from pipeline.redaction.media_wav import read_wav_layout
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, chunk, fmt, heard, noise, riff

FRAMES = 150_000
DEEP = a_file(noise(FRAMES, channels=1), form="FLAC", subtype="PCM_24")
WAV = to_wav(DEEP)
STREAMS = (stream_of(DEEP), stream_of(WAV))


def whole(stream: WavStream) -> bytes:
    return b"".join([*stream.head(), *(codes for _, codes in stream.blocks()), *stream.tail()])


@pytest.mark.parametrize("encoding", WAV_ENCODINGS)
def test_a_wav_file_is_given_as_it_stands_with_all_its_chunks(tmp_path: Path, encoding: str) -> None:
    body = a_file(noise(FRAMES, channels=3), subtype=encoding)
    audio = body + chunk(b"LIST", b"odd") + b"rest"
    (tmp_path / "call").write_bytes(audio)

    with open_sound(tmp_path / "call") as opened:
        for sound in (audio, opened):
            stream = stream_of(sound)
            assert whole(stream) == audio
            assert stream.layout == read_wav_layout(audio)
            assert repr(sound) not in repr(stream)
    assert to_wav(audio) is audio


@pytest.mark.parametrize(("form", "subtype"), COMPRESSED)
def test_another_sound_is_given_as_the_wav_file_that_it_decodes_to(tmp_path: Path, form: str, subtype: str) -> None:
    audio = a_file(noise(FRAMES, channels=1), rate=16_000, form=form, subtype=subtype)
    (tmp_path / "call").write_bytes(audio)

    with open_sound(tmp_path / "call") as opened:
        made = whole(stream_of(opened))

    assert made == to_wav(audio)
    assert read_wav_layout(made) == stream_of(audio).layout
    assert np.abs(heard(made) - np.clip(heard(audio), -1, 1)).max() <= 2**-15
    assert len(made) % 2 == 0


def test_deep_flac_keeps_its_depth_and_an_odd_length_its_pad_byte() -> None:
    made = to_wav(a_file(noise(999, channels=1), form="FLAC", subtype="PCM_24"))

    assert (read_wav_layout(made).encoding, len(made)) == ("PCM_24", 44 + 999 * 3 + 1)
    assert np.abs(heard(made) - noise(999, channels=1)).max() < 2**-22


@settings(max_examples=40)  # a decoder each
@given(st.lists(st.integers(0, FRAMES), max_size=10))
def test_the_samples_of_some_spans_are_those_of_the_whole(edges: list[int]) -> None:
    edges = sorted(edges)
    spans = [span for span in zip(edges[::2], edges[1::2], strict=False) if span[0] < span[1]]
    codes = WAV[44 : 44 + FRAMES * 3]

    for stream in STREAMS:
        given_codes = b"".join(stream.codes_at(spans))
        assert given_codes == b"".join(codes[first * 3 : last * 3] for first, last in spans)


def test_a_file_that_became_shorter_is_refused_and_not_taken_to_end_there(tmp_path: Path) -> None:
    path = tmp_path / "call"
    path.write_bytes(a_file(noise(FRAMES)))
    with open_sound(path) as sound:
        stream = stream_of(sound)
        with path.open("r+b") as file:
            file.truncate(FRAMES)
        with pytest.raises(InvalidInput, match="ends before"):
            whole(stream)


def test_a_file_as_long_as_a_wav_file_can_be_is_read_without_being_held(tmp_path: Path) -> None:
    data_bytes = 2**32 - 1000
    head = riff(fmt(channels=20, rate=48_000), chunk(b"data", b""))
    path = tmp_path / "long"
    path.write_bytes(head[:-4] + struct.pack("<I", data_bytes))
    with path.open("r+b") as file:
        file.truncate(44 + data_bytes)  # sparse: nothing is on the disk

    with open_sound(path) as sound:
        assert stream_of(sound).layout.frames == data_bytes // 40
