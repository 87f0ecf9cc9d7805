"""`earmark reprocess`: have what an older detector hid found anew, as new versions, beside live calls."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.bulk_options import add_job_commands, show_job, since_option
from pipeline.cli.opened import open_queue, open_tenant
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.model.bulk import BulkKind

if TYPE_CHECKING:
    from pipeline.store.outdated import Outdated

_before = click.option(
    "--detector-before", "before", metavar="VERSION", help="What detectors before this one made; without it, this one."
)


@click.group("reprocess")
def command() -> None:
    """Find anew what an older detector hid; earlier versions are kept."""


@command.command("plan")
@click.option("--tenant", required=True)
@_before
@since_option
@as_json_option
def plan(*, tenant: str, before: str | None, since: date | None, as_json: bool) -> None:
    """Count what would be found anew, and what is left as it is; nothing is written."""
    from pipeline.reads.reprocess_plan import plan_reprocessing

    with open_tenant(tenant) as (_, tx):
        planned = plan_reprocessing(tx, _which(before, since))
    if as_json:
        show(planned.plain())
    else:
        made = {f"made by detector {version}": many for version, many in planned.by_detector.items()}
        left = {f"left, {why.value.replace('_', ' ')}": many for why, many in planned.left.items()}
        show_facts({**made, **left, "to be found anew": planned.due})


@command.command("start")
@click.option("--tenant", required=True)
@_before
@since_option
@as_option
@as_json_option
def start(*, tenant: str, before: str | None, since: date | None, acting: str | None, as_json: bool) -> None:
    """Have workers find it anew, one recording at a time, whenever no call waits."""
    from pipeline.workflows.bulk import start_reprocessing

    which = _which(before, since)
    with open_tenant(tenant) as (base, tx), open_queue(base) as queue:
        job = start_reprocessing(tx, queue, which, actor=name_actor(acting))
    show_job(job, as_json=as_json)


add_job_commands(command, BulkKind.REPROCESS)


def _which(before: str | None, since: date | None) -> Outdated:
    from pipeline.redaction.detect import VERSION
    from pipeline.store.outdated import Outdated

    return Outdated(before=before or VERSION, since=since)
