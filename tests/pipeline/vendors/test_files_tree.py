from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import IntegrityError, StoreDenied
from pipeline.vendors.files_tree import FilesTree, Record

PART = st.text("ab-.=", min_size=1, max_size=3).map(lambda text: f"k{text}")
KEYS = st.sets(st.lists(PART, min_size=1, max_size=3).map("/".join), max_size=12)


def a_tree_of(root: Path, keys: set[str]) -> FilesTree:
    tree = FilesTree(root)
    for key in keys:
        with tree.turn("put", key):
            tree.write_record(key, Record.next_after([]))
    return tree


@given(keys=KEYS, prefix=st.one_of(st.just(""), PART, PART.map(lambda part: f"{part}/")))
def test_keys_are_walked_in_byte_order_whatever_lies_below_them(
    tmp_path_factory: pytest.TempPathFactory, keys: set[str], prefix: str
) -> None:
    tree = a_tree_of(tmp_path_factory.mktemp("tree"), keys)

    walked = [key for key in tree.keys(prefix) if tree.records(key)]
    assert walked == sorted((key for key in keys if key.startswith(prefix)), key=str.encode)


def test_a_record_reads_back_as_it_was_written() -> None:
    record = Record.next_after([], sha256="00", size_bytes=3, metadata={"kind": "summary"}, tags={"tenant": "acme"})
    locked = Record(**{name: getattr(record, name) for name in ("version", "sha256", "size_bytes", "metadata", "tags")},
                    retain_until=datetime(2030, 1, 1, tzinfo=UTC), is_held=True)  # fmt: skip

    assert Record.from_json(record.to_json()) == record
    assert Record.from_json(locked.to_json()) == locked


def test_versions_sort_by_age_and_are_never_named_again() -> None:
    first = Record.next_after([])
    second = Record.next_after([first])

    assert first.version < second.version
    assert Record.next_after([]).version != first.version


@pytest.mark.parametrize("text", [b"", b"{", b"null", b"{}", b'{"retain_until": "soon", "version": "1"}'])
def test_a_record_that_cannot_be_read_is_damage(text: bytes) -> None:
    with pytest.raises(IntegrityError):
        Record.from_json(text)


def test_what_a_killed_writer_left_is_swept_and_what_is_being_written_stays(tmp_path: Path) -> None:
    FilesTree(tmp_path)
    left, being_written = tmp_path / ".incoming/left", tmp_path / ".incoming/being-written"
    left.write_bytes(b"half")
    being_written.write_bytes(b"half")
    with being_written.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        FilesTree(tmp_path)

        assert not left.exists()
        assert being_written.exists()


def test_a_planted_link_is_not_taken_for_a_turn(tmp_path: Path) -> None:
    tree = FilesTree(tmp_path / "vault")
    (tmp_path / "elsewhere").write_bytes(b"")
    for stripe in range(256):
        (tmp_path / f"vault/.turns/{stripe:02x}").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StoreDenied), tree.turn("get", "a/b"):
        pytest.fail("a turn was given")
