from __future__ import annotations

import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput, Withheld
from pipeline.model.span import TimeSpan
from pipeline.redaction.media_stream import stream_of, to_wav
from pipeline.redaction.media_wav import read_wav_layout, wav_header
from pipeline.redaction.profile import AudioStyle
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.render_file import render_audio_file
from pipeline.redaction.tone import tone_codes
from tests.pipeline.redaction.sounds import COMPRESSED, WAV_ENCODINGS, a_file, chunk, heard, noise

RATES = (8_000, 16_000, 44_100, 48_000)
LAST_MS = 300
SPANS = st.lists(
    st.tuples(st.integers(0, LAST_MS - 1), st.integers(1, LAST_MS)).map(
        lambda pair: TimeSpan(pair[0], min(LAST_MS, pair[0] + pair[1]))
    ),
    max_size=4,
)


def inside(muted: dict[int, list[TimeSpan]], *, frames: int, rate: int) -> np.ndarray:
    """Which samples a reader of the words expects to be replaced: every frame that a span touches."""
    where = np.zeros((frames, 2), dtype=bool)
    for channel, spans in muted.items():
        for span in spans:
            where[span.start_ms * rate // 1000 : -(-span.end_ms * rate // 1000), channel] = True
    return where


@given(
    encoding=st.sampled_from(WAV_ENCODINGS),
    rate=st.sampled_from(RATES),
    style=st.sampled_from(["silence", "beep"]),
    left=SPANS,
    right=SPANS,
    rest=st.sampled_from([b"", chunk(b"LIST", b"INFO"), chunk(b"id3 ", b"odd"), b"stray"]),
)
def test_outside_the_spans_every_bit_stays_and_inside_stand_exactly_the_codes(
    tmp_path: Path,
    encoding: str,
    rate: int,
    style: AudioStyle,
    left: list[TimeSpan],
    right: list[TimeSpan],
    rest: bytes,
) -> None:
    frames = rate * LAST_MS // 1000
    audio = a_file(noise(frames), rate=rate, subtype=encoding) + rest
    source, target = tmp_path / "call.wav", tmp_path / "redacted.wav"
    source.write_bytes(audio)
    muted = {0: left, 1: right}

    render_audio_file(source, target, muted, style=style)

    redacted = target.read_bytes()
    assert redacted == render_audio(audio, muted, style=style)
    layout = read_wav_layout(audio)
    expected = np.frombuffer(audio, np.uint8)[layout.data_at : layout.data_end].reshape(frames, 2, layout.width).copy()
    codes = np.full(layout.width, layout.encoding.silence, np.uint8)[None]
    if style == "beep":
        codes = np.frombuffer(tone_codes(stream_of(audio)), np.uint8).reshape(-1, layout.width)
    where = inside(muted, frames=frames, rate=rate)
    expected[where] = codes[np.nonzero(where)[0] % len(codes)]
    assert redacted == audio[: layout.data_at] + expected.tobytes() + audio[layout.data_end :]


@pytest.mark.parametrize("style", ["silence", "beep"])
def test_spans_over_the_edges_of_pieces_are_muted_without_a_seam(tmp_path: Path, style: AudioStyle) -> None:
    audio = a_file(noise(100_000, channels=3), subtype="PCM_24")  # nine bytes a frame, some 29,000 frames a piece
    (tmp_path / "call").write_bytes(audio)

    render_audio_file(tmp_path / "call", tmp_path / "out", {1: [TimeSpan(1000, 12_000)]}, style=style)

    before, after = heard(audio), heard((tmp_path / "out").read_bytes())
    assert np.array_equal(before[:, [0, 2]], after[:, [0, 2]])
    assert np.array_equal(
        np.delete(before, slice(8_000, 96_000), axis=0), np.delete(after, slice(8_000, 96_000), axis=0)
    )
    periods = after[8_000:96_000, 1].reshape(-1, 8)
    assert (periods == periods[0]).all()
    assert bool(periods.any()) is (style == "beep")


@pytest.mark.parametrize("style", ["silence", "beep"])
@pytest.mark.parametrize("rate", [8_000, 48_000])
@pytest.mark.parametrize(("form", "subtype"), COMPRESSED)
def test_lossy_in_is_pcm_wav_out_the_same_as_from_memory(
    tmp_path: Path, form: str, subtype: str, rate: int, style: AudioStyle
) -> None:
    audio = a_file(noise(rate * 2), rate=rate, form=form, subtype=subtype)
    (tmp_path / "call").write_bytes(audio)
    muted = {0: [TimeSpan(200, 700), TimeSpan(1_500, 2_000)]}

    render_audio_file(tmp_path / "call", tmp_path / "out.wav", muted, style=style)

    redacted = (tmp_path / "out.wav").read_bytes()
    assert redacted == render_audio(audio, muted, style=style)
    plain = to_wav(audio)
    where = inside({0: muted[0], 1: []}, frames=rate * 2, rate=rate)
    assert np.array_equal(heard(redacted)[~where], heard(plain)[~where])
    assert bool(heard(redacted)[where].any()) is (style == "beep")


def test_an_open_file_is_rendered_too_and_a_file_may_take_its_own_place(tmp_path: Path) -> None:
    audio, muted = a_file(noise(8_000)), {0: [TimeSpan(100, 200)]}
    path = tmp_path / "call.wav"
    path.write_bytes(audio)
    with path.open("rb") as file:
        file.seek(50)
        render_audio_file(file, tmp_path / "other.wav", muted, style="silence")

    render_audio_file(path, path, muted, style="silence")

    assert path.read_bytes() == (tmp_path / "other.wav").read_bytes() == render_audio(audio, muted, style="silence")


def test_the_result_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "call").write_bytes(a_file(noise(100)))
    (tmp_path / "out").touch(mode=0o644)

    render_audio_file(tmp_path / "call", tmp_path / "out", {}, style="silence")

    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("audio", "muted", "error"),
    [
        (a_file(noise(8_000)), {0: [TimeSpan(0, 1_001)]}, Withheld),
        (a_file(noise(8_000)), {2: [TimeSpan(0, 10)]}, Withheld),
        (a_file(noise(8_000))[:-2], {}, InvalidInput),
        (a_file(noise(60_000), form="FLAC")[:-9_000], {}, InvalidInput),
        (b"", {}, InvalidInput),
    ],
)
def test_what_cannot_be_rendered_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, audio: bytes, muted: dict[int, list[TimeSpan]], error: type[Exception]
) -> None:
    (tmp_path / "call").write_bytes(audio)
    (tmp_path / "out").write_bytes(b"before")

    with pytest.raises(error):
        render_audio_file(tmp_path / "call", tmp_path / "out", muted, style="beep")

    assert (tmp_path / "out").read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call", "out"]


