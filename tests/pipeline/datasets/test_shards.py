from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.datasets.shards import BLOCK, RECORD, ShardWriter, shard_name
from pipeline.model.errors import InvalidInput


def test_a_shard_is_a_tar_file_that_anybody_opens_with_its_members_in_order(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    writer.add([("0.json", b"{}"), ("0.wav", b"RIFF")])
    writer.add([("1.json", b"")])
    (shard,) = writer.close()
    with tarfile.open(tmp_path / shard.name, "r:") as tar:
        found = [(m.name, m.mtime, m.uid, m.gid, m.uname, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]
    assert found == [("0.json", 0, 0, 0, "", b"{}"), ("0.wav", 0, 0, 0, "", b"RIFF"), ("1.json", 0, 0, 0, "", b"")]
    assert (shard.members, shard.size % RECORD) == (3, 0)


def test_a_shard_is_digested_and_measured_as_it_is_written(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    places = writer.add([("0.json", b"x" * 700)])
    (shard,) = writer.close()
    body = (tmp_path / shard.name).read_bytes()
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (shard.sha256, shard.size)
    assert body[places[0].offset :][:700] == b"x" * 700


@given(sizes=st.lists(st.integers(min_value=0, max_value=3_000), min_size=1, max_size=20))
def test_no_shard_is_larger_than_the_bound_unless_one_row_alone_is(tmp_path_factory, sizes: list[int]) -> None:
    folder, most = tmp_path_factory.mktemp("shards"), RECORD
    writer = ShardWriter(folder, most_bytes=most)
    for number, size in enumerate(sizes):
        writer.add([(f"{number:03d}.json", bytes(size)), (f"{number:03d}.wav", bytes(size))])
    shards = writer.close()
    assert [shard.name for shard in shards] == [shard_name(n) for n in range(len(shards))]
    assert sum(shard.members for shard in shards) == 2 * len(sizes)
    assert all(shard.size <= most or shard.members == 2 for shard in shards)
    assert all(shard.members % 2 == 0 for shard in shards)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        writer = ShardWriter(tmp_path / name)
        writer.add([("0.json", b"{}"), ("0.wav", b"RIFF")])
        digests.add(writer.close()[0].sha256)
    assert len(digests) == 1


def test_a_member_out_of_order_is_refused(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    writer.add([("1.json", b"")])
    for name in ("1.json", "0.json"):
        with pytest.raises(InvalidInput):
            writer.add([(name, b"")])
    writer.abandon()


def test_nobody_else_can_read_a_shard_and_an_empty_dataset_has_none(tmp_path: Path) -> None:
    assert ShardWriter(tmp_path).close() == ()
    writer = ShardWriter(tmp_path)
    writer.add([("0.json", b"")])
    writer.close()
    assert (tmp_path / shard_name(0)).stat().st_mode & 0o077 == 0
    assert (tmp_path / shard_name(0)).stat().st_size % BLOCK == 0
