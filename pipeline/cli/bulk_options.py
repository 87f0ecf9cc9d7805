"""What the commands that work on many recordings share: options, how a job is shown, paused and resumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_queue, open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.bulk import BulkJob, BulkKind, BulkOutcome
from pipeline.model.errors import InvalidInput

_job: Callable[[Any], Any] = click.option("--job", required=True, help="Which one, as `status` names it.")


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


def _plain(job: BulkJob) -> dict[str, object]:
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
    shown = _plain(job)
    if as_json:
        show(shown)
    else:
        show_facts({**{name: shown[name] for name in ("job", "state", "items", "chunks", "done")}, **job.outcomes})


def _show_jobs(tenant: str, kind: BulkKind, *, as_json: bool) -> None:
    """Print a tenant's jobs of a kind, the newest first, with what became of their items."""
    from pipeline.store.bulk_jobs import list_jobs

    with open_tenant(tenant) as (_, tx):
        jobs = list_jobs(tx, kind)
    if as_json:
        show([_plain(job) for job in jobs])
        return
    rows = [(j.id, j.state.value, f"{j.done}/{j.items}", j.at, _told(j)) for j in jobs]
    show_table(("job", "state", "done", "since", "what became of them"), rows)


def add_job_commands(group: click.Group, kind: BulkKind) -> None:
    """Give a group `status`, `recordings`, `pause` and `resume` of its kind of job."""
    _add_reads(group, kind)
    _add_moves(group)


def _add_reads(group: click.Group, kind: BulkKind) -> None:
    @group.command("status")
    @click.option("--tenant", required=True)
    @as_json_option
    def status(*, tenant: str, as_json: bool) -> None:
        """Say how far each job is and what became of its recordings."""
        _show_jobs(tenant, kind, as_json=as_json)

    @group.command("recordings")
    @click.option("--tenant", required=True)
    @_job
    @click.option("--outcome", required=True, type=click.Choice([one.value for one in BulkOutcome]))
    @as_json_option
    def recordings(*, tenant: str, job: str, outcome: str, as_json: bool) -> None:
        """Name the recordings of which one thing became; a thousand at the most."""
        from pipeline.store.bulk_jobs import get_job, list_items_with

        with open_tenant(tenant) as (_, tx):
            found = list_items_with(tx, get_job(tx, job).id, BulkOutcome(outcome))
        if as_json:
            show(list(found))
        else:
            show_table(("recording",), [(name,) for name in found])


def _add_moves(group: click.Group) -> None:
    @group.command("pause")
    @click.option("--tenant", required=True)
    @_job
    @as_option
    @as_json_option
    def pause(*, tenant: str, job: str, acting: str | None, as_json: bool) -> None:
        """Begin no further recording; one that is being worked on is finished."""
        from pipeline.store.bulk_jobs import pause_job

        with open_tenant(tenant) as (_, tx):
            paused = pause_job(tx, job, actor=name_actor(acting))
        show_job(paused, as_json=as_json)

    @group.command("resume")
    @click.option("--tenant", required=True)
    @_job
    @as_option
    @as_json_option
    def resume(*, tenant: str, job: str, acting: str | None, as_json: bool) -> None:
        """Go on where it was paused."""
        from pipeline.workflows.bulk import resume as resume_job

        with open_tenant(tenant) as (base, tx), open_queue(base) as queue:
            resumed = resume_job(tx, queue, job, actor=name_actor(acting))
        show_job(resumed, as_json=as_json)


def _told(job: BulkJob) -> str:
    return ", ".join(f"{outcome} {many}" for outcome, many in job.outcomes.items())
