from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.redaction.media_source import open_sound, read_at, size_of

BODY = bytes(range(256)) * 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "sound"
    made.write_bytes(BODY)
    return made


@given(at=st.integers(0, len(BODY) + 50), count=st.integers(0, len(BODY) + 50))
def test_a_file_and_bytes_in_memory_give_the_same_pieces(path: Path, at: int, count: int) -> None:
    with open_sound(path) as sound:
        assert bytes(read_at(sound, at, count)) == bytes(read_at(BODY, at, count)) == BODY[at : at + count]
        assert size_of(sound) == size_of(BODY) == len(BODY)


def test_a_piece_of_what_is_in_memory_is_no_copy() -> None:
    piece = read_at(BODY, 10, 20)

    assert isinstance(piece, memoryview)
    assert piece.obj is BODY


def test_an_open_file_stays_open_and_where_it_stands_does_not_matter(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(100)
        with open_sound(file) as sound:
            assert bytes(read_at(sound, 0, 5)) == BODY[:5]
        assert file.tell() == 100
        assert file.read(1) == BODY[100:101]


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    receiving, sending = os.pipe()
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe, pytest.raises(InvalidInput, match="plain file"), open_sound(pipe):
        pass
    with pytest.raises(FileNotFoundError), open_sound(tmp_path / "nothing"):
        pass
