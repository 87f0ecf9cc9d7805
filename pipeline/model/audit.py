"""The grammar of the audit log, and the chain that shows a missing or altered event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = "0" * 64


class AuditTag(StrEnum):
    """`source:subject:action`. Retired tags stay listed."""

    TENANT_CREATED = "tenant:tenant:created"
    TENANT_CHANGED = "tenant:settings:changed"
    CALL_BEGUN = "call:call:begun"
    CONSENT_NOTED = "call:consent:noted"
    RECORDING_ANNOUNCED = "recording:vendor:announced"
    RECORDING_AUTHORISED = "recording:consent:authorised"
    RECORDING_REFUSED = "recording:consent:refused"
    RECORDING_CAPTURED = "recording:artifact:captured"
    RECORDING_WITHHELD = "recording:redaction:withheld"
    CARD_NUMBER_UNHIDDEN = "recording:card:unhidden"
    RECORDING_PUBLISHED = "recording:redaction:published"
    RECORDING_FAILED = "recording:work:failed"
    VENDOR_COPY_DELETED = "recording:vendor:deleted"
    VENDOR_SENT = "processor:data:sent"
    VENDOR_DENIED = "processor:data:denied"
    ARTIFACT_STORED = "artifact:artifact:stored"
    ARTIFACT_DECIDED = "artifact:decision:made"
    ARTIFACT_READ = "artifact:artifact:read"
    ENDED = "retention:life:ended"
    REVIEW_OPENED = "review:item:opened"
    REVIEW_CLAIMED = "review:item:claimed"
    REVIEW_RELEASED = "review:item:released"
    REVIEW_ASSIGNED = "review:item:assigned"
    REVIEW_ESCALATED = "review:item:escalated"
    REVIEW_CLOSED = "review:item:closed"
    REVIEW_REOPENED = "review:item:reopened"
    REVIEW_SEARCHED = "review:words:searched"
    REVIEW_EXPORTED = "review:call:exported"
    RECORDER_STARTED = "call:recorder:started"
    RECORDER_PAUSED = "call:recorder:paused"
    RECORDER_RESUMED = "call:recorder:resumed"
    RECORDER_STOPPED = "call:recorder:stopped"
    CALL_TRANSFERRED = "call:call:transferred"
    LEG_JOINED = "call:leg:joined"
    LEG_LEFT = "call:leg:left"
    RECEIPT_ISSUED = "consent:receipt:issued"
    NUMBER_LISTED = "tenant:number:listed"
    NUMBER_ATTESTED = "tenant:number:attested"
    NUMBER_ARMED = "tenant:number:armed"
    NUMBER_DISARMED = "tenant:number:disarmed"
    WORDING_CHANGED = "tenant:wording:changed"
    SIGNING_KEY_MADE = "tenant:key:made"
    KEY_ROTATION_BEGUN = "tenant:rotation:begun"
    KEY_ROTATED = "tenant:rotation:done"
    RECORDINGS_RECONCILED = "tenant:recordings:reconciled"
    HOLD_PLACED = "hold:hold:placed"
    HOLD_RELEASED = "hold:hold:released"
    PROCESSOR_REGISTERED = "processor:evidence:registered"
    CHILD_NOTED = "call:child:noted"
    CHILD_CLEARED = "call:child:cleared"
    AUDIT_CHECKPOINT = "audit:chain:signed"
    POLICY_PUBLISHED = "policy:version:published"
    POLICY_NOTICE_DELIVERED = "policy:notice:delivered"
    REDECISION_PLANNED = "policy:redecision:planned"
    REDECISION_FINISHED = "policy:redecision:finished"
    PURGE_OPENED = "retention:purge:opened"
    PURGE_WAITING = "retention:purge:waiting"
    PURGE_FINISHED = "retention:purge:finished"
    ARTIFACT_PURGED = "artifact:artifact:purged"
    ARTIFACT_PURGED_AGAIN = "artifact:artifact:repurged"
    ARTIFACT_LOCKED = "artifact:lock:set"
    ARTIFACT_REWRAPPED = "artifact:artifact:rewrapped"
    RECORDING_PURGED = "recording:recording:purged"
    CERTIFICATE_SIGNED = "retention:certificate:signed"
    RETENTION_RUN = "retention:run:finished"
    KEEPING_JUSTIFIED = "retention:keeping:justified"
    KEEPING_UNJUSTIFIED = "retention:keeping:unjustified"
    LEDGER_REPLAYED = "retention:ledger:replayed"
    TENANT_CLOSED = "tenant:account:closed"
    TENANT_KEY_DESTROYED = "tenant:key:destroyed"
    AUDIT_EXPORTED = "audit:log:exported"
    MATTER_OPENED = "hold:matter:opened"
    MATTER_CLOSED = "hold:matter:closed"
    HOLD_RELEASE_ASKED = "hold:release:asked"
    HOLD_RELEASE_REJECTED = "hold:release:rejected"
    HOLD_SETTLED = "hold:hold:settled"
    DATASET_EXPORTED = "training:dataset:exported"
    DATASET_REFUSED = "training:dataset:refused"
    TRAINING_TAG_DISAGREES = "training:tag:disagrees"
    RECORDING_RECALLED = "training:recording:recalled"
    RECALLS_LISTED = "training:recalls:listed"
    FEATURE_ENABLED = "training:feature:enabled"
    FEATURE_DISABLED = "training:feature:disabled"
    SUBJECT_OPENED = "subject:request:opened"
    SUBJECT_MOVED = "subject:request:moved"
    SUBJECT_ALERTED = "subject:clock:alerted"
    SUBJECT_CODE_SENT = "subject:identity:asked"
    SUBJECT_CODE_WRONG = "subject:identity:missed"
    SUBJECT_FOUND = "subject:person:found"
    SUBJECT_EXPORTED = "subject:export:made"
    SUBJECT_CORRECTED = "subject:transcript:corrected"
    SUBJECT_INDEXED = "subject:index:rebuilt"
    TENANT_NOTICE_QUEUED = "tenant:notice:queued"
    TENANT_NOTICE_SENT = "tenant:notice:sent"
    LEGAL_OPENED = "legal:request:opened"
    LEGAL_APPROVED = "legal:request:approved"
    LEGAL_EXPORTED = "legal:request:exported"
    LEGAL_NOTIFIED = "legal:request:notified"
    LEGAL_CLOSED = "legal:request:closed"
    ACCESS_GRANTED = "access:grant:given"
    ACCESS_REVOKED = "access:grant:revoked"
    ACCESS_DENIED = "user:access:denied"
    USER_ADDED = "user:user:added"
    USER_CHANGED = "user:user:changed"
    USER_DISABLED = "user:user:disabled"
    USER_ENABLED = "user:user:enabled"
    PASSWORD_CHANGED = "user:password:changed"  # noqa: S105  # a name
    PASSWORD_RESET = "user:password:reset"  # noqa: S105  # a name
    IDENTITY_LINKED = "user:identity:linked"
    IDENTITY_UNLINKED = "user:identity:unlinked"
    SIGNED_IN = "user:session:opened"
    SIGNED_OUT = "user:session:ended"
    SIGN_IN_FAILED = "user:session:refused"
    OIDC_CHANGED = "user:provider:changed"
    PURPOSE_AGREED = "consent:purpose:agreed"
    PURPOSE_WITHDRAWN = "consent:purpose:withdrawn"
    PURPOSE_RELIED_ON = "consent:purpose:relied"
    TRANSFER_NOTED = "transfer:notice:noted"
    TRANSFER_ALLOWED = "transfer:export:allowed"
    REDACTION_CHANGED = "review:redaction:changed"
    REDACTION_SECONDED = "review:redaction:seconded"
    REDACTION_REFUSED = "review:redaction:refused"
    REDACTION_UNDONE = "review:redaction:undone"
    REDACTION_BATCHED = "review:batch:applied"
    VERSION_MADE = "redaction:version:made"
    VERSION_FAILED = "redaction:version:failed"
    REVIEW_APPROVED = "review:item:approved"
    REVIEW_REJECTED = "review:item:rejected"
    REVEAL_ASKED = "reveal:span:asked"
    REVEAL_ALLOWED = "reveal:span:allowed"
    REVEAL_REFUSED = "reveal:span:refused"
    REVEAL_READ = "reveal:span:read"
    DRAFT_SAVED = "settings:draft:saved"
    DRAFT_SUBMITTED = "settings:draft:submitted"
    DRAFT_REBASED = "settings:draft:rebased"
    DRAFT_WITHDRAWN = "settings:draft:withdrawn"
    DRAFT_ACTIVATED = "settings:draft:activated"
    DRAFT_REJECTED = "settings:draft:rejected"
    API_KEY_MADE = "tenant:key:made"
    API_KEY_ROTATED = "tenant:key:rotated"
    API_KEY_REVOKED = "tenant:key:revoked"
    ENDPOINT_ADDED = "webhook:endpoint:added"
    ENDPOINT_CHANGED = "webhook:endpoint:changed"
    ENDPOINT_REMOVED = "webhook:endpoint:removed"
    DELIVERY_ASKED = "webhook:delivery:asked"
    DELIVERY_GIVEN_UP = "webhook:delivery:abandoned"
    RECORDING_RETRIED = "recording:work:retried"
    DOWNLOAD_REFUSED = "artifact:download:refused"
    SUBJECT_ANSWER_ASKED = "subject:answer:asked"
    SUBJECT_ANSWER_STARTED = "subject:answer:started"
    QUALITY_RATES_CHANGED = "quality:rates:changed"
    QUALITY_DRAWN = "quality:sample:drawn"
    QUALITY_TAKEN = "quality:reading:taken"
    QUALITY_RETURNED = "quality:reading:returned"
    QUALITY_READ = "quality:reading:finished"
    QUALITY_DISPUTED = "quality:sample:disputed"
    QUALITY_SETTLED = "quality:sample:settled"
    QUALITY_FINISHED = "quality:sample:finished"
    QUALITY_CASE_KEPT = "quality:case:kept"
    EVIDENCE_ATTACHED = "consent:evidence:attached"
    VCON_IMPORTED = "recording:vcon:imported"
    VCON_LEFT = "recording:vcon:left"
    BULK_STARTED = "bulk:job:started"
    BULK_PAUSED = "bulk:job:paused"
    BULK_RESUMED = "bulk:job:resumed"
    BULK_FINISHED = "bulk:job:finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What happened: by whom, to what, when. `facts` holds ids, digests, counts and enum values only."""

    tenant: str
    seq: int
    tag: str
    actor: str
    target: str
    at: datetime
    facts: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """An entry in its place in the tenant's chain."""

    entry: AuditEntry
    previous_hash: str
    hash: str


def entry_hash(entry: AuditEntry, *, previous_hash: str) -> str:
    """Digest an entry together with its predecessor's hash (SHA-256 over canonical JSON)."""
    body = [
        entry.tenant,
        entry.seq,
        entry.tag,
        entry.actor,
        entry.target,
        entry.at.astimezone(UTC).isoformat(),
        dict(entry.facts),
        previous_hash,
    ]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def find_break(events: Iterable[AuditEvent]) -> int | None:
    """Give the sequence number of the first event that is altered, missing or out of order; None when sound.

    Args:
        events: one tenant's events from the first, in the order in which they were stored.
    """
    previous, expected = GENESIS, 1
    for event in events:
        is_next = event.entry.seq == expected and event.previous_hash == previous
        if not is_next or event.hash != entry_hash(event.entry, previous_hash=previous):
            return expected
        previous, expected = event.hash, expected + 1
    return None
