from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.model.errors import InvalidInput
from pipeline.redaction.audio import decode
from pipeline.redaction.media_source import open_sound
from pipeline.redaction.media_wav import read_wav_layout
from pipeline.redaction.wav_reader import WavReader
from tests.pipeline.redaction.sounds import WAV_ENCODINGS, a_file, noise


@pytest.mark.parametrize("encoding", WAV_ENCODINGS)
def test_frames_are_those_of_the_file_in_memory_and_on_disk(encoding: str, tmp_path: Path) -> None:
    wav = a_file(noise(8000), subtype=encoding)
    path = tmp_path / "call.wav"
    path.write_bytes(wav)
    layout = read_wav_layout(wav)

    with open_sound(path) as opened:
        for reader in (WavReader.of(wav), WavReader.of(opened)):
            assert reader.layout == layout
            assert reader.layout.duration_ms == 1000
            assert np.array_equal(reader.samples(2000, 3000), decode(wav)[2000:3000])
            assert reader.raw(0, 8000) == wav[layout.data_at : layout.data_end]
            assert reader.codes(5, 9).shape == (4, 2, layout.width)
            assert reader.codes(5, 9).tobytes() == reader.raw(5, 9)


def test_what_lies_beyond_the_end_is_not_there() -> None:
    reader = WavReader.of(a_file(noise(1000)))

    assert len(reader.codes(900, 1100)) == 100
    with pytest.raises(InvalidInput, match="ends before"):
        reader.samples(900, 1100)


def test_what_is_no_wav_file_is_refused() -> None:
    with pytest.raises(InvalidInput):
        WavReader.of(a_file(noise(1000), form="FLAC"))
