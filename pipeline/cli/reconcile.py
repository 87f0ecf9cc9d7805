"""`earmark reconcile`: compare every tenant's recordings with its vendor's, now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.opened import open_desk, open_queue
from pipeline.cli.output import as_json_option, show, show_table
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.ids import TenantId, tenant_id

if TYPE_CHECKING:
    from pipeline.bootstrap import Base

_SHOWN = (
    "listed", "taken_up", "stopped", "not_stopped", "deleted_again", "held", "deleted_elsewhere", "never_made",
    "followed", "metadata_gone", "metadata_overdue",
)  # fmt: skip


@click.command("reconcile")
@click.option("--tenant", help="Compare this tenant's alone.")
@click.option("--since", help="Compare recordings made since this moment, such as 2026-11-20T00:00:00+00:00.")
@as_json_option
def command(*, tenant: str | None, since: str | None, as_json: bool) -> int:
    """Take up what callbacks did not tell, stop and delete what must not be there, and follow what was deleted."""
    start = _moment(since)
    wanted = tenant_id(tenant) if tenant else None
    with open_desk() as base:
        done = {name: _one(base, name, start) for name in _tenants(base, wanted)}
    failed = {name: error for name, error in done.items() if isinstance(error, PipelineError)}
    if failed and len(done) == 1:
        raise next(iter(failed.values()))
    _print({name: _told(found) for name, found in done.items()}, as_json=as_json)
    if failed:
        click.echo(f"earmark: {len(failed)} of {len(done)} tenants could not be compared", err=True)
    return 1 if failed else 0


def _one(base: Base, tenant: TenantId, since: datetime | None) -> Mapping[str, Any] | PipelineError:
    """Compare one tenant; a failure of one keeps no other from being compared."""
    from pipeline.bootstrap import recordings_of
    from pipeline.workflows.reconcile import reconcile_tenant

    try:
        with open_queue(base) as queue:
            return reconcile_tenant(base.vault, recordings_of(base.settings), queue, tenant, since=since)
    except PipelineError as error:
        return error


def _tenants(base: Base, wanted: TenantId | None) -> tuple[TenantId, ...]:
    from pipeline.store.system_session import list_tenants

    names = list_tenants(base.database)
    if wanted is not None and wanted not in names:
        raise NotFound(f"no tenant {wanted}")
    return names if wanted is None else (wanted,)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("--since is a moment such as 2026-11-20T00:00:00+00:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > datetime.now(UTC):
        raise InvalidInput("--since lies in the future")
    return at


def _told(found: Mapping[str, Any] | PipelineError) -> Mapping[str, Any]:
    return {"error": str(found)} if isinstance(found, PipelineError) else found


def _print(told: Mapping[str, Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show([{"tenant": name, **found} for name, found in told.items()])
        return
    show_table(("tenant", *(name.replace("_", " ") for name in _SHOWN)), [_row(*one) for one in told.items()])


def _row(tenant: str, found: Mapping[str, Any]) -> tuple[object, ...]:
    if "error" in found:
        return (tenant, found["error"])
    return (tenant, *(found[name] for name in _SHOWN)) if found["is_compared"] else (tenant, "has no account")
