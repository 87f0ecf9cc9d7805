from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.redaction.cut_audio import cut_audio
from pipeline.redaction.media_wav import read_wav_layout

RATE = 8000
NOISE = np.random.default_rng(1).integers(-9000, 9000, (RATE, 2), dtype=np.int16)


def a_file(samples: np.ndarray = NOISE, *, subtype: str = "PCM_16", form: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, subtype=subtype, format=form)
    return out.getvalue()


def frames(audio: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(audio), dtype="int16", always_2d=True)[0]


@given(end_ms=st.integers(1, 999))
def test_what_began_before_the_end_is_kept_bit_for_bit_and_nothing_after(end_ms):
    kept = frames(cut_audio(a_file(), end_ms=end_ms))
    assert len(kept) == end_ms * RATE // 1000
    assert np.array_equal(kept, NOISE[: len(kept)])


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "ULAW", "ALAW", "FLOAT"])
@pytest.mark.parametrize("end_ms", [1, 333])
def test_every_encoding_of_a_wav_is_cut_without_being_changed(subtype, end_ms):
    whole = a_file(NOISE[:, :1], subtype=subtype)
    cut = cut_audio(whole, end_ms=end_ms)
    before, after = read_wav_layout(whole), read_wav_layout(cut)
    assert after.frames == end_ms * RATE // 1000
    assert cut[after.data_at : after.data_end] == whole[before.data_at : before.data_at + after.frames * after.width]
    assert np.array_equal(frames(cut), frames(whole)[: after.frames])


def test_the_lengths_in_the_header_are_those_of_what_is_left():
    cut = cut_audio(a_file(NOISE[:, :1], subtype="PCM_U8"), end_ms=1001 - 1000 + 4)
    layout = read_wav_layout(cut)
    assert struct.unpack_from("<I", cut, 4)[0] == len(cut) - 8
    assert struct.unpack_from("<I", cut, layout.data_at - 4)[0] == layout.frames == 40


def test_a_last_chunk_of_odd_length_is_padded_and_stays_readable():
    odd = NOISE[:, :1][:1001]
    cut = cut_audio(a_file(odd, subtype="PCM_24"), end_ms=3)
    assert len(cut) % 2 == 0
    short = cut_audio(_with_rate_of_frames(a_file(odd, subtype="PCM_U8")), end_ms=1)
    assert (len(short) % 2, read_wav_layout(short).frames) == (0, 11)


def _with_rate_of_frames(wav: bytes) -> bytes:
    """The same file at 11 kHz, where a millisecond is an odd number of frames."""
    at = wav.index(b"fmt ") + 12
    return wav[:at] + struct.pack("<II", 11025, 11025) + wav[at + 8 :]


def test_chunks_after_the_sound_do_not_survive_a_cut():
    note = b"after the withdrawal"
    whole = a_file()
    tagged = whole + b"LIST" + struct.pack("<I", len(note)) + note
    tagged = tagged[:4] + struct.pack("<I", len(tagged) - 8) + tagged[8:]
    assert note not in cut_audio(tagged, end_ms=500)


@pytest.mark.parametrize("end_ms", [1000, 5000])
def test_sound_that_ends_before_the_cut_is_left_as_it_is(end_ms):
    assert cut_audio(a_file(), end_ms=end_ms) == a_file()


def test_a_compressed_file_is_cut_too():
    cut = cut_audio(a_file(form="FLAC"), end_ms=250)
    assert np.array_equal(frames(cut), NOISE[:2000])


@pytest.mark.parametrize("end_ms", [0])
def test_nothing_before_the_withdrawal_is_refused_and_not_kept_as_silence(end_ms):
    with pytest.raises(InvalidInput, match="nothing was recorded"):
        cut_audio(a_file(), end_ms=end_ms)


def test_bytes_that_are_no_audio_are_refused():
    with pytest.raises(InvalidInput):
        cut_audio(b"not audio", end_ms=500)
