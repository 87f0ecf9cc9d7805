"""Rows of lineage without any file: which recordings are in which dataset."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import DatasetRow, DatasetScope
from pipeline.model.ids import ArtifactId, RecordingId, new_id
from pipeline.store.datasets import Dataset, add_dataset
from pipeline.store.session import Transaction
from tests.datasets import VENDOR


def a_dataset(tx: Transaction, recordings: Iterable[RecordingId], *, scope: DatasetScope = VENDOR) -> Dataset:
    """A dataset that contains the sound of these recordings."""
    rows = [a_row(number, recording, scope) for number, recording in enumerate(recordings)]
    made = Dataset(
        id=new_id("ds"),
        scope=scope,
        rows=len(rows),
        recordings=len(rows),
        index_sha256="1" * 64,
        manifest_sha256="2" * 64,
        manifest=ArtifactId("art_manifest"),
        previous=None,
        at=tx.now,
    )
    add_dataset(tx, made, iter(rows), actor="test")
    return made


def a_row(number: int, recording: RecordingId, scope: DatasetScope = VENDOR) -> DatasetRow:
    """The row of a recording's sound."""
    return DatasetRow(
        row=f"{number:09d}",
        artifact=f"art_{recording}",
        recording=recording,
        kind=ArtifactKind.RECORDING_REDACTED,
        sha256=f"{number:064x}",
        shard="shard-000000.tar",
        offset=512,
        size=1,
        decision="3" * 64,
        policy_id="connekz",
        policy_version="1",
        policy_digest="4" * 64,
        receipts=(),
        scope=scope.scope,
        scope_id=scope.scope_id,
        captured_on=date(2026, 10, 1),
        redaction_version=1,
        language="en-US",
    )
