"""`earmark retention`: what is due and what became of it, keeping that must be justified, and proof of deletion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, open_tenant, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.ids import TenantId, tenant_id

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.consent.deletion_proof import Proof

_RUN = ("due", "purged", "objects", "held", "waiting", "failed", "reviews_due", "unjustified")
_FORESEEN = ("artifacts", "due", "held", "reviews_due")


@click.group("retention")
def command() -> None:
    """What is kept until when, and proof of what is gone."""


@command.command("run")
@click.option("--tenant", help="One tenant; without it, every tenant.")
@click.option("--dry-run", is_flag=True, help="Count what would be due, and write nothing.")
@click.option("--on", "day", help="With --dry-run: the day to look at, such as 2027-02-19.")
@as_json_option
def run(tenant: str | None, dry_run: bool, day: str | None, as_json: bool) -> int:
    """Purge what is due, as a worker does each night. Exits 1 where something waits, failed or is unjustified."""
    if day is not None and not dry_run:
        raise InvalidInput("--on goes with --dry-run: nothing is purged for another day than today")
    wanted = None if tenant is None else tenant_id(tenant)
    on = _day(day)
    with open_desk() as base:
        done = {name: _one(base, name, on if dry_run else None, dry_run) for name in _tenants(base, wanted)}
    failed = [error for error in done.values() if isinstance(error, PipelineError)]
    if failed and len(done) == 1:
        raise failed[0]
    told = {name: {"error": str(f)} if isinstance(f, PipelineError) else f for name, f in done.items()}
    if as_json:
        show([{"tenant": name, **found} for name, found in told.items()])
    else:
        columns = _FORESEEN if dry_run else _RUN
        shown = [(n, *(f.get(c) for c in columns)) if "error" not in f else (n, f["error"]) for n, f in told.items()]
        show_table(("tenant", *(column.replace("_", " ") for column in columns)), shown)
    return int(bool(failed) or any(_is_trouble(found) for found in told.values()))


@command.command("reviews")
@click.option("--tenant", required=True)
@as_json_option
def reviews(tenant: str, as_json: bool) -> None:
    """List what is kept without an end and must be justified again, in writing."""
    from pipeline.store.due import list_reviews_due

    with open_tenant(tenant) as (_, tx):
        found = list_reviews_due(tx, on=tx.now.date())
    if as_json:
        show([asdict(one) for one in found])
    else:
        show_table(("kind", "artifacts", "due since"), [(one.kind, one.count, one.since) for one in found])


@command.command("justify")
@click.option("--tenant", required=True)
@click.option("--kind", required=True, help="Kind of artifact, such as transcript.redacted.")
@click.option("--reason", required=True, help="Why it is kept for another year, written out.")
@as_option
@as_json_option
def justify(*, tenant: str, kind: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Write down why what is due for review is kept, and move its review on."""
    from pipeline.decisions.justify import justify as write_down

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        made = write_down(tx, base.vault, kind=kind, reason=reason, actor=name_actor(acting))
    shown = {"justification": made.id, "kind": made.kind, "moved": made.moved, "actor": made.actor}
    show(shown) if as_json else show_facts(shown)


@command.command("purges")
@click.option("--tenant", required=True)
@click.option("--waiting", is_flag=True, help="Only those that are not done.")
@as_json_option
def purges(tenant: str, waiting: bool, as_json: bool) -> None:
    """List purges: what each destroys, by what cause, and why one still waits."""
    from pipeline.model.purge import PurgeState
    from pipeline.store.purges import list_purges

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = list_purges(tx, state=PurgeState.OPEN if waiting else None)
    if as_json:
        show([asdict(one) for one in found])
        return
    rows = [(p.id, p.subject.kind, p.subject.id, p.ground.cause, p.asked_at, p.state, p.reason) for p in found]
    show_table(("purge", "of", "id", "cause", "asked", "state", "waits for"), rows)


