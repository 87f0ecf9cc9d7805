from __future__ import annotations

import ctypes

import numpy as np
import pytest

from pipeline.redaction.decoding.library import CannotDecode, OpenFile
from pipeline.redaction.decoding.process import library_path
from tests.pipeline.redaction.sounds import a_file, heard, noise


class Held:
    def __init__(self, body: bytes) -> None:
        self.body, self.size = body, len(body)

    def read(self, at: int, count: int) -> bytes:
        return self.body[at : at + count]


def test_samples_are_those_of_the_packages_own_reading_wherever_it_begins() -> None:
    audio = a_file(noise(5_000), form="FLAC")
    file = OpenFile(library_path(), Held(audio))
    samples = (ctypes.c_float * 2_000)()

    assert file.open() == (5_000, 8_000, 2, 0x170002)
    file.seek(3_000)
    assert file.fill(samples, 1_000) == 1_000
    assert file.tell() == 4_000
    assert np.array_equal(np.ctypeslib.as_array(samples).reshape(-1, 2), heard(audio)[3_000:4_000])


def test_what_is_no_sound_or_no_place_in_it_is_refused() -> None:
    with pytest.raises(CannotDecode):
        OpenFile(library_path(), Held(b"Dear agent")).open()
    file = OpenFile(library_path(), Held(a_file(noise(100))))
    file.open()
    with pytest.raises(CannotDecode):
        file.seek(101)
