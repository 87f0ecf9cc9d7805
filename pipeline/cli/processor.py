"""`earmark processor`: what is on file about companies that receive data, and the page made from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.ids import tenant_id
from pipeline.model.processor import ProcessorEvidence

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("processor")
def command() -> None:
    """Companies that receive data: without evidence in force none receives anything."""


@command.command("record")
@click.argument("name")
@click.option("--tenant", required=True)
@click.option("--contract", required=True, help="Reference of the contract that binds the company.")
@click.option("--training-off-by", required=True, help="How it is made sure that it does not train for itself.")
@click.option("--region", "regions", multiple=True, required=True, help="Family of regions the contract names: us, eu.")
@click.option("--keeps-days", type=click.IntRange(min=0), help="How long it keeps what it is sent; 0: not at all.")
@click.option("--evidence-on", required=True, type=_DAY, help="The day the evidence is of, YYYY-MM-DD.")
@click.option("--expires-on", required=True, type=_DAY, help="From this day on it proves nothing.")
@as_option
@as_json_option
def record(
    name: str, *, tenant: str, regions: tuple[str, ...], acting: str | None, as_json: bool, **given: Any
) -> None:
    """Put evidence about company NAME on file; the newest is in force."""
    from pipeline.decisions.processors import register
    from pipeline.store.policy_versions import bundle_in_force
    from pipeline.store.tenants import policy_of

    entry = ProcessorEvidence(
        name=name,
        contract=given["contract"],
        training_off_by=given["training_off_by"],
        regions=regions,
        keeps_days=given["keeps_days"],
        evidence_on=given["evidence_on"].date(),
        expires_on=given["expires_on"].date(),
    )
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        bundle = bundle_in_force(tx, policy_of(tx))
        register(tx, entry, bundle=bundle, actor=name_actor(acting))
    show(asdict(entry)) if as_json else show_facts(asdict(entry))


@command.command("list")
@click.option("--tenant", required=True)
@click.option("--html", "path", type=click.Path(path_type=Path), help="Write the page of sub-processors to a file.")
@as_json_option
def list_all(*, tenant: str, path: Path | None, as_json: bool) -> None:
    """List every company that the tenant's policy names, with what is on file about it."""
    from pipeline.reads.sub_processors import list_sub_processors, to_html
    from pipeline.store.policy_versions import bundle_in_force
    from pipeline.store.tenants import get_tenant

    with open_desk() as base:
        today = base.clock.now().date()
        with base.database.transaction(tenant_id(tenant)) as tx:
            owner = get_tenant(tx, keys=base.keys)
            bundle = bundle_in_force(tx, owner.policy_id)
    lines = list_sub_processors(owner, bundle, today=today)
    if path is not None:
        path.write_text(to_html(owner, bundle, lines, today=today), encoding="utf-8")
    if as_json:
        show([asdict(line) for line in lines])
    else:
        rows = [
            (p.name, " ".join(p.purposes), " ".join(p.regions), p.contract, p.expires_on or "-", p.state) for p in lines
        ]
        show_table(("company", "purposes", "regions", "contract", "until", "state"), rows)
