"""The index of a dataset: one Parquet row an artifact, written and read a thousand at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import DatasetRow, DatasetScope
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import IntegrityError

INDEX: Final = "index.parquet"
_PAGE: Final = 1000
_PIECE: Final = 1 << 20
_TEXT: Final = pa.string()

SCHEMA: Final = pa.schema(
    [
        pa.field("row", _TEXT, nullable=False),
        pa.field("artifact", _TEXT, nullable=False),
        pa.field("recording", _TEXT, nullable=False),
        pa.field("kind", _TEXT, nullable=False),
        pa.field("sha256", _TEXT, nullable=False),
        pa.field("shard", _TEXT, nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("decision", _TEXT, nullable=False),
        pa.field("policy_id", _TEXT, nullable=False),
        pa.field("policy_version", _TEXT, nullable=False),
        pa.field("policy_digest", _TEXT, nullable=False),
        pa.field("receipts", pa.list_(pa.field("element", _TEXT, nullable=False)), nullable=False),
        pa.field("scope", _TEXT, nullable=False),
        pa.field("scope_id", _TEXT),
        pa.field("captured_on", pa.date32(), nullable=False),
        pa.field("redaction_version", pa.int32(), nullable=False),
        pa.field("language", _TEXT, nullable=False),
    ]
)


class IndexWriter:
    """Writes the index of one dataset; a row of another scope, instance or feature is refused."""

    def __init__(self, path: Path, scope: DatasetScope) -> None:
        self._scope, self._rows = scope, list[DatasetRow]()
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd", write_page_checksum=True)

    def add(self, row: DatasetRow) -> None:
        """Add a row.

        Raises:
            IntegrityError: it is not for the models that this dataset is for.
        """
        if (row.scope, row.scope_id) != (self._scope.scope, self._scope.scope_id):
            raise IntegrityError("a row of another instance, feature or scope has no place in this dataset")
        self._rows.append(row)
        if len(self._rows) >= _PAGE:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the file's end."""
        if self._rows:
            self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Let go of the file, whatever is in it."""
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist([_plain(row) for row in self._rows], schema=SCHEMA))
        self._rows = []


def read_index(path: Path) -> Iterator[DatasetRow]:
    """Read an index row by row.

    Raises:
        IntegrityError: it is not an index of ours.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if not file.schema_arrow.equals(SCHEMA):
                raise IntegrityError("the index has other columns")
            for batch in file.iter_batches(batch_size=_PAGE):
                for found in batch.to_pylist():
                    yield _row(found)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise IntegrityError("the index cannot be read") from error


def digest_of(path: Path) -> tuple[str, int]:
    """Give a file's SHA-256 in hex and its size, in constant memory."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _plain(row: DatasetRow) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in SCHEMA.names}
    return {**found, "kind": row.kind.value, "scope": row.scope.value, "receipts": list(row.receipts)}


def _row(found: dict[str, Any]) -> DatasetRow:
    if not isinstance(found["captured_on"], date):
        raise TypeError("a day is expected")
    return DatasetRow(
        **{
            **found,
            "kind": ArtifactKind(found["kind"]),
            "scope": TrainingScope(found["scope"]),
            "receipts": tuple(found["receipts"]),
        }
    )