FULL = """
import resource, signal, sys
from pathlib import Path
from pipeline.redaction.render_file import render_audio_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    render_audio_file(Path(sys.argv[1]), Path(sys.argv[2]), {}, style="silence")
except OSError as error:
    print(error.errno)
"""


def test_a_disk_that_takes_no_more_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "call").write_bytes(a_file(noise(200_000)))

    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "call", tmp_path / "out"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "27"  # EFBIG
    assert [path.name for path in tmp_path.iterdir()] == ["call"]


def test_three_hours_take_no_more_memory_than_a_few_pieces(tmp_path: Path) -> None:
    frames = 3 * 3600 * 8_000
    path = tmp_path / "call"
    path.write_bytes(wav_header(encoding=read_wav_layout(a_file(noise(9))).encoding, channels=2, sample_rate=8_000,
                                data_bytes=frames * 4))  # fmt: skip
    with path.open("r+b") as file:
        file.truncate(44 + frames * 4)
    muted = {0: [TimeSpan(at, at + 2_000) for at in range(0, 3 * 3_600_000, 30_000)], 1: [TimeSpan(0, 10_000_000)]}

    tracemalloc.start()
    render_audio_file(path, tmp_path / "out", muted, style="beep")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (tmp_path / "out").stat().st_size == 44 + frames * 4
    assert peak < 8 * 2**20
