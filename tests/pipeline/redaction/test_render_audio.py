from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import describe
from pipeline.redaction.media_stream import stream_of
from pipeline.redaction.media_wav import read_wav_layout
from pipeline.redaction.profile import AudioStyle
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.tone import speech_level_db
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, chunk, fmt, heard, noise, riff

FRAMES, RATE = 2001, 8000
LAST_MS = 251


@st.composite
def spans(draw: st.DrawFn) -> list[TimeSpan]:
    starts = draw(st.lists(st.integers(0, LAST_MS - 1), max_size=4))
    return [TimeSpan(start, draw(st.integers(start + 1, LAST_MS))) for start in starts]


def frames_of(muted: dict[int, list[TimeSpan]]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which samples a reader of the port's words expects to be replaced."""
    inside = np.zeros((FRAMES, 2), dtype=bool)
    for channel, listed in muted.items():
        for span in listed:
            inside[span.start_ms * RATE // 1000 : math.ceil(span.end_ms * RATE / 1000), channel] = True
    return inside


@given(st.sampled_from(WAV_ENCODINGS), spans(), spans(), st.sampled_from(["silence", "beep"]))
def test_outside_the_spans_every_bit_stays_and_inside_nothing_does(
    encoding: str, left: list[TimeSpan], right: list[TimeSpan], style: AudioStyle
) -> None:
    audio = a_file(noise(FRAMES), subtype=encoding)
    layout = read_wav_layout(audio)
    muted = {0: left, 1: right}

    redacted = render_audio(audio, muted, style=style)

    assert len(redacted) == len(audio)
    assert redacted[: layout.data_at] == audio[: layout.data_at]
    assert redacted[layout.data_end :] == audio[layout.data_end :]
    before, after = (
        np.frombuffer(file, np.uint8)[layout.data_at : layout.data_end].reshape(FRAMES, 2, layout.width)
        for file in (audio, redacted)
    )
    inside = frames_of(muted)
    assert np.array_equal(before[~inside], after[~inside])
    if style == "silence":
        assert (after[inside] == layout.encoding.silence).all()
        assert np.abs(heard(redacted)[inside]).max(initial=0) <= (8 / 32768 if encoding == "ALAW" else 0)


@given(spans(), st.sampled_from(["silence", "beep"]))
def test_muting_what_is_muted_changes_nothing(listed: list[TimeSpan], style: AudioStyle) -> None:
    once = render_audio(a_file(noise(FRAMES)), {1: listed}, style="silence")

    assert render_audio(once, {1: listed}, style="silence") == once
    assert render_audio(once, {}, style=style) == once


@pytest.mark.parametrize("encoding", WAV_ENCODINGS)
def test_a_beep_is_a_clean_tone_of_one_kilohertz_as_loud_as_the_speech(encoding: str) -> None:
    audio = a_file(noise(RATE * 2, level=0.08), subtype=encoding)

    redacted = heard(render_audio(audio, {0: [TimeSpan(500, 1500)]}, style="beep"))[4000:12000, 0]

    spectrum = np.abs(np.fft.rfft(redacted)) ** 2
    assert np.argmax(spectrum) == 1000
    assert spectrum[1000] / spectrum[1:].sum() > 0.995
    assert 20 * np.log10(np.sqrt(np.mean(redacted**2))) == pytest.approx(speech_level_db(stream_of(audio)), abs=0.3)
    assert speech_level_db(stream_of(audio)) == pytest.approx(20 * np.log10(0.08), abs=1)


def test_a_beep_does_not_depend_on_what_it_replaces() -> None:
    quiet, other = noise(RATE), noise(RATE)
    other[2000:4000] = noise(2000, seed=99)
    muted = {0: [TimeSpan(250, 500)], 1: [TimeSpan(250, 500)]}

    first, second = (heard(render_audio(a_file(made), muted, style="beep"))[2000:4000, 0] for made in (quiet, other))

    # The level of the whole call moves by a hair; beside that the two are one tone.
    assert np.allclose(first / np.abs(first).max(), second / np.abs(second).max(), atol=1e-3)


def test_a_call_shorter_than_a_moment_can_be_beeped() -> None:
    audio = a_file(noise(3))

    assert len(render_audio(audio, {0: [TimeSpan(0, 1)]}, style="beep")) == len(audio)


@pytest.mark.parametrize(("form", "subtype"), COMPRESSED)
def test_compressed_audio_comes_out_as_wav_muted_and_otherwise_as_it_was_decoded(form: str, subtype: str) -> None:
    audio = a_file(noise(16_000), rate=16_000, form=form, subtype=subtype)

    redacted = render_audio(audio, {1: [TimeSpan(100, 200)]}, style="silence")

    facts = describe(redacted)
    assert (facts.format, facts.frames, facts.sample_rate) == ("WAV", 16_000, 16_000)
    assert facts.subtype == ("PCM_24" if subtype == "PCM_24" else "PCM_16")
    before, after = np.clip(heard(audio), -1, 1), heard(redacted)
    assert not after[1600:3200, 1].any()
    before[1600:3200, 1] = 0
    assert np.abs(before - after).max() <= (0 if form == "FLAC" else 2**-15)


def test_other_chunks_are_kept() -> None:
    audio = riff(chunk(b"LIST", b"INFOx"), fmt(), chunk(b"data", bytes(1600)), chunk(b"id3 ", b"abc"))

    redacted = render_audio(audio, {0: [TimeSpan(0, 100)]}, style="silence")

    assert redacted == audio


@pytest.mark.parametrize(
    ("muted", "reason"),
    [
        ({0: [TimeSpan(100, LAST_MS + 1)]}, "a span ends beyond the audio"),
        ({0: [TimeSpan(0, 10), TimeSpan(LAST_MS + 50, LAST_MS + 60)]}, "a span ends beyond the audio"),
        ({2: [TimeSpan(0, 10)]}, "a channel that the audio does not have"),
        ({-1: [TimeSpan(0, 10)]}, "a channel that the audio does not have"),
    ],
)
def test_a_span_that_does_not_fit_the_audio_withholds_it(muted: dict[int, list[TimeSpan]], reason: str) -> None:
    with pytest.raises(Withheld, match=reason):
        render_audio(a_file(noise(FRAMES)), muted, style="silence")


def test_a_channel_without_spans_asks_for_nothing() -> None:
    audio = a_file(noise(FRAMES))

    assert render_audio(audio, {0: [], 7: []}, style="beep") == audio


def test_what_is_no_audio_is_refused() -> None:
    with pytest.raises(InvalidInput):
        render_audio(b"words", {}, style="silence")
