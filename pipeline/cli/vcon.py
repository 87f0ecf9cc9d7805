"""`earmark vcon`: a recording as other companies' programs read it, signed; and such files checked."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.cli.process import run_with_progress, summarise
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, tenant_id

if TYPE_CHECKING:
    from pipeline.vcon.arriving import Trust

_REASON = "exported by an operator"
_IMPORTED = "imported by an operator"
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
@click.option(
    "--original", type=click.Path(path_type=Path), help="The unredacted vCon that you hold, to be named by its digest."
)
def export(
    *,
    recording: str,
    tenant: str,
    out: Path,
    reason: str,
    controller: str | None,
    purpose: str | None,
    original: Path | None,
) -> None:
    """Write a redacted recording with its consent and decisions, signed with the tenant's key."""
    from pipeline.decisions.other_purposes import require_consent
    from pipeline.decisions.transfers import require_notice
    from pipeline.reads.vcon_export import export_vcon
    from pipeline.vcon.original import read_original
    from pipeline.vcon.signed import MOST_BYTES

    if not reason.strip():
        raise InvalidInput("a read needs a reason")
    named = read_original(read_bounded(original, MOST_BYTES)) if original else None
    with open_desk() as base:
        owner, wanted = tenant_id(tenant), RecordingId(recording)
        with base.database.transaction(owner) as tx:
            if purpose is not None:
                require_consent(tx, purpose, wanted, actor=_ACTOR)
            if controller is not None:
                require_notice(tx, controller, keys=base.keys, actor=_ACTOR)
        body = export_vcon(base.vault, owner, wanted, actor=_ACTOR, reason=reason, original=named)
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
    from pipeline.vcon.check import check_vcon
    from pipeline.vcon.signed import MOST_BYTES

    trust = _trust(keys_path)
    checked = check_vcon(read_bounded(path, MOST_BYTES), pinned=trust.pinned, receipt_keys=trust.receipt_keys)
    told: dict[str, Any] = {
        "uuid": checked.uuid,
        "signature": "holds",
        "sounds": len(checked.sounds),
        "receipts": len(checked.receipts),
    }
    show(told) if as_json else show_facts(told)


@command.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--tenant", required=True, help="Whose recording it is to be.")
@click.option("--keys", "keys_path", type=click.Path(path_type=Path), help="Keys that you trust, for a signed one.")
@click.option("--reason", default=_IMPORTED, show_default=True, help="Why; it is kept sealed.")
@as_option
@as_json_option
def import_file(
    path: Path, tenant: str, keys_path: Path | None, reason: str, acting: str | None, *, as_json: bool
) -> int:
    """Take a vCon in and through the line, where receipts in it by keys that you trust show that everybody agreed."""
    from pipeline.bootstrap import judge_context
    from pipeline.vcon.arriving import read_arriving
    from pipeline.vcon.canonical import content_hash
    from pipeline.vcon.signed import MOST_BYTES
    from pipeline.workflows.vcon_import import Brought, import_vcon, judge_vcon

    owner, actor = tenant_id(tenant), name_actor(acting)
    trust = _trust(keys_path) if keys_path else None
    text = read_bounded(path, MOST_BYTES)
    arriving = read_arriving(text, trust=trust, now=datetime.now(UTC), beside=lambda name: _beside(path, name))
    sha256 = hashlib.sha256(text).hexdigest()
    brought = Brought(actor=actor, reason=reason, sha256=sha256, content_hash=content_hash(text))
    with open_desk(log_level="warning") as base:
        judged = judge_vcon(judge_context(base), owner, arriving, brought)  # before models are loaded for nothing
        if judged.known is not None and judged.is_done:
            recording = judged.known.id
        else:
            recording = run_with_progress(
                base, owner, lambda context, told: import_vcon(context, judged, brought, before_step=told)
            )
        found = summarise(base, owner, recording)
    told = {
        "recording": found.recording.id,
        "state": found.recording.state.value,
        "reason": found.recording.reason,
        "vcon": arriving.uuid,
        "entities_hidden": found.facts.get("entities"),
    }
    show(told) if as_json else show_facts(told)
    return 0 if found.recording.state == "published" else 1


def _beside(path: Path, name: str) -> bytes | None:
    from pipeline.vcon.signed import MOST_BYTES

    found = path.parent / name
    return read_bounded(found, MOST_BYTES) if found.is_file() else None


def _trust(path: Path) -> Trust:
    from pipeline.vcon.arriving import read_trust
    from pipeline.vcon.signed import MOST_BYTES

    return read_trust(read_bounded(path, MOST_BYTES))
