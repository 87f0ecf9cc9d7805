from __future__ import annotations

import os
import resource
from pathlib import Path

import numpy as np
import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_compressed import (
    BLOCK_FRAMES,
    count_frames,
    decoded_blocks,
    has_last_ogg_page,
    open_compressed,
    within_full_scale,
)
from pipeline.redaction.media_source import OpenSound, open_sound
from samples.scenario import CALLS
from tests.pipeline.redaction.bombs import flac_of_nothing
from tests.pipeline.redaction.sounds import COMPRESSED, a_file, heard, noise

FRAMES = BLOCK_FRAMES + 4_000


@pytest.mark.parametrize(("form", "subtype"), COMPRESSED)
def test_a_file_is_decoded_as_from_memory_block_by_block(tmp_path: Path, form: str, subtype: str) -> None:
    audio = a_file(noise(FRAMES), rate=16_000, form=form, subtype=subtype)
    (tmp_path / "call").write_bytes(audio)

    with open_sound(tmp_path / "call") as sound:
        with open_compressed(sound) as file:
            assert count_frames(file) == FRAMES
        blocks = list(decoded_blocks(sound, frames=FRAMES))

    assert [len(block) for block in blocks] == [BLOCK_FRAMES, 4_000]
    assert np.abs(np.concatenate(blocks) - np.clip(heard(audio), -1, 1)).max() < 1e-6


@pytest.mark.parametrize("frames", [FRAMES - 1, FRAMES + 1])
def test_a_file_of_another_length_than_was_counted_is_refused(frames: int) -> None:
    audio = a_file(noise(FRAMES), form="FLAC")

    with pytest.raises(InvalidInput, match="no longer as long"):
        list(decoded_blocks(audio, frames=frames))


def test_a_file_that_can_no_longer_be_read_is_refused_and_not_taken_to_end_there(tmp_path: Path) -> None:
    audio = a_file(noise(1_000_000), rate=16_000, form="MP3", subtype="MPEG_LAYER_III")
    (tmp_path / "call").write_bytes(audio)
    descriptor = os.open(tmp_path / "call", os.O_RDONLY)
    blocks = decoded_blocks(OpenSound(descriptor=descriptor, size=len(audio)), frames=1_000_000)
    next(blocks)

    os.close(descriptor)

    with pytest.raises(InvalidInput, match="read to its end"):
        list(blocks)


@pytest.mark.parametrize("audio", [b"", b"\xff", b"RIFF", a_file(noise(10)), a_file(noise(10), form="AIFF")])
def test_other_files_are_refused(audio: bytes) -> None:
    with pytest.raises(InvalidInput, match="not WAV, FLAC, MP3 or Ogg"), open_compressed(audio):
        pass


def test_a_flac_file_that_holds_less_than_it_promises_is_refused() -> None:
    audio = bytearray(a_file(noise(FRAMES), form="FLAC"))
    audio[25] += 1  # the last byte of the number of samples in its stream info

    with pytest.raises(InvalidInput, match=r"truncated|cannot be decoded"), open_compressed(bytes(audio)) as file:
        count_frames(file)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_an_ogg_file_that_was_cut_short_is_refused_wherever_it_was_cut(subtype: str) -> None:
    audio = a_file(noise(FRAMES), form="OGG", subtype=subtype)
    last_page = audio.rindex(b"OggS")

    for end in (len(audio) // 2, last_page, last_page + 10, last_page + 27, len(audio) - 1):
        with pytest.raises(InvalidInput, match="truncated"), open_compressed(audio[:end]):
            pass
    with pytest.raises(InvalidInput, match="truncated"), open_compressed(audio + b"rest"):
        pass


def test_every_sample_that_is_ogg_has_its_end() -> None:
    samples = list(CALLS.parent.rglob("*.ogg"))

    assert len(samples) > 50
    assert all(has_last_ogg_page(sample.read_bytes()) for sample in samples)


def test_what_is_no_number_or_too_loud_is_brought_within_full_scale() -> None:
    samples = np.array([[np.nan, np.inf, -np.inf, 2.0, -0.5]], np.float32)

    assert within_full_scale(samples).tolist() == [[0, 1, -1, 1, -0.5]]


def test_a_small_file_that_unfolds_to_hours_is_refused_before_anything_holds_it() -> None:
    bomb = flac_of_nothing(300)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(InvalidInput, match="far more than its size"), open_compressed(bomb) as file:
        count_frames(file)

    assert len(bomb) < 11_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10


def test_an_hour_of_silence_is_no_bomb() -> None:
    with open_compressed(flac_of_nothing(440, channels=2, rate_code=0b0100)) as file:
        assert count_frames(file) == 440 * 65_535
