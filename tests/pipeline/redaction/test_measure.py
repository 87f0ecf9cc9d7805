from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.span import TimeSpan
from pipeline.redaction.finding import Finding, Reason
from pipeline.redaction.measure import measure
from pipeline.redaction.media_source import open_sound
from pipeline.redaction.media_stream import stream_of, to_wav
from pipeline.redaction.media_wav import Encoding, read_wav_layout, wav_header
from pipeline.redaction.profile import AudioStyle
from pipeline.redaction.render_audio import render_audio, to_frames
from pipeline.redaction.tone import tone_codes
from pipeline.redaction.wav_reader import WavReader
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, heard, noise

MUTED = {0: [TimeSpan(1000, 2000), TimeSpan(4000, 4500)], 1: [TimeSpan(1500, 2500)]}
CALL = a_file(noise(8000 * 6))


def measured(redacted: bytes, *, original: bytes = CALL) -> tuple[Finding, ...]:
    wav = to_wav(original)
    reader = WavReader.of(wav)
    return measure(
        reader,
        redacted,
        to_frames(MUTED, reader.layout),
        tone=lambda: tone_codes(stream_of(wav)),
    )


def reasons(redacted: bytes) -> set[Reason]:
    return {finding.reason for finding in measured(redacted)}


@pytest.mark.parametrize("style", ["silence", "beep"])
@pytest.mark.parametrize(("form", "encoding"), [*(("WAV", name) for name in WAV_ENCODINGS), *COMPRESSED])
def test_what_was_rendered_is_exactly_right(form: str, encoding: str, style: AudioStyle) -> None:
    original = a_file(noise(16_000 * 6), rate=16_000, form=form, subtype=encoding)

    assert measured(render_audio(original, MUTED, style=style), original=original) == ()


@settings(max_examples=40)  # a decoder each
@given(st.integers(0, len(CALL) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_found_where_it_is(at: int, change: int) -> None:
    redacted = bytearray(render_audio(CALL, MUTED, style="silence"))
    redacted[at] ^= change

    found = measured(bytes(redacted))

    assert found
    assert {f.reason for f in found} <= {Reason.CHANGED_OUTSIDE, Reason.NOT_SILENT, Reason.UNDECODABLE}
    layout = read_wav_layout(CALL)
    if at >= layout.data_at:
        ms = (at - layout.data_at) // layout.frame_bytes * 1000 // layout.sample_rate
        assert all(f.time is not None and f.time.start_ms <= ms < f.time.end_ms for f in found)


def test_changes_are_named_by_channel_from_the_first_to_the_last() -> None:
    redacted = heard(render_audio(CALL, MUTED, style="silence"))
    redacted[[8000 * 3, 8000 * 5], 1] += 0.01

    assert measured(a_file(redacted)) == (Finding(reason=Reason.CHANGED_OUTSIDE, channel=1, time=TimeSpan(3000, 5001)),)


def test_a_span_that_was_not_muted_is_named() -> None:
    forgotten = {0: MUTED[0][:1], 1: MUTED[1]}

    assert measured(render_audio(CALL, forgotten, style="silence")) == (
        Finding(reason=Reason.NOT_SILENT, channel=0, time=TimeSpan(4000, 4500)),
    )


def test_a_span_that_is_half_silence_and_half_tone_is_neither() -> None:
    silent, beeping = (bytearray(render_audio(CALL, MUTED, style=style)) for style in ("silence", "beep"))
    layout = read_wav_layout(CALL)
    middle = layout.data_at + 34_000 * layout.frame_bytes

    assert reasons(bytes(silent[:middle] + beeping[middle:])) == {Reason.NOT_SILENT}


def test_speech_mixed_under_a_tone_is_not_taken_for_the_tone() -> None:
    redacted = bytearray(render_audio(CALL, MUTED, style="beep"))
    layout = read_wav_layout(CALL)
    # One bit of one sample, some 90 dB below full scale.
    redacted[layout.data_at + 12_000 * layout.frame_bytes] ^= 1

    assert reasons(bytes(redacted)) == {Reason.NOT_SILENT}


def test_speech_mixed_far_below_hearing_is_not_taken_for_silence() -> None:
    samples = heard(render_audio(CALL, MUTED, style="silence"))
    samples[8000:16_000, 0] = heard(CALL)[8000:16_000, 0] / 1000

    assert reasons(a_file(samples)) == {Reason.NOT_SILENT}


@pytest.mark.parametrize(
    "redacted",
    [
        b"",
        b"no sound",
        CALL[:1000],
        b"\0" * len(CALL),
        a_file(noise(8000 * 6), form="FLAC"),
        a_file(noise(8000 * 6, channels=1)),
    ],
)
def test_another_file_is_not_right(redacted: bytes) -> None:
    assert reasons(redacted) & {Reason.UNDECODABLE, Reason.CHANGED_OUTSIDE}


def test_a_chunk_after_the_samples_is_compared_as_well() -> None:
    original = CALL + b"LIST\x04\0\0\0abcd"
    redacted = render_audio(original, MUTED, style="silence")

    assert measured(redacted, original=original) == ()
    assert {f.reason for f in measured(redacted[:-1] + b"e", original=original)} == {Reason.CHANGED_OUTSIDE}


def test_a_long_call_on_disk_is_measured_in_the_memory_of_a_short_one(tmp_path: Path) -> None:
    """An hour of two channels, 115 MB, of which nothing is held: half of it muted, and one bit wrong at the end."""
    frames, before, after = 8000 * 3600, tmp_path / "before.wav", tmp_path / "after.wav"
    header = wav_header(encoding=Encoding.PCM_16, channels=2, sample_rate=8000, data_bytes=frames * 4)
    minute = np.full((8000 * 60, 2), 1000, np.int16)
    muted = minute.copy()
    muted[: 8000 * 30, 1] = 0
    for path, part in ((before, minute), (after, muted)):
        with path.open("wb") as file:
            file.write(header)
            for _ in range(60):
                file.write(part.tobytes())
    with after.open("r+b") as file:
        file.seek(-1, io.SEEK_END)
        file.write(b"\x07")
    spans = {1: tuple((at * 480_000, at * 480_000 + 240_000) for at in range(60))}

    tracemalloc.start()
    with open_sound(before) as original, open_sound(after) as redacted:
        layout = replace(read_wav_layout(a_file(noise(8000))), frames=frames)
        reader = WavReader(sound=original, layout=layout)
        base, _ = tracemalloc.get_traced_memory()
        found = measure(reader, redacted, spans, tone=lambda: b"\0\0")
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == (Finding(reason=Reason.CHANGED_OUTSIDE, channel=1, time=TimeSpan(3_599_999, 3_600_000)),)
    assert peak - base < 8_000_000
