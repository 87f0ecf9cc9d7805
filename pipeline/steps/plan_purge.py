"""What belongs to a purge, written down before any of it goes: objects with their versions, vendors, processors.

The same is written to the ledger first. A worker that dies in the middle, and a copy of the database that is brought
back later, both find there what was to go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.certificate import LEDGER_TYPE, LedgerLine, line_to_plain, to_bytes
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.purge import Item, ItemKind, ItemState, Purge
from pipeline.model.recording import UPLOADED, Recording
from pipeline.steps.context import StepContext
from pipeline.steps.destroy import TWILIO, versions_at
from pipeline.store.closures import find_kept, sign_disposal
from pipeline.store.ledger import line_key, note_line, write_line
from pipeline.store.purges import add_items, list_items
from pipeline.store.recording_pages import ListedRecording, read_listed
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction

_HEARD: Final = frozenset({ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL})


def plan(context: StepContext, tenant: TenantId, purge: Purge, doomed: Sequence[Artifact]) -> tuple[Item, ...]:
    """Write down what of a recording or call is to go, and give all items of the purge that are still doomed.

    Raises:
        StoreUnreachable, StoreDenied: the store or the ledger cannot be asked; nothing is destroyed before it is.
    """
    objects = [item for artifact in doomed for item in _objects(context, tenant, artifact)]
    with context.vault.database.transaction(tenant) as tx:
        add_items(tx, purge, objects)
        if purge.subject.kind == "recording":
            listed = read_listed(tx, RecordingId(purge.subject.id))
            add_items(tx, purge, _outside(tx, listed, doomed))
    _enter(context, tenant, purge)
    with context.vault.database.transaction(tenant) as tx:
        return list_items(tx, purge.id, state=ItemState.DOOMED)


def line_of(tx: Transaction, purge: Purge, *, is_whole: bool) -> LedgerLine:
    """Put together what the ledger says of a purge as it stands."""
    objects = list_items(tx, purge.id, kind=ItemKind.OBJECT)
    listed = read_listed(tx, RecordingId(purge.subject.id)) if purge.subject.kind == "recording" else None
    return LedgerLine(
        tenant=tx.tenant,
        purge=purge.id,
        subject_kind=purge.subject.kind,
        subject_id=purge.subject.id,
        cause=purge.ground.cause.value,
        clause=asdict(purge.ground.clause),
        objects=tuple((i.target, i.object_key or "") for i in objects if i.state is not ItemState.KEPT),
        recording_sid=listed.recording.recording_sid if listed is not None else None,
        is_whole=is_whole,
    )


def enter_line(context: StepContext, tenant: TenantId, line: LedgerLine, *, name: str) -> None:
    """Sign a line, add it to the ledger, and note that this database knows it.

    Raises:
        StoreUnreachable, StoreDenied: it is not known to be in the ledger.
    """
    with context.vault.database.transaction(tenant) as tx:
        statement, _ = sign_disposal(tx, to_bytes(line_to_plain(line)), typ=LEDGER_TYPE, keys=context.vault.keys)
        key = line_key(tenant, line.purge, name, on=tx.now.date())
    write_line(context.vault.objects, key, statement)
    with context.vault.database.transaction(tenant) as tx:
        note_line(tx, key)


def _enter(context: StepContext, tenant: TenantId, purge: Purge) -> None:
    """Tell the ledger what is to go, once for each set of things: its name is their digest."""
    with context.vault.database.transaction(tenant) as tx:
        line = line_of(tx, purge, is_whole=False)
    if line.objects or line.recording_sid:
        named = hashlib.sha256(to_bytes(line_to_plain(line))).hexdigest()[:16]
        enter_line(context, tenant, line, name=f"asked-{named}")


def _objects(context: StepContext, tenant: TenantId, artifact: Artifact) -> list[Item]:
    """Name the artifact's object, and the copy of it under a matter's key where the account was closed over it."""
    with context.vault.database.transaction(tenant) as tx:
        kept = find_kept(tx, artifact.id)
    places: list[tuple[str, str, str]] = [(artifact.id, artifact.object_key, artifact.sealed_sha256)]
    if kept is not None:
        places.append((f"{artifact.id}:kept", kept.kept_key, kept.sealed_sha256))
    return [
        Item(
            kind=ItemKind.OBJECT,
            target=target,
            detail=artifact.kind.value,
            object_key=key,
            sealed_sha256=digest,
            versions=versions_at(context.vault.objects, key),
        )
        for target, key, digest in places
    ]


def _outside(tx: Transaction, listed: ListedRecording, doomed: Sequence[Artifact]) -> list[Item]:
    """Name who else has what is heard: the vendor where the sound goes, and the company that turned it into words."""
    items: list[Item] = []
    kinds = {artifact.kind for artifact in doomed}
    if _is_at_vendor(listed.recording) and ArtifactKind.RECORDING_ORIGINAL in kinds:
        is_deleted = listed.vendor_deleted_at is not None
        sid = listed.recording.recording_sid
        state = ItemState.GONE if is_deleted else ItemState.DOOMED
        items.append(Item(kind=ItemKind.VENDOR, target=sid, detail=TWILIO, state=state))
        items.append(Item(kind=ItemKind.METADATA, target=sid, detail=TWILIO))
    company = read_facts(tx, listed.recording.id).get("processor")
    if company and kinds & _HEARD:
        items.append(Item(kind=ItemKind.PROCESSOR, target=str(company)))
    return items


def _is_at_vendor(recording: Recording) -> bool:
    return recording.source != UPLOADED