@command.command("certificate")
@click.argument("named", metavar="ID")
@click.option("--tenant", required=True)
@click.option("--out", type=click.Path(path_type=Path), help="Where to; without it, on standard output.")
def certificate(named: str, tenant: str, out: Path | None) -> None:
    """Give the deletion certificate of a purge, a recording, or (by its own name) a closed tenant."""
    from pipeline.reads.deletions import export_certificate

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = export_certificate(tx, named)
    if out is None:
        show(found)
    else:
        out.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        click.echo(f"{len(found['certificates'])} signed parts in {out}")


@command.command("verify")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--keys", "keys_path", type=click.Path(path_type=Path), help="Public keys that you have from elsewhere.")
@as_json_option
def verify(path: Path, keys_path: Path | None, as_json: bool) -> None:
    """Check a deletion certificate offline: every signature, every part, every count."""
    from pipeline.consent.deletion_proof import MOST_BYTES, check_file
    from pipeline.consent.receipt_proof import read_trusted

    trusted = None if keys_path is None else read_trusted(read_bounded(keys_path, MOST_BYTES))
    proof = check_file(read_bounded(path, MOST_BYTES), trusted=trusted)
    if as_json:
        show({"is_whole": True, "is_pinned": proof.is_pinned, "kids": proof.kids, "statements": proof.statements})
    else:
        _print(proof)


@command.command("replay")
@as_json_option
def replay(as_json: bool) -> None:
    """Purge again what the ledger says must be gone: after database or objects came back from an older copy."""
    from pipeline.bootstrap import disposal_context
    from pipeline.workflows.retention import replay_all

    with open_desk() as base:
        done = replay_all(disposal_context(base))
    if as_json:
        show([{"tenant": name, **found} for name, found in done.items()])
    else:
        columns = ("lines", "purged_again", "waiting", "written_again", "orphans", "doubted")
        rows = [(name, *(found[column] for column in columns)) for name, found in done.items()]
        show_table(("tenant", *(column.replace("_", " ") for column in columns)), rows)


def _one(base: Base, tenant: TenantId, on: date | None, is_dry: bool) -> Mapping[str, Any] | PipelineError:
    """Run one tenant; a failure of one keeps no other from its run."""
    from pipeline.bootstrap import disposal_context
    from pipeline.workflows.retention import foresee_tenant, retain_tenant

    context = disposal_context(base)
    try:
        if is_dry:
            return foresee_tenant(context, tenant, on or base.clock.now().date())
        return retain_tenant(context, tenant)
    except PipelineError as error:
        return error


def _tenants(base: Base, wanted: TenantId | None) -> tuple[TenantId, ...]:
    from pipeline.store.system_session import list_tenants

    names = list_tenants(base.database)
    if wanted is not None and wanted not in names:
        raise NotFound(f"no tenant {wanted}")
    return names if wanted is None else (wanted,)


def _is_trouble(found: Mapping[str, Any]) -> bool:
    return any(found.get(name) for name in ("waiting", "failed", "unjustified"))


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("--on is a day such as 2027-02-19") from None


def _print(proof: Proof) -> None:
    first = proof.statements[0]
    click.echo(f"tenant {proof.tenant}, {proof.purge}, edition {proof.edition}: {first['cause']}")
    rows = [
        (o["artifact"], o["kind"], o["sealed_sha256"], len(o["versions"]), len(o["delete_markers"]), o["destroyed_at"])
        for o in proof.destroyed
    ]
    show_table(("artifact", "kind", "sealed sha256", "versions", "markers", "destroyed"), rows)
    kept = [(r["kind"], r["name"], r["why"], r.get("until")) for r in first.get("remains", ())]
    kept += [(e["why"], e["artifact"], e["statute"], e["expires_on"]) for e in first.get("exceptions", ())]
    show_table(("remains", "what", "why", "until"), kept)
    click.echo(f"{len(proof.statements)} signed parts, {len(proof.destroyed)} objects: every signature holds")
    if not proof.is_pinned:
        click.echo("the key comes from the file itself and is not pinned: --keys takes the tenant's own key set")
