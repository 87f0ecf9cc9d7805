"""What the commands that work on many recordings share: their options, and how a job is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import click

from pipeline.cli.opened import open_queue, open_tenant
from pipeline.cli.output import show, show_facts, show_table
from pipeline.model.bulk import BulkJob, BulkKind
from pipeline.model.errors import InvalidInput

job_option: Callable[[Any], Any] = click.option("--job", required=True, help="Which one, as `status` names it.")


def day(_: click.Context, __: click.Parameter, text: str | None) -> date | None:
    """Read a day.

    Raises:
        InvalidInput: it is none, or lies in the future.
    """
    if text is None:
        return None
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("a day is written as 2026-11-20") from None
    if read > date.today():  # noqa: DTZ011 - the operator's own day
        raise InvalidInput("the day lies in the future")
    return read


since_option: Callable[[Any], Any] = click.option(
    "--since", metavar="DAY", callback=day, help="Recordings made since this day alone."
)


def plain(job: BulkJob) -> dict[str, object]:
    """Give a job as one JSON document."""
    return {
        "job": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "options": dict(job.options),
        "items": job.items,
        "chunks": job.chunks,
        "done": job.done,
        "outcomes": dict(job.outcomes),
        "started_by": job.actor,
        "started_at": job.at,
        "finished_at": job.finished_at,
    }


def show_job(job: BulkJob, *, as_json: bool) -> None:
    """Print one job."""
    shown = plain(job)
    if as_json:
        show(shown)
    else:
        show_facts({**{name: shown[name] for name in ("job", "state", "items", "chunks", "done")}, **job.outcomes})


def show_jobs(tenant: str, kind: BulkKind, *, as_json: bool) -> None:
    """Print a tenant's jobs of a kind, the newest first, with what became of their items."""
    from pipeline.store.bulk_jobs import list_jobs

    with open_tenant(tenant) as (_, tx):
        jobs = list_jobs(tx, kind)
    if as_json:
        show([plain(job) for job in jobs])
        return
    rows = [(j.id, j.state.value, f"{j.done}/{j.items}", j.at, _told(j)) for j in jobs]
    show_table(("job", "state", "done", "since", "what became of them"), rows)


def pause_one(tenant: str, job: str, *, actor: str, as_json: bool) -> None:
    """Have a job begin nothing further, and print it."""
    from pipeline.store.bulk_jobs import pause_job

    with open_tenant(tenant) as (_, tx):
        paused = pause_job(tx, job, actor=actor)
    show_job(paused, as_json=as_json)


def resume_one(tenant: str, job: str, *, actor: str, as_json: bool) -> None:
    """Let a paused job go on, and print it."""
    from pipeline.workflows.bulk import resume

    with open_tenant(tenant) as (base, tx), open_queue(base) as queue:
        resumed = resume(tx, queue, job, actor=actor)
    show_job(resumed, as_json=as_json)


def _told(job: BulkJob) -> str:
    return ", ".join(f"{outcome} {many}" for outcome, many in job.outcomes.items())
