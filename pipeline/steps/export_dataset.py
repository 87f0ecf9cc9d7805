"""Writes a dataset for training: only what may be trained on at this moment, for exactly the models it is for.

The files appear whole or not at all, and the lineage is in the database before they do: a dataset that exists is known,
so that a recall finds it. Memory holds one recording at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from pipeline.datasets.appearing import appearing
from pipeline.datasets.index import INDEX, read_index
from pipeline.datasets.manifest import MANIFEST, TYP, ManifestPart, PreviousPart, write_part
from pipeline.datasets.recalls import digest_rows, recalled_of
from pipeline.datasets.shards import MOST_BYTES
from pipeline.datasets.writer import DatasetWriter, Written
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.dataset import DatasetScope, RecalledRow
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import Conflict, NotPermitted
from pipeline.model.ids import RecordingId, TenantId, new_id
from pipeline.steps.admit_rows import Admission
from pipeline.steps.context import JudgeContext
from pipeline.steps.decide import decide_of_tenant
from pipeline.steps.list_recalls import recall_missed
from pipeline.store.audit import Facts, add_event
from pipeline.store.datasets import (
    Dataset,
    add_dataset,
    find_last_dataset,
    is_recalled_in,
    list_redacted_recordings,
)
from pipeline.store.recalls import list_marked, list_recalled
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import sign
from pipeline.store.tenants import get_tenant
from pipeline.store.training_features import find_feature
from pipeline.store.vault import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is asked for: whose recordings, for whose models, and where the files go."""

    tenant: TenantId
    scope: DatasetScope
    out: Path
    actor: str
    shard_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, and what was refused by code."""

    dataset: str
    scope: DatasetScope
    rows: int
    recordings: int
    shards: int
    bytes: int
    refused: Mapping[str, int]
    excluded: int
    previous: str | None
    index_sha256: str
    manifest_sha256: str
    kid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    token: str
    kid: str
    manifest: ManifestPart = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.token.encode()).hexdigest()


def export_dataset(
    context: JudgeContext, request: ExportRequest, *, on_recording: Callable[[int], None] = lambda _: None
) -> Exported:
    """Export a dataset.

    Args:
        context: what judging works with.
        request: what is asked for.
        on_recording: told how many recordings were looked at, after each.

    Raises:
        NotFound: no such tenant.
        NotPermitted: the scope allows no training, its feature is not switched on, or nothing may be exported.
        InvalidInput: the place for the files is taken.
        Conflict: a recording in it was recalled while it was written.
        IntegrityError: an object was altered.
        StoreUnreachable: something could not be read or written.
    """
    _check_scope(context, request)
    recall_missed(context, request.tenant)
    with context.vault.database.transaction(request.tenant) as tx:
        marked, recalled = list_marked(tx), recalled_of(list_recalled(tx))
    gate = Admission(context=context, tenant=request.tenant, scope=request.scope, marked=marked, recalled=recalled)
    with appearing(request.out) as folder:
        written = _write(context, request, gate, folder, on_recording)
        if not written.index.rows:
            _refuse(context, request, gate.refused)
        return _finish(context, request, gate, folder, written)


def _check_scope(context: JudgeContext, request: ExportRequest) -> None:
    """Refuse what no policy or record of the tenant could ever allow, before anything is read."""
    with context.vault.database.transaction(request.tenant) as tx:
        owner = get_tenant(tx, keys=context.vault.keys)
        feature, bundle = find_feature(tx), context.bundle_of(tx, owner)
    if request.scope.scope is TrainingScope.NONE:
        clause = bundle.cite(bundle.training)
        why = f"the scope none allows no training: {clause.document} §{clause.section}: {clause.key}"
        _refuse(context, request, {}, why=why)
    if request.scope.scope is TrainingScope.TENANT_FEATURE and request.scope.scope_id != feature:
        _refuse(context, request, {}, why="this feature is not switched on for training by the tenant's record")


def _refuse(context: JudgeContext, request: ExportRequest, refused: Mapping[str, int], *, why: str = "") -> NoReturn:
    """Note an export that came to nothing, and stop."""
    with context.vault.database.transaction(request.tenant) as tx:
        _note_refused(tx, request, refused, target=request.tenant)
    counts = ", ".join(f"{code} {count}" for code, count in sorted(refused.items()))
    raise NotPermitted(why or f"nothing may be exported for {request.scope}: {counts or 'there is nothing'}")


def _note_refused(tx: Transaction, request: ExportRequest, refused: Mapping[str, int], *, target: str) -> None:
    facts: Facts = {"scope": str(request.scope), **dict(sorted(refused.items()))}
    add_event(tx, AuditTag.DATASET_REFUSED, actor=request.actor, target=target, facts=facts)


def _write(
    context: JudgeContext, request: ExportRequest, gate: Admission, folder: Path, on_recording: Callable[[int], None]
) -> Written:
    writer, seen, last = DatasetWriter(folder, request.scope, shard_bytes=request.shard_bytes), 0, RecordingId("")
    try:
        while page := _page(context, request.tenant, last):
            for recording in page:
                admitted = gate.admit(recording)
                if admitted:
                    writer.add(admitted)
                seen += 1
                on_recording(seen)
            last = page[-1]
        return writer.close()
    except BaseException:
        writer.abandon()
        raise


def _page(context: JudgeContext, tenant: TenantId, last: RecordingId) -> tuple[RecordingId, ...]:
    with context.vault.database.transaction(tenant) as tx:
        return list_redacted_recordings(tx, after=last)


def _finish(context: JudgeContext, request: ExportRequest, gate: Admission, folder: Path, written: Written) -> Exported:
    """Sign, keep the manifest, and write the lineage; only then may the files appear."""
    signed, previous = _sign(context, request, gate, folder, written)
    (folder / MANIFEST).write_text(signed.token, encoding="ascii")
    made = signed.manifest
    shelf = Shelf(tenant=request.tenant, recording=None, call=None, on=made.created_at.date(), dataset=made.dataset)
    kept = context.vault.keep(shelf, ArtifactKind.DATASET_MANIFEST, signed.token.encode())
    decide_of_tenant(context, kept)
    dataset = Dataset(
        id=made.dataset,
        scope=request.scope,
        rows=made.index.rows,
        recordings=made.recordings,
        index_sha256=made.index.sha256,
        manifest_sha256=signed.sha256,
        manifest=kept.id,
        previous=previous,
        at=made.created_at,
    )
    with context.vault.database.transaction(request.tenant) as tx:
        add_dataset(tx, dataset, read_index(folder / INDEX), actor=request.actor)
        if is_recalled_in(tx, dataset.id):
            raise Conflict("a recording was recalled while it was written: export again")
        if gate.refused:
            _note_refused(tx, request, gate.refused, target=dataset.id)
    return Exported(
        dataset=dataset.id,
        scope=request.scope,
        rows=dataset.rows,
        recordings=dataset.recordings,
        shards=len(made.shards),
        bytes=sum(shard.size for shard in made.shards),
        refused=made.refused,
        excluded=len(made.excluded),
        previous=previous,
        index_sha256=dataset.index_sha256,
        manifest_sha256=dataset.manifest_sha256,
        kid=signed.kid,
    )


def _sign(
    context: JudgeContext, request: ExportRequest, gate: Admission, folder: Path, written: Written
) -> tuple[_Signed, str | None]:
    """Sign for what was written, after a last look at what was recalled meanwhile."""
    with context.vault.database.transaction(request.tenant) as tx:
        late, recalled = list_marked(tx) - gate.marked, tuple(list_recalled(tx))
        if late and any(row.recording in late for row in read_index(folder / INDEX)):
            raise Conflict("a recording was recalled while it was written: export again")
        previous = find_last_dataset(tx, request.scope)
        manifest = _manifest(tx, request, written, gate.refused, recalled, previous)
        token, kid = sign(tx, write_part(manifest), typ=TYP, keys=context.vault.keys, actor=request.actor)
    return _Signed(token=token, kid=kid, manifest=manifest), previous.id if previous else None


def _manifest(
    tx: Transaction,
    request: ExportRequest,
    written: Written,
    refused: Mapping[str, int],
    recalled: tuple[RecalledRow, ...],
    previous: Dataset | None,
) -> ManifestPart:
    before = PreviousPart(dataset=previous.id, manifest_sha256=previous.manifest_sha256) if previous else None
    return ManifestPart(
        dataset=new_id("ds"),
        tenant=request.tenant,
        created_at=tx.now,
        scope=request.scope.scope,
        scope_id=request.scope.scope_id,
        index=written.index,
        shards=written.shards,
        recordings=written.recordings,
        refused=dict(sorted(refused.items())),
        policies=written.policies,
        previous=before,
        recalls_sha256=digest_rows(recalled),
        excluded=tuple(sorted({row.sha256 for row in recalled})),
    )
