"""`earmark backfill`: take in recordings that were made before, each with evidence of the consent to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.bulk_options import add_job_commands, day, show_job
from pipeline.cli.opened import open_desk, open_queue, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.model.bulk import BulkKind
from pipeline.model.errors import InvalidInput
from pipeline.model.evidence import EvidenceFile, read_evidence
from pipeline.model.ids import tenant_id

if TYPE_CHECKING:
    from pipeline.bootstrap import Base

_MOST_BYTES = 256_000_000
_file = click.Path(path_type=Path)


def _source(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what is taken in, and by which evidence."""
    options = (
        click.option("--tenant", required=True),
        click.option("--from-twilio", "is_twilio", is_flag=True, help="The recordings that Twilio has of the tenant."),
        click.option("--since", metavar="DAY", callback=day, help="From Twilio: made since this day."),
        click.option("--until", metavar="DAY", callback=day, help="From Twilio: made until this day; else today."),
        click.option("--from-bucket", "place", metavar="PLACE", help="s3://bucket/prefix, or a folder of the worker."),
        click.option("--evidence", type=_file, help="CSV: who agreed to what. What it does not name is left."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group("backfill")
def command() -> None:
    """Take in recordings that were made before Earmark; without evidence of consent they are left where they are."""


@command.command("plan")
@_source
@as_json_option
def plan(*, tenant: str, evidence: Path | None, as_json: bool, **source: Any) -> None:
    """Count what would become of each recording; nothing is written."""
    from pipeline.reads.backfill_plan import Planning

    chosen = _chosen(**source)
    read = _read(evidence)
    with open_desk() as base:
        parts = Planning(vault=base.vault, tenant=tenant_id(tenant), by_recording=read.by_recording if read else {})
        counts = _planned(base, parts, chosen)
    shown = {"outcomes": counts, "recordings": sum(counts.values()), "evidence_sha256": read.sha256 if read else None}
    show(shown) if as_json else show_facts({**counts, "recordings": shown["recordings"]})


@command.command("start")
@_source
@as_option
@as_json_option
def start(*, tenant: str, evidence: Path | None, acting: str | None, as_json: bool, **source: Any) -> None:
    """Have workers take them in, one at a time, whenever no call waits. You attest the evidence by your name."""
    from pipeline.store.bulk_evidence import seal_evidence
    from pipeline.workflows.backfill import BackfillAsk, start_backfill

    chosen = _chosen(**source)
    read = _read(evidence)
    with open_desk() as base, open_queue(base) as queue:
        owner = tenant_id(tenant)
        sealed = seal_evidence(read.by_recording if read else {}, keys=base.keys, tenant=owner)
        ask = BackfillAsk(**chosen, evidence=sealed, evidence_sha256=read.sha256 if read else None)
        with base.database.transaction(owner) as tx:
            job = start_backfill(tx, queue, ask, keys=base.keys, actor=name_actor(acting))
    show_job(job, as_json=as_json)


add_job_commands(command, BulkKind.BACKFILL)


def _chosen(*, is_twilio: bool, since: date | None, until: date | None, place: str | None) -> dict[str, Any]:
    """Give where recordings come from.

    Raises:
        InvalidInput: from nowhere, from both, or days that do not fit.
    """
    if is_twilio == bool(place):
        raise InvalidInput("name where recordings come from: --from-twilio, or --from-bucket PLACE")
    if place:
        if since or until:
            raise InvalidInput("--since and --until are for --from-twilio")
        return {"place": place if place.startswith("s3://") else str(Path(place).resolve())}
    if since is None:
        raise InvalidInput("--from-twilio needs --since DAY")
    last = until or datetime.now(UTC).date()
    if last < since:
        raise InvalidInput("--until lies before --since")
    return {"since": since, "until": last}


def _planned(base: Base, parts: Any, chosen: dict[str, Any]) -> dict[str, int]:
    from pipeline.bootstrap import deposits_of, recordings_of
    from pipeline.reads.backfill_plan import plan_from_files, plan_from_vendor

    if "place" in chosen:
        return plan_from_files(parts, deposits_of(base.settings)(chosen["place"]))
    if not parts.owner().account_sid:
        raise InvalidInput(f"{parts.tenant} has no account at Twilio")
    return plan_from_vendor(parts, recordings_of(base.settings), **chosen)


def _read(evidence: Path | None) -> EvidenceFile | None:
    return None if evidence is None else read_evidence(read_bounded(evidence, _MOST_BYTES), now=datetime.now(UTC))
