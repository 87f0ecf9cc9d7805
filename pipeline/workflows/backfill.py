"""Earlier recordings, taken in beside live calls: listed day by day, then each noted with its evidence and put through
the line of every recording, one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pipeline.intake.backfill_recording import Attestation, backfill_recording
from pipeline.model.bulk import BulkJob, BulkKind, BulkOutcome
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.ports.keys import Keys
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.list_source import list_days, list_source
from pipeline.steps.take_in import Note, Taking, take_in
from pipeline.store import bulk_jobs as store
from pipeline.store.bulk_evidence import SealedEvidence, add_evidence
from pipeline.store.bulk_sources import seal_source
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.recording import process_recording

type Run = Callable[..., Receipt]

LISTING: Final = 0
"""Stands for a chunk: the listing of a job, before it has any."""
_ENDS: Final[Mapping[str, BulkOutcome]] = {
    RecordingState.PUBLISHED.value: BulkOutcome.PUBLISHED,
    RecordingState.WITHHELD.value: BulkOutcome.WITHHELD,
    RecordingState.REFUSED.value: BulkOutcome.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillAsk:
    """What is to be taken in: the vendor's recordings of some days, or the files of a place."""

    since: date | None = None
    until: date | None = None
    place: str = field(default="", repr=False)
    evidence_sha256: str | None = None
    evidence: SealedEvidence = field(default_factory=dict, repr=False)


def start_backfill(tx: Transaction, queue: DurableQueue, ask: BackfillAsk, *, keys: Keys, actor: str) -> BulkJob:
    """Begin a job and start its listing.

    Raises:
        Conflict: the tenant's last one is not finished.
        InvalidInput: the tenant has no account at the vendor.
    """
    owner = get_tenant(tx, keys=keys)
    if not ask.place and (not owner.account_sid or not owner.secrets.auth_token):
        raise InvalidInput(f"{owner.id} has no account at Twilio")
    options = {
        "from": "files" if ask.place else "twilio",
        "since": ask.since.isoformat() if ask.since else None,
        "until": ask.until.isoformat() if ask.until else None,
        "evidence_sha256": ask.evidence_sha256,
    }
    sealed = seal_source({"place": ask.place}, keys=keys, tenant=tx.tenant) if ask.place else None
    job = store.add_job(tx, BulkKind.BACKFILL, options=options, actor=actor, sealed=sealed)
    add_evidence(tx, job.id, ask.evidence)
    queue.enqueue_bulk(tx, tx.tenant, job.id, chunks=[LISTING], round=job.round)
    return job


def list_whole(run: Run, job: str) -> Receipt:
    """List a job part by part, and let work on it begin; give how much was listed."""
    listed = 0
    for day in run("list_days", job)["days"]:
        listed += run("list_source", job, day)["listed"]
    run("begin_bulk", job)
    return {"listed": listed}


def backfill_one(run: Run, job: str, ordinal: int) -> tuple[str, str | None]:
    """Take one in and put it through the line; give its outcome, and the recording that it became."""
    taken = run("take_in", job, ordinal)
    if "recording" not in taken:
        return str(taken["outcome"]), None
    recording = str(taken["recording"])
    ended = process_recording(lambda name, *more: run(name, recording, *more))
    return _ENDS.get(str(ended.get("state")), BulkOutcome.FAILED).value, recording


def backfill_steps(context: StepContext, begin: Callable[[str, str], Receipt]) -> dict[str, Callable[..., Receipt]]:
    """Give the steps of a job that are not those of a recording, by the names they are checkpointed under."""
    return {
        "list_days": lambda tenant, job: list_days(context, TenantId(tenant), job),
        "list_source": lambda tenant, job, day: list_source(context, TenantId(tenant), job, day),
        "begin_bulk": begin,
        "take_in": lambda tenant, job, ordinal: take_in(context, TenantId(tenant), job, ordinal, note=noting(context)),
    }


def noting(context: StepContext) -> Note:
    """Give what notes a recording, by the name of whoever started its job."""

    def note(tx: Transaction, taking: Taking) -> Recording:
        job = store.get_job(tx, taking.job)
        given = Attestation(
            evidence=taking.evidence,
            job=job.id,
            file_sha256=job.options.get("evidence_sha256") or "",
            actor=job.actor,
        )
        judged_by = context.bundle_of(tx, taking.owner), context.law.matrix.version.isoformat()
        return backfill_recording(tx, taking.owner, taking.made, given, judged_by=judged_by, keys=context.vault.keys)

    return note
