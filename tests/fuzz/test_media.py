"""Damaged sound is described and decoded, or refused in one line; the two never disagree, and nothing else happens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import blocks, describe
from pipeline.redaction.clip import clip
from pipeline.redaction.hush import hush
from pipeline.redaction.media_stream import stream_of, to_wav
from tests.fuzz.cases import cases, damaged, look_at
from tests.pipeline.redaction.bombs import flac_of_nothing, id3_tag
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, chunk, fmt, noise, riff

WAVS = [a_file(noise(900), form=form, subtype=name) for form in ("WAV", "WAVEX") for name in WAV_ENCODINGS]
WAVS.append(
    riff(chunk(b"LIST", b"odd"), fmt(), chunk(b"fact", bytes(4)), chunk(b"data", bytes(640)), chunk(b"id3 ", b"x"))
)
SONGS = [a_file(noise(9_000), form=form, subtype=subtype) for form, subtype in COMPRESSED]
SONGS += [flac_of_nothing(2), id3_tag(30, bytes(30)) + SONGS[2]]


def described_or_refused(audio: bytes) -> None:
    try:
        facts = describe(audio)
    except InvalidInput as refusal:
        look_at(refusal)
        with pytest.raises(InvalidInput):
            list(blocks(audio))
        return
    assert facts.frames == sum(len(block) for block in blocks(audio)) > 0
    assert 1 <= facts.channels <= 20


@cases(80)
@given(st.sampled_from(WAVS), st.data())
def test_a_damaged_wav_file_is_heard_cut_and_silenced_or_refused(good: bytes, data: st.DataObject) -> None:
    audio = damaged(good, data, first=200)

    described_or_refused(audio)
    for use in (lambda: to_wav(audio), lambda: hush(audio, [TimeSpan(10, 20)]), lambda: stream_of(audio),
                lambda: clip(audio, channel=0, time=TimeSpan(5, 30))):  # fmt: skip
        try:
            use()
        except InvalidInput:
            continue


@cases(12)
@given(st.sampled_from(SONGS), st.data())
def test_a_damaged_compressed_file_is_heard_or_refused(good: bytes, data: st.DataObject) -> None:
    described_or_refused(damaged(good, data))
