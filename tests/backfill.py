"""A job that takes earlier recordings in, worked off in this process without the engine."""

from __future__ import annotations

import hashlib
from datetime import date

from pipeline.model.bulk import BulkJob
from pipeline.store.bulk_evidence import seal_evidence
from pipeline.store.bulk_jobs import get_job, list_open_chunks
from pipeline.vendors.folder_deposit import FolderDeposit
from pipeline.workflows.backfill import BackfillAsk, start_backfill
from pipeline.workflows.bulk import steps_of, work_chunk
from tests.evidence import evidence
from tests.line import Line


class Enqueued:
    """A queue that keeps what was asked of it."""

    def __init__(self) -> None:
        self.chunks: list[int] = []

    def enqueue_bulk(self, tx, tenant, job, *, chunks, round):
        self.chunks += chunks


def begin(line: Line, *lines: str, place: str = "", since: date | None = None, until: date | None = None) -> BulkJob:
    """Start a job with evidence of some lines."""
    read, keys, queue = evidence(*lines), line.context.vault.keys, Enqueued()
    sealed = seal_evidence(read.by_recording, keys=keys, tenant=line.owner.id)
    ask = BackfillAsk(place=place, since=since, until=until, evidence=sealed, evidence_sha256=read.sha256)
    with line.tx() as tx:
        return start_backfill(tx, queue, ask, keys=keys, actor="user:ada")


def work_off(line: Line, job: BulkJob, *, dies_before: str = "") -> dict[str, int]:
    """List it and work on it, step by step; die before a step of a name where one is given. Gives its outcomes."""
    queue = Enqueued()
    steps = steps_of(line.context, queue)
    deaths = [dies_before] if dies_before else []

    def run(name, *more):
        if name in deaths:
            raise KeyboardInterrupt
        return steps[name](line.owner.id, *more)

    work_chunk(run, job.id, 0)
    with line.tx() as tx:
        chunks = queue.chunks or list_open_chunks(tx, job.id)
    for chunk in chunks:
        work_chunk(run, job.id, chunk)
    return outcomes(line, job)


def outcomes(line: Line, job: BulkJob) -> dict[str, int]:
    """What became of its items so far."""
    with line.tx() as tx:
        return dict(get_job(tx, job.id).outcomes)


def with_folder(line: Line, **files: bytes) -> tuple[Line, dict[str, str]]:
    """The line with a folder of files; gives the digest of each by its name."""
    folder = line.folder / "deposited"
    folder.mkdir(exist_ok=True)
    for name, body in files.items():
        (folder / f"{name}.wav").write_bytes(body)
    ready = line.with_parts(deposits=lambda place: FolderDeposit(folder))
    return ready, {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
