"""`earmark legal`: demands of law, and disclosures in good faith: taken in, approved by another person, answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, open_tenant, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts, show_rows
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import ArtifactId, tenant_id
from pipeline.model.legal import LegalDemand, LegalKind, LegalOutcome, LegalRequest, LegalWords

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_tenant = click.option("--tenant", required=True)
_MOST_FILES = 1_000


@click.group("legal")
def command() -> None:
    """Legal requests: nothing is disclosed but what another person than the one who took it in approved."""


@command.command("open")
@_tenant
@click.option("--kind", type=click.Choice([kind.value for kind in LegalKind]), default="process", show_default=True)
@click.option("--reference", required=True, help="The request's own reference. Kept sealed, as all words here are.")
@click.option("--authority", required=True, help="Who asks; in good faith: who is to receive it.")
@click.option("--statute", required=True, help="By which law; in good faith: on which ground.")
@click.option("--received-on", required=True, type=_DAY, help="The day it was received, YYYY-MM-DD.")
@click.option("--recording", "recordings", multiple=True, help="A recording that it covers.")
@click.option("--call", "calls", multiple=True, help="A call that it covers.")
@click.option("--notes", default="", help="For whoever answers it.")
@click.option("--hold", "has_hold", is_flag=True, help="Place a legal hold on what it covers.")
@as_option
@as_json_option
def open_one(*, tenant: str, acting: str | None, as_json: bool, has_hold: bool, **given: Any) -> None:
    """Take a request in."""
    from pipeline.decisions.legal import open_request

    scope = [("recording", name) for name in given["recordings"]] + [("call", name) for name in given["calls"]]
    words = {name: given[name] for name in ("reference", "authority", "statute", "notes")}
    demand = LegalDemand(
        kind=LegalKind(given["kind"]),
        received_on=given["received_on"].date(),
        scope=tuple(scope),
        words=LegalWords(**words),
    )
    with open_tenant(tenant) as (base, tx):
        made = open_request(tx, base.vault, demand, has_hold=has_hold, actor=name_actor(acting))
    _answer(made, as_json=as_json)


@command.command("approve")
@click.argument("request")
@_tenant
@click.option("--artifact", "artifacts", multiple=True, required=True, help="What is disclosed, one by one.")
@click.option("--originals", "orders_originals", is_flag=True, help="The originals themselves are ordered.")
@click.option("--barred-until", type=_DAY, help="Last day on which an order forbids to tell the tenant.")
@click.option("--order", default="", help="The order that forbids it, by its reference.")
@as_option
@as_json_option
def approve(*, request: str, tenant: str, acting: str | None, as_json: bool, **given: Any) -> None:
    """Approve, as counsel, what is disclosed; the tenant is told, unless an order forbids it."""
    from pipeline.decisions.legal import Approval, approve_request

    day: datetime | None = given["barred_until"]
    approval = Approval(
        artifacts=tuple(ArtifactId(name) for name in given["artifacts"]),
        orders_originals=given["orders_originals"],
        barred_until=day.date() if day else None,
        order=given["order"],
    )
    with open_tenant(tenant) as (base, tx):
        found = approve_request(tx, request, approval, keys=base.keys, actor=name_actor(acting))
    _answer(found, as_json=as_json)


@command.command("export")
@click.argument("request")
@click.argument("out", type=click.Path(path_type=Path))
@_tenant
@as_option
def export(*, request: str, out: Path, tenant: str, acting: str | None) -> None:
    """Write what was approved into a new folder OUT, with a signed custody file."""
    from pipeline.reads.legal_export import export_request

    if out.exists():
        raise InvalidInput(f"{out.name} is there already: an answer is written into a new folder")
    out.mkdir(mode=0o700, parents=True)
    try:
        with open_desk() as base:
            files = export_request(base.vault, tenant_id(tenant), request, actor=name_actor(acting))
    except BaseException:
        out.rmdir()
        raise
    for name, body in files.items():
        (out / name).write_bytes(body)
    click.echo(f"{len(files) - 1} artifacts and their custody file in {out}")


@command.command("verify")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keys", "keys_path", type=click.Path(path_type=Path), help="Public keys that you have from elsewhere.")
@as_json_option
def verify(*, folder: Path, keys_path: Path | None, as_json: bool) -> None:
    """Check an answer offline: the signature and every byte."""
    from pipeline.consent.receipt_proof import MOST_BYTES, read_trusted
    from pipeline.reads.legal_export import check_custody

    try:
        trusted = read_trusted(read_bounded(keys_path, MOST_BYTES)).keys if keys_path is not None else None
        paths = sorted(folder.iterdir())[:_MOST_FILES]
        files = {path.name: path.read_bytes() for path in paths}
    except OSError as error:
        raise InvalidInput(f"{folder.name}: cannot be read") from error
    stated = check_custody(files, trusted=trusted)
    told = {name: stated[name] for name in ("request", "tenant", "approved_by", "exported_by", "exported_at")}
    _show({**told, "artifacts": len(stated["artifacts"]), "is_whole": True}, as_json=as_json)


@command.command("notify")
@click.argument("request")
@_tenant
@as_option
@as_json_option
def notify(*, request: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Tell the tenant, once an order forbids it no longer."""
    from pipeline.decisions.legal import notify_tenant

    with open_tenant(tenant) as (base, tx):
        found = notify_tenant(tx, request, keys=base.keys, actor=name_actor(acting))
    _answer(found, as_json=as_json)


@command.command("close")
@click.argument("request")
@_tenant
@click.option("--outcome", required=True, type=click.Choice([outcome.value for outcome in LegalOutcome]))
@click.option("--reason", required=True, help="Kept sealed.")
@as_option
@as_json_option
def close(*, request: str, tenant: str, outcome: str, reason: str, acting: str | None, as_json: bool) -> None:
    """End a request; holds that were placed for it stay until they are released."""
    from pipeline.decisions.legal import close_request

    with open_tenant(tenant) as (base, tx):
        found = close_request(
            tx, request, outcome=LegalOutcome(outcome), reason=reason, keys=base.keys, actor=name_actor(acting)
        )
    _answer(found, as_json=as_json)


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List a tenant's requests; nothing that is sealed is shown."""
    from pipeline.store.legal_requests import list_requests

    with open_tenant(tenant) as (base, tx):
        told = [_told(found) for found in list_requests(tx, keys=base.keys)]
    show_rows(
        ("request", "kind", "state", "received_on", "opened_by", "artifacts", "tenant_told"), told, as_json=as_json
    )


def _told(found: LegalRequest) -> dict[str, object]:
    from pipeline.model.legal import LegalAct

    told = found.last(LegalAct.NOTIFIED)
    barred = found.notice_barred_until
    return {
        "request": found.id,
        "kind": found.demand.kind.value,
        "state": found.state,
        "received_on": found.demand.received_on.isoformat(),
        "opened_by": found.opened_by,
        "artifacts": len(found.artifacts),
        "tenant_told": told.at.isoformat() if told else f"barred until {barred}" if barred else "no",
    }


def _answer(found: LegalRequest, *, as_json: bool) -> None:
    _show(_told(found), as_json=as_json)


def _show(told: dict[str, object], *, as_json: bool) -> None:
    show(told) if as_json else show_facts(told)
