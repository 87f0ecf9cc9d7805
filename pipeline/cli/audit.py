"""`earmark audit`: show that the log is whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.actor import as_option, name_actor, name_via
from pipeline.cli.opened import open_desk, open_tenant, read_bounded
from pipeline.cli.output import as_json_option, show, show_rows
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId, tenant_id

if TYPE_CHECKING:
    from pipeline.reads.audit_proof import LogProof
    from pipeline.store.vault import Vault

_SHOWN = 20
_path: Callable[..., Any] = click.Path(path_type=Path)


@click.group("audit")
def command() -> None:
    """The audit log."""


@command.command("verify")
@click.option("--tenant", help="Verify this tenant's log in the database; without it, every tenant's.")
@click.option("--file", "path", type=_path, help="Verify an exported log, offline.")
@click.option("--checkpoints", type=_path, help="The exported log's checkpoints.")
@click.option("--key", "keys", type=_path, help="The tenant's public keys that you have from elsewhere.")
@as_json_option
def verify(*, tenant: str | None, path: Path | None, checkpoints: Path | None, keys: Path | None, as_json: bool) -> int:
    """Recompute the chain, hold it against the signed checkpoints, and name every event that is not as it was."""
    if path is None and checkpoints is not None:
        raise InvalidInput("--checkpoints goes with --file: in the database they are found in the object store")
    pinned = _pinned(keys)
    if path is not None:
        found = {path.name: _verify_file(path, checkpoints, pinned)}
    else:
        found = _verify_database(tenant, pinned)
    if as_json:
        show({name: _plain(proof) for name, proof in found.items()})
    else:
        for name, proof in found.items():
            _print(name, proof, has_checkpoints=path is None or checkpoints is not None)
    return 1 if any(proof.faults for proof in found.values()) else 0


@command.command("export")
@click.argument("folder", metavar="OUT", type=_path)
@click.option("--tenant", required=True)
@as_option
def export(*, folder: Path, tenant: str, acting: str | None) -> None:
    """Write a tenant's log, checkpoints and public keys into a folder, for `audit verify --file`; it is noted."""
    from pipeline.reads.audit_file import export_log

    actor = name_actor(acting)
    with open_desk() as base:
        counts = export_log(base.vault, tenant_id(tenant), folder, actor=actor, via=name_via())
    click.echo(f"{counts['events']} events and {counts['checkpoints']} checkpoints in {folder}")


@command.command("checkpoints")
@click.option("--tenant", required=True)
@as_json_option
def checkpoints(*, tenant: str, as_json: bool) -> None:
    """List what was signed of a tenant's log and where it lies, to hold against the object store itself."""
    from pipeline.store.checkpoints import list_checkpoints

    with open_tenant(tenant) as (_, tx):
        made = list_checkpoints(tx)
    rows = [
        {"seq": c.checkpoint.seq, "at": c.checkpoint.at, "kid": c.kid, "sha256": c.sha256, "object": c.object_key}
        for c in made
    ]
    show_rows(("seq", "at", "kid", "sha256", "object"), rows, as_json=as_json)


def _verify_file(path: Path, checkpoints: Path | None, pinned: Mapping[str, bytes] | None) -> LogProof:
    from pipeline.reads.audit_file import read_log, read_statements
    from pipeline.reads.audit_proof import check_log, read_points

    signed = read_points(read_statements(checkpoints), pinned=pinned) if checkpoints is not None else None
    return check_log(read_log(path), signed=signed)


def _verify_database(tenant: str | None, pinned: Mapping[str, bytes] | None) -> dict[str, LogProof]:
    from pipeline.store.system_session import list_tenants

    with open_desk() as base:
        names: tuple[TenantId, ...] = list_tenants(base.database)
        if tenant is not None:
            if tenant_id(tenant) not in names:
                raise NotFound(f"no tenant {tenant}")
            names = (tenant_id(tenant),)
        return {str(name): _verify_stored(base.vault, name, pinned) for name in names}


def _verify_stored(vault: Vault, tenant: TenantId, pinned: Mapping[str, bytes] | None) -> LogProof:
    """Hold a log in the database against the checkpoints in the object store, by keys from elsewhere or our own."""
    from pipeline.reads.audit_file import stored_statements
    from pipeline.reads.audit_proof import check_log, read_points
    from pipeline.store.audit import list_events
    from pipeline.store.checkpoints import lock_checkpoints
    from pipeline.store.signing_keys import list_public_keys

    with vault.database.transaction(tenant) as tx:
        lock_checkpoints(tx)  # so that the log names no checkpoint that was made after they were read
        own = {key.kid: key.public_key for key in list_public_keys(tx)}
        signed = read_points(stored_statements(vault.objects, tenant), pinned=own if pinned is None else pinned)
        return check_log(list_events(tx), signed=signed)


def _pinned(keys: Path | None) -> Mapping[str, bytes] | None:
    from pipeline.consent.receipt_proof import MOST_BYTES, read_trusted

    if keys is None:
        return None
    return read_trusted(read_bounded(keys, MOST_BYTES)).keys


def _plain(proof: LogProof) -> dict[str, Any]:
    return {
        "events": proof.events,
        "broken_at": proof.broken_at,
        "faults": [{"kind": f.kind, "from": f.seq, "to": f.to_seq, "says": f.says} for f in proof.faults],
        "faults_left_off": proof.left_off,
        "checkpoints": proof.checkpoints,
        "signed_to": proof.signed_to,
        "signed_at": proof.signed_at,
        "is_pinned": proof.is_pinned,
    }


def _print(name: str, proof: LogProof, *, has_checkpoints: bool) -> None:
    verdict = "whole" if not proof.faults else f"BROKEN at event {proof.broken_at}"
    click.echo(f"{name}: {proof.events} events, {verdict}")
    for fault in proof.faults[:_SHOWN]:
        click.echo(f"  {fault.says}")
    more = max(0, len(proof.faults) - _SHOWN) + proof.left_off
    if more:
        click.echo(f"  and {more} more")
    if not has_checkpoints:
        click.echo("  no checkpoints were given, so nothing shows whether its end was cut: --checkpoints takes them")
        return
    signed = f"signed up to event {proof.signed_to}, {proof.signed_at}" if proof.signed_at else "nothing is signed yet"
    click.echo(f"  {proof.checkpoints} checkpoints, {signed}; {proof.events - proof.signed_to} events since")
    if not proof.is_pinned and proof.checkpoints:
        click.echo("  the checkpoints' keys come from themselves and are not pinned: --key takes the tenant's key set")
