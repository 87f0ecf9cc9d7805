"""`earmark transfer`: notices that were given before data goes to a new controller."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_rows
from pipeline.model.errors import InvalidInput
from pipeline.model.transfer import TransferNotice

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_tenant = click.option("--tenant", required=True)


@click.group("transfer")
def command() -> None:
    """A merger, an acquisition, a sale: no data goes to a new controller before the tenant was told."""


@command.command("record")
@click.argument("controller")
@_tenant
@click.option("--notified-on", required=True, type=_DAY, help="The day the notice was given, YYYY-MM-DD.")
@click.option("--transfer-on", required=True, type=_DAY, help="The day of the transfer, as it was told.")
@click.option("--notice", required=True, type=click.Path(path_type=Path), help="The notice; its digest is kept.")
@as_option
@as_json_option
def record(
    *,
    controller: str,
    tenant: str,
    notified_on: datetime,
    transfer_on: datetime,
    notice: Path,
    acting: str | None,
    as_json: bool,
) -> None:
    """Put on file that the tenant was told that CONTROLLER takes its data over. The name is kept sealed."""
    from pipeline.decisions.transfers import record_notice

    try:
        digest = hashlib.sha256(notice.read_bytes()).hexdigest()
    except OSError as error:
        raise InvalidInput(f"{notice.name}: cannot be read") from error
    with open_tenant(tenant) as (base, tx):
        made = record_notice(
            tx, controller, notified_on=notified_on.date(), transfer_on=transfer_on.date(), notice_sha256=digest,
            keys=base.keys, actor=name_actor(acting),
        )  # fmt: skip
    _print(made, as_json=as_json)


@command.command("check")
@click.argument("controller")
@_tenant
@as_option
@as_json_option
def check(*, controller: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Say by which notice data may go to CONTROLLER today; exit 2 where none allows it."""
    from pipeline.decisions.transfers import require_notice

    with open_tenant(tenant) as (base, tx):
        found = require_notice(tx, controller, keys=base.keys, actor=name_actor(acting))
    _print(found, as_json=as_json)


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List the notices on file, without names."""
    from pipeline.store.transfer_notices import list_transfer_notices

    with open_tenant(tenant) as (base, tx):
        told = [_told(notice) for notice in list_transfer_notices(tx, keys=base.keys)]
    show_rows(("notice", "notified_on", "transfer_on", "notice_sha256"), told, as_json=as_json)


def _told(notice: TransferNotice) -> dict[str, object]:
    return {
        "notice": notice.id,
        "notified_on": notice.notified_on.isoformat(),
        "transfer_on": notice.transfer_on.isoformat(),
        "notice_sha256": notice.notice_sha256,
    }


def _print(notice: TransferNotice, *, as_json: bool) -> None:
    show(_told(notice)) if as_json else show_facts(_told(notice))
