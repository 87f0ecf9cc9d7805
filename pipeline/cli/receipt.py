"""`earmark receipt`: who agreed to what, proved with files alone; and the keys that it is signed with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.cli.opened import open_desk, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.consent.receipt_form import AnswerPart
from pipeline.consent.receipt_proof import MOST_BYTES, CheckedReceipt, Proof, check_file, read_trusted
from pipeline.model.ids import TenantId, tenant_id, twilio_sid

_REASON = "exported by an operator"


@click.group("receipt")
def command() -> None:
    """Signed consent receipts."""


@command.command("verify")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--keys", "keys_path", type=click.Path(path_type=Path), help="Public keys that you have from elsewhere.")
@click.option("--audit", "log_path", type=click.Path(path_type=Path), help="The tenant's exported audit log.")
@as_json_option
def verify(path: Path, keys_path: Path | None, log_path: Path | None, as_json: bool) -> None:
    """Check a receipt, or an export of a call's: offline, every signature, every digest, its place in the log."""
    from pipeline.reads.audit_file import read_log

    trusted = read_trusted(read_bounded(keys_path, MOST_BYTES)) if keys_path is not None else None
    log = read_log(log_path) if log_path is not None else None
    proof = check_file(read_bounded(path, MOST_BYTES), trusted=trusted, log=log)
    show(_as_document(proof)) if as_json else _print(proof)


@command.command("export")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
@click.option("--call", required=True, help="Twilio's id of the call (CA...).")
@click.option("--reason", default=_REASON, show_default=True, help="Why; it stands in the audit log.")
def export(out: Path, tenant: str, call: str, reason: str) -> None:
    """Write a call's receipts with the keys and the words that belong to them, for `receipt verify`."""
    from pipeline.reads.receipts import export_receipts

    call_sid = twilio_sid("CA", call)
    with open_desk() as base:
        found = export_receipts(base.vault, tenant_id(tenant), call_sid, actor="cli", reason=reason)
    out.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    click.echo(f"{len(found['receipts'])} receipts in {out}")


@command.command("list")
@click.option("--tenant", required=True)
@click.option("--call", help="Only those of this call (CA...).")
@as_json_option
def list_all(tenant: str, call: str | None, as_json: bool) -> None:
    """List what was issued, from the audit log; no receipt is opened."""
    from pipeline.reads.receipts import list_issued

    call_sid = None if call is None else twilio_sid("CA", call)
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        issued = list(list_issued(tx, call_sid=call_sid))
    if as_json:
        show([asdict(receipt) for receipt in issued])
    else:
        rows = [(r.at, r.call, f"{r.leg} {r.ordinal}", r.purpose, r.outcome, r.sha256) for r in issued]
        show_table(("issued", "call", "leg", "purpose", "outcome", "sha256"), rows)


@command.command("keys")
@click.option("--tenant", required=True)
def show_keys(tenant: str) -> None:
    """Print the tenant's public keys, retired ones too, as a key set to be published and given to `verify --keys`."""
    from pipeline.reads.receipts import list_keys

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        show(list_keys(tx, keys=base.keys, actor="cli"))


@command.command("rotate-key")
@click.option("--tenant", required=True)
@click.option("--reason", required=True)
@as_json_option
def rotate_key(tenant: str, reason: str, as_json: bool) -> None:
    """Sign with a new key from now on; the old one stays to verify what it signed."""
    from pipeline.decisions.signing_keys import rotate

    owner: TenantId = tenant_id(tenant)
    with open_desk() as base, base.database.transaction(owner) as tx:
        signer = rotate(tx, keys=base.keys, actor="cli", reason=reason)
    shown = {"tenant": owner, "kid": signer.kid}
    show(shown) if as_json else show_facts(shown)


def _as_document(proof: Proof) -> dict[str, Any]:
    return {
        "is_whole": True,
        "is_pinned": proof.is_pinned,
        "is_in_audit_log": proof.is_in_log,
        "receipts": [
            {"kid": c.kid, "sha256": c.sha256, "audit_seq": c.audit_seq, "issued_at": c.issued_at, **_body(c)}
            for c in proof.receipts
        ],
        "wordings": {digest: wording.model_dump() for digest, wording in proof.wordings.items()},
    }


def _body(checked: CheckedReceipt) -> Mapping[str, Any]:
    return {"receipt": checked.document}


def _print(proof: Proof) -> None:
    columns = ("leg", "purpose", "outcome", "when", "how", "words", "recording", "audit event")
    show_table(columns, [_row(checked) for checked in proof.receipts])
    click.echo()
    first = next(iter(proof.receipts), None)
    if first is not None:
        click.echo(f"tenant {first.receipt.tenant}, call {first.receipt.call_sid}")
    for wording in proof.wordings.values():
        click.echo(f"{wording.id} {wording.locale}, version {wording.version}: {_printable(wording.text)}")
    count = len(proof.receipts)
    click.echo(f"{count} {'receipt' if count == 1 else 'receipts'}: every signature holds")
    for line in _doubts(proof):
        click.echo(line)


def _row(checked: CheckedReceipt) -> tuple[object, ...]:
    receipt = checked.receipt
    scripts = [answer.script for answer in receipt.answers if answer.script is not None]
    words = f"{scripts[-1].id} {scripts[-1].locale} {scripts[-1].sha256[:12]}" if scripts else None
    return (
        f"{receipt.leg.role} {receipt.leg.ordinal}",
        receipt.purpose,
        receipt.outcome,
        receipt.at.isoformat(),
        "; ".join(_how(answer) for answer in receipt.answers),
        words,
        receipt.recording_sid,
        checked.audit_seq,
    )


def _how(answer: AnswerPart) -> str:
    """Say how an answer was given: by which key, or which of our phrases."""
    given = f" key {answer.digit}" if answer.digit else ""
    given += f' "{answer.phrase}"' if answer.phrase else ""
    given += f" ({answer.confidence:.2f})" if answer.confidence is not None else ""
    return f"{answer.method.value}{given}: {answer.outcome.value}"


def _doubts(proof: Proof) -> list[str]:
    """Say what the file alone does not prove."""
    doubts = []
    if not proof.is_pinned:
        doubts.append("the key comes from the file itself and is not pinned: --keys takes the tenant's own key set")
    if not proof.is_in_log:
        doubts.append("no audit log was given, so its place in the log was not checked: --audit takes an export")
    return doubts


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
