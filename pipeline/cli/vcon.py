"""`earmark vcon`: a recording as other companies' programs read it, signed; and such files checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from pipeline.cli.opened import open_desk, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, tenant_id

_REASON = "exported by an operator"
_ACTOR = "cli"


@click.group("vcon")
def command() -> None:
    """Signed vCons (draft-ietf-vcon-vcon-core)."""


@command.command("export")
@click.argument("recording")
@click.option("--tenant", required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.option("--reason", default=_REASON, show_default=True, help="Why; it stands in the audit log.")
@click.option("--controller", help="The new controller that it goes to: only by a notice on file (earmark transfer).")
@click.option("--purpose", help="Another purpose than the call's own: only by everybody's consent (earmark purpose).")
def export(recording: str, tenant: str, out: Path, reason: str, controller: str | None, purpose: str | None) -> None:
    """Write a redacted recording with its consent and decisions, signed with the tenant's key."""
    from pipeline.decisions.other_purposes import require_consent
    from pipeline.decisions.transfers import require_notice
    from pipeline.reads.vcon_export import export_vcon

    if not reason.strip():
        raise InvalidInput("a read needs a reason")
    with open_desk() as base:
        owner, wanted = tenant_id(tenant), RecordingId(recording)
        with base.database.transaction(owner) as tx:
            if purpose is not None:
                require_consent(tx, purpose, wanted, actor=_ACTOR)
            if controller is not None:
                require_notice(tx, controller, keys=base.keys, actor=_ACTOR)
        body = export_vcon(base.vault, owner, wanted, actor=_ACTOR, reason=reason)
    try:
        out.write_bytes(body)
    except OSError as error:
        raise InvalidInput(f"--out cannot be written: {os.strerror(error.errno or 0)}") from error
    click.echo(f"{len(body)} bytes in {out}")


@command.command("verify")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--keys", "keys_path", required=True, type=click.Path(path_type=Path), help="Keys that you trust.")
@as_json_option
def verify(path: Path, keys_path: Path, as_json: bool) -> None:
    """Check a signed vCon offline: its signature, the digests of sound and consent, every receipt."""
    from pipeline.consent.receipt_proof import read_trusted
    from pipeline.vcon.check import check_vcon
    from pipeline.vcon.signed import MOST_BYTES, read_pinned

    keys = read_bounded(keys_path, MOST_BYTES)
    pinned = read_pinned(keys)
    own = read_trusted(keys).keys if all(key.key_type == "OKP" for key in pinned.keys) else {}
    checked = check_vcon(read_bounded(path, MOST_BYTES), pinned=pinned, receipt_keys=own)
    told: dict[str, Any] = {
        "uuid": checked.uuid,
        "signature": "holds",
        "sounds": len(checked.sounds),
        "receipts": len(checked.receipts),
    }
    show(told) if as_json else show_facts(told)
