"""Datasets that were exported, and which artifacts are in each: the lineage that a recall goes by. Only added to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Final

from sqlalchemy import Row, exists, insert, select

from pipeline.model.audit import AuditTag
from pipeline.model.dataset import EXTENSIONS, DatasetRow, DatasetScope
from pipeline.model.decision import TrainingScope
from pipeline.model.ids import ArtifactId, RecordingId
from pipeline.store.audit import Facts, add_event
from pipeline.store.rows import add_rows
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts
from pipeline.store.tables_training import dataset_rows, datasets, recalls

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One exported dataset. `manifest` is the artifact that the signed manifest lies in."""

    id: str
    scope: DatasetScope
    rows: int
    recordings: int
    index_sha256: str
    manifest_sha256: str
    manifest: ArtifactId
    previous: str | None
    at: datetime


def add_dataset(tx: Transaction, dataset: Dataset, rows: Iterable[DatasetRow], *, actor: str) -> None:
    """Add a dataset with all its rows, a page at a time, and its audit event."""
    tx.connection.execute(
        insert(datasets).values(
            id=dataset.id,
            tenant=tx.tenant,
            scope=dataset.scope.scope.value,
            scope_id=dataset.scope.scope_id,
            rows=dataset.rows,
            recordings=dataset.recordings,
            index_sha256=dataset.index_sha256,
            manifest_sha256=dataset.manifest_sha256,
            manifest_id=dataset.manifest,
            previous_id=dataset.previous,
            actor=actor,
            at=dataset.at,
        )
    )
    for page in batched(rows, _PAGE):
        add_rows(tx, dataset_rows, [_row(tx, dataset, row) for row in page])
    facts: Facts = {
        "scope": str(dataset.scope),
        "rows": dataset.rows,
        "recordings": dataset.recordings,
        "index_sha256": dataset.index_sha256,
        "manifest_sha256": dataset.manifest_sha256,
        "previous": dataset.previous,
    }
    add_event(tx, AuditTag.DATASET_EXPORTED, actor=actor, target=dataset.id, facts=facts)


def find_last_dataset(tx: Transaction, scope: DatasetScope) -> Dataset | None:
    """Find the newest dataset that is for the same models."""
    is_same = (datasets.c.scope == scope.scope.value) & datasets.c.scope_id.is_not_distinct_from(scope.scope_id)
    row = tx.connection.execute(
        select(datasets)
        .where(datasets.c.tenant == tx.tenant, is_same)
        .order_by(datasets.c.at.desc(), datasets.c.id)
        .limit(1)
    ).first()
    return None if row is None else _dataset(row)


def list_datasets_of(tx: Transaction, recording: RecordingId) -> tuple[Dataset, ...]:
    """List every dataset that contains anything of a recording, oldest first."""
    within = select(dataset_rows.c.dataset_id).where(
        dataset_rows.c.tenant == tx.tenant, dataset_rows.c.recording_id == recording
    )
    rows = tx.connection.execute(
        select(datasets)
        .where(datasets.c.tenant == tx.tenant, datasets.c.id.in_(within))
        .order_by(datasets.c.at, datasets.c.id)
    )
    return tuple(_dataset(row) for row in rows)


def is_recalled_in(tx: Transaction, dataset: str) -> bool:
    """Say whether anything in a dataset was recalled."""
    marked = exists().where(recalls.c.tenant == tx.tenant, recalls.c.recording_id == dataset_rows.c.recording_id)
    row = tx.connection.execute(
        select(dataset_rows.c.id)
        .where(dataset_rows.c.tenant == tx.tenant, dataset_rows.c.dataset_id == dataset, marked)
        .limit(1)
    ).first()
    return row is not None


def list_redacted_recordings(tx: Transaction, *, after: RecordingId) -> tuple[RecordingId, ...]:
    """List recordings that have something a dataset could hold, by id, a page of those after one."""
    rows = tx.connection.execute(
        select(artifacts.c.recording_id)
        .distinct()
        .where(
            artifacts.c.tenant == tx.tenant,
            artifacts.c.recording_id > after,
            artifacts.c.kind.in_([kind.value for kind in EXTENSIONS]),
            artifacts.c.purged_at.is_(None),
        )
        .order_by(artifacts.c.recording_id)
        .limit(_PAGE)
    )
    return tuple(RecordingId(found) for found in rows.scalars())


def _row(tx: Transaction, dataset: Dataset, row: DatasetRow) -> dict[str, Any]:
    return {
        "tenant": tx.tenant,
        "dataset_id": dataset.id,
        "row_key": row.row,
        "artifact_id": row.artifact,
        "recording_id": row.recording,
        "kind": row.kind.value,
        "sha256": row.sha256,
        "decision_digest": row.decision,
    }


def _dataset(row: Row[Any]) -> Dataset:
    return Dataset(
        id=row.id,
        scope=DatasetScope(scope=TrainingScope(row.scope), scope_id=row.scope_id),
        rows=row.rows,
        recordings=row.recordings,
        index_sha256=row.index_sha256,
        manifest_sha256=row.manifest_sha256,
        manifest=ArtifactId(row.manifest_id),
        previous=row.previous_id,
        at=row.at,
    )
