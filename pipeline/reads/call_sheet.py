"""What is known of a recording beside its words: decisions, who had it, holds, copies. Nothing sealed is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.decision import told_record
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import QueueItem
from pipeline.model.recording import Recording
from pipeline.ports.artifacts import Artifacts, ObjectLock
from pipeline.ports.keys import Keys
from pipeline.reads.consent_panel import ConsentPanel, read_consent
from pipeline.reads.told_holds import only_told
from pipeline.store.artifacts import list_artifacts
from pipeline.store.audit import list_events
from pipeline.store.decisions import StoredDecision, find_decisions
from pipeline.store.holds import Hold, list_holds_on
from pipeline.store.legal_requests import list_untold
from pipeline.store.recordings import get_recording, is_vendor_copy_deleted, read_facts
from pipeline.store.review_moves import ReviewMove, list_moves
from pipeline.store.review_queue import get_item
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant

_SENT = (AuditTag.VENDOR_SENT.value, AuditTag.VENDOR_DENIED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One artifact with the decision in force for it; None before it is decided."""

    artifact: Artifact
    decision: StoredDecision | None

    @property
    def record(self) -> Mapping[str, Any] | None:
        """What was decided."""
        return None if self.decision is None else self.decision.record


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A company, or a program of ours, that had something of the call, or was refused it."""

    name: str
    had: str
    """The kind of artifact that it had."""
    region: str | None
    at: datetime
    refused: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSheet:
    """All that the panels of the page are made from."""

    recording: Recording
    item: QueueItem | None
    noted: Mapping[str, Any]
    consent: ConsentPanel
    copies: tuple[Copy, ...]
    touched: tuple[Touched, ...]
    holds: tuple[Hold, ...]
    moves: tuple[ReviewMove, ...]
    is_vendor_copy_gone: bool

    def newest(self, kind: ArtifactKind) -> Copy | None:
        """Give the newest copy of a kind."""
        return next((copy for copy in reversed(self.copies) if copy.artifact.kind is kind), None)

    @property
    def retain_until(self) -> date | None:
        """How long the redacted sound stays."""
        copy = self.newest(ArtifactKind.RECORDING_REDACTED)
        return copy.decision.retain_until if copy and copy.decision else None

    @property
    def may_download(self) -> bool:
        """Say whether the policy allows the redacted sound and transcript to leave the console."""
        kinds = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED)
        records = [copy.record if copy else None for copy in map(self.newest, kinds)]
        return all(record is not None and record["download"]["allowed"] for record in records)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What the store itself says of one copy's protection, asked for now; None where it does not answer for it."""

    artifact: Artifact
    lock: ObjectLock | None


def read_sheet(tx: Transaction, recording: RecordingId, *, keys: Keys) -> CallSheet:
    """Read what is known of a recording.

    Raises:
        NotFound: the tenant has no such recording.
    """
    found = get_recording(tx, recording)
    owner = get_tenant(tx, keys=keys)
    made = list_artifacts(tx, recording=recording)
    stored, untold = find_decisions(tx, [artifact.id for artifact in made]), list_untold(tx)
    decided = {name: replace(one, record=told_record(one.record, untold)) for name, one in stored.items()}
    copies = tuple(Copy(artifact=artifact, decision=decided.get(artifact.id)) for artifact in made)
    return CallSheet(
        recording=found,
        item=find_line(tx, recording),
        noted=read_facts(tx, recording),
        consent=read_consent(tx, found, owner),
        copies=copies,
        touched=_touched(tx, recording),
        holds=only_told(list_holds_on(tx, recording=recording, call=found.call), untold),
        moves=list_moves(tx, recording, keys=keys),
        is_vendor_copy_gone=is_vendor_copy_deleted(tx, recording),
    )


def read_locks(tx: Transaction, objects: Artifacts, recording: RecordingId) -> tuple[ReadBack, ...]:
    """Ask the store how each copy of a recording is protected.

    Raises:
        NotFound: the tenant has no such recording.
        StoreUnreachable: the store does not answer.
    """
    get_recording(tx, recording)
    return tuple(_read_back(objects, artifact) for artifact in list_artifacts(tx, recording=recording))


def find_line(tx: Transaction, recording: RecordingId) -> QueueItem | None:
    """Read a recording's line in the queue; None where it was never put there."""
    try:
        return get_item(tx, recording)
    except NotFound:
        return None


def _read_back(objects: Artifacts, artifact: Artifact) -> ReadBack:
    try:
        return ReadBack(artifact=artifact, lock=objects.read_lock(artifact.object_key))
    except NotFound:
        return ReadBack(artifact=artifact, lock=None)


def _touched(tx: Transaction, recording: RecordingId) -> tuple[Touched, ...]:
    events = (event.entry for event in list_events(tx, target=recording) if event.entry.tag in _SENT)
    return tuple(
        Touched(
            name=str(entry.facts.get("processor") or "-"),
            had=str(entry.facts.get("kind") or "-"),
            region=None if entry.facts.get("region") is None else str(entry.facts["region"]),
            at=entry.at,
            refused=str(entry.facts["reason"]) if entry.tag == AuditTag.VENDOR_DENIED.value else None,
        )
        for entry in events
    )
