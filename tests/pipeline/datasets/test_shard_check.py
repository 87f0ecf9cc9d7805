from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.datasets.shard_check import Fault, check_shard
from tests.datasets import Made, write


def rebuild(path: Path, change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]) -> None:
    """Write a shard again with other members, as somebody with a tar program would."""
    with tarfile.open(path, "r:") as tar:
        members = [(m.name, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]
    with tarfile.open(path, "w:") as tar:
        for name, body in change(members):
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return write(tmp_path / "ds", range(4), shard_bytes=1 << 20)


def faults(made: Made) -> list[str]:
    (part,) = made.manifest.shards
    return [str(fault) for fault in check_shard(made.folder / part.name, part, made.rows)]


def shard(made: Made) -> Path:
    return made.folder / made.manifest.shards[0].name


def test_a_shard_as_it_was_written_has_no_fault(made: Made) -> None:
    assert faults(made) == []


def test_a_row_that_was_taken_out_is_named_and_no_other(made: Made) -> None:
    rebuild(shard(made), lambda found: [m for m in found if m[0] != "000000001.wav"])
    assert faults(made) == ["row 000000001.wav: missing"]


def test_a_row_that_was_changed_is_named_and_no_other(made: Made) -> None:
    rebuild(shard(made), lambda found: [(n, b"other" if n == "000000002.json" else b) for n, b in found])
    assert faults(made) == ["row 000000002.json: altered: not the bytes that the index names"]


def test_a_row_that_was_added_is_named(made: Made) -> None:
    rebuild(shard(made), lambda found: [*found, ("000000009.wav", b"RIFF"), found[0]])
    assert faults(made) == [
        "row 000000009.wav: added: it is not in the index",
        "row 000000000.json: added: it is there twice",
    ]


def test_rows_in_another_order_are_named(made: Made) -> None:
    rebuild(shard(made), lambda found: [*found[:2], found[4], found[5], found[2], found[3], *found[6:]])
    names = ("000000002.json", "000000002.wav", "000000001.json", "000000001.wav")
    assert faults(made) == [f"row {name}: re-ordered" for name in names]


def test_a_shard_that_is_gone_names_every_row(made: Made) -> None:
    shard(made).unlink()
    assert faults(made) == [f"row {row.member}: missing, as its whole shard is" for row in made.rows]


def test_a_damaged_header_is_told_from_a_missing_row(made: Made) -> None:
    body = bytearray(shard(made).read_bytes())
    body[made.rows[3].offset - 512] ^= 1
    shard(made).write_bytes(body)
    assert faults(made) == [f"row {made.rows[3].member}: altered: its header is not the one that was written"]


def test_a_shard_that_was_cut_names_the_rows_that_went(made: Made) -> None:
    whole = shard(made).read_bytes()
    shard(made).write_bytes(whole[: made.rows[5].offset + 10])
    told = faults(made)
    assert told[0].startswith("row 000000002.wav: altered")
    assert told[1:] == ["row 000000003.json: missing", "row 000000003.wav: missing"]


def test_the_same_rows_in_another_tar_form_are_refused(made: Made) -> None:
    rebuild(shard(made), lambda found: found)
    shard(made).write_bytes(shard(made).read_bytes() + bytes(512))
    assert faults(made) == ["shard-000000.tar: altered: not the bytes that were signed for"]


def test_a_name_that_could_move_a_terminal_is_told_without_doing_so() -> None:
    assert str(Fault(where="row \x1b[2J\udcff", what="added")) == "row ?[2J?: added"
