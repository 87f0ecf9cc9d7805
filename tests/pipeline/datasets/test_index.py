from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.datasets.index import INDEX, SCHEMA, IndexWriter, digest_of, read_index
from pipeline.model.dataset import DatasetScope
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import IntegrityError
from tests.datasets import VENDOR, write

A = DatasetScope(scope=TrainingScope.OWN_INSTANCE, scope_id="a")


def test_what_was_written_is_read_back_in_order(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(700), size=10)
    assert tuple(read_index(made.folder / INDEX)) == made.rows
    assert len(made.rows) == 1400


def test_anybodys_parquet_reader_finds_a_row_an_artifact(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(2))
    table = pq.read_table(made.folder / INDEX)
    assert table.schema.equals(SCHEMA)
    assert table.column("artifact").to_pylist() == [row.artifact for row in made.rows]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert (first.folder / INDEX).read_bytes() == (second.folder / INDEX).read_bytes()


@pytest.mark.parametrize(
    "other",
    [VENDOR, replace(A, scope_id="b"), DatasetScope(scope=TrainingScope.TENANT_FEATURE, scope_id="a")],
    ids=str,
)
@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
def test_the_index_of_one_instance_takes_no_row_of_anything_else(tmp_path: Path, other: DatasetScope) -> None:
    row = write(tmp_path / "ds", range(1), scope=other).rows[0]
    writer = IndexWriter(tmp_path / "index.parquet", A)
    with pytest.raises(IntegrityError):
        writer.add(row)
    writer.abandon()


@pytest.mark.parametrize("body", [b"", b"PAR1PAR1", b"not parquet at all, but as long as something that is"])
def test_what_is_no_index_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / INDEX).write_bytes(body)
    with pytest.raises(IntegrityError):
        list(read_index(tmp_path / INDEX))


def test_an_index_with_other_columns_is_refused(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(1))
    pq.write_table(pq.read_table(made.folder / INDEX).drop_columns(["receipts"]), tmp_path / INDEX)
    with pytest.raises(IntegrityError):
        list(read_index(tmp_path / INDEX))


def test_a_file_is_digested_whole(tmp_path: Path) -> None:
    body = bytes(range(256)) * 9_000
    (tmp_path / "f").write_bytes(body)
    assert digest_of(tmp_path / "f") == (hashlib.sha256(body).hexdigest(), len(body))
