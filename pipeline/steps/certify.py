"""The certificate of a purge: signed, listing digests and versions and never contents, and what remains and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.model.certificate import CERTIFICATE_TYPE, FORMAT, parts_of, to_bytes
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.purge import Item, ItemKind, ItemState, Purge
from pipeline.steps.context import StepContext
from pipeline.steps.destroy import artifact_of_item
from pipeline.steps.ground import lives_until
from pipeline.steps.read_certificate import read_certificate
from pipeline.store.certificates import Certificate, add_certificate, next_edition
from pipeline.store.closures import sign_disposal
from pipeline.store.decisions import find_decision
from pipeline.store.due import list_living_of
from pipeline.store.holds import list_holds_on
from pipeline.store.ledger import line_key, note_line, write_line
from pipeline.store.legal_requests import list_untold
from pipeline.store.purges import list_items
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import pinned_keys


def certify(context: StepContext, tenant: TenantId, purge: Purge) -> tuple[Certificate, ...]:
    """Sign what a purge destroyed and what remains; the statements go to the ledger before their rows are written.

    Raises:
        StoreUnreachable, StoreDenied: the ledger cannot be added to; nothing is certified.
    """
    signed: dict[str, str] = {}
    with context.vault.database.transaction(tenant) as tx:
        edition = next_edition(tx, purge.id)
        items = list_items(tx, purge.id)
        gone = [item for item in items if item.kind is ItemKind.OBJECT and item.state is ItemState.GONE]
        parts = parts_of(gone)
        shared = _shared(tx, purge, items)
        for number, part in enumerate(parts, start=1):
            body = {**shared, "edition": edition, "part": number, "parts": len(parts), "destroyed": _listed(tx, part)}
            statement, _ = sign_disposal(tx, to_bytes(body), typ=CERTIFICATE_TYPE, keys=context.vault.keys)
            key = line_key(tenant, purge.id, f"certificate-{edition}-{number}", on=tx.now.date())
            signed[key] = statement
    # What an earlier attempt has entered is the certificate, also where it was signed at another moment.
    entered = {key: write_line(context.vault.objects, key, statement) for key, statement in signed.items()}
    with context.vault.database.transaction(tenant) as tx:
        certificates = tuple(read_certificate(entry, pinned=pinned_keys(tx)) for entry in entered.values())
        for certificate, key in zip(certificates, entered, strict=True):
            add_certificate(tx, certificate)
            note_line(tx, key)
    return certificates


def _shared(tx: Transaction, purge: Purge, items: Sequence[Item]) -> dict[str, Any]:
    """Write what every part says."""
    return {
        "format": FORMAT,
        "version": 1,
        "tenant": tx.tenant,
        "purge": purge.id,
        "subject": asdict(purge.subject),
        "cause": purge.ground.cause.value,
        "clause": asdict(purge.ground.clause),
        "asked_at": purge.asked_at.isoformat(),
        "signed_at": tx.now.isoformat(),
        "objects": sum(item.kind is ItemKind.OBJECT and item.state is ItemState.GONE for item in items),
        "elsewhere": [
            {"kind": item.kind.value, "name": item.target, "state": item.state.value, "why": item.detail}
            for item in items
            if item.kind is not ItemKind.OBJECT and item.state is ItemState.GONE
        ],
        "remains": [*_not_gone(tx, purge, items), *_living(tx, purge)],
    }


def _listed(tx: Transaction, gone: Sequence[Item]) -> list[dict[str, Any]]:
    """Write each destroyed object with its digests, its versions and the decision that ended it."""
    return [
        {
            "artifact": item.target,
            "kind": item.detail,
            "sealed_sha256": item.sealed_sha256,
            "versions": [version.id for version in item.versions if not version.is_delete_marker],
            "delete_markers": [version.id for version in item.versions if version.is_delete_marker],
            "destroyed_at": item.at.isoformat() if item.at else None,
            **_ended(tx, item),
        }
        for item in gone
    ]


def _ended(tx: Transaction, item: Item) -> Mapping[str, Any]:
    decision = find_decision(tx, artifact_of_item(item))
    if decision is None:
        return {"decision": None}
    retention = decision.record["retention"]
    return {
        "decision": decision.digest,
        "policy": decision.policy_digest,
        "cause": retention["ended_by"] or retention["basis"],
        "clause": retention["clause"],
    }


def _not_gone(tx: Transaction, purge: Purge, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Write what belongs to the purge and is not gone: held, or still listed by a vendor."""
    found = []
    for item in items:
        if item.state is not ItemState.GONE:
            row: dict[str, Any] = {"kind": item.kind.value, "name": item.target, "why": item.reason}
            row["until"] = item.until.isoformat() if item.until else None
            row["matters"] = _matters(tx, purge) if item.state is ItemState.KEPT else []
            found.append(row)
    return found


def _matters(tx: Transaction, purge: Purge) -> list[str]:
    """Name the matters that hold it, but for those of which the tenant, whose certificate it is, may not know yet."""
    if purge.subject.kind == "recording":
        recording = get_recording(tx, RecordingId(purge.subject.id))
        held = list_holds_on(tx, recording=recording.id, call=recording.call)
    else:
        held = list_holds_on(tx, call=CallId(purge.subject.id))
    return sorted({hold.matter for hold in held} - list_untold(tx))


def _living(tx: Transaction, purge: Purge) -> list[dict[str, Any]]:
    """Write what of the recording or call is kept on its own ground: its kind, until when, and by which clause."""
    found = []
    for artifact in list_living_of(tx, purge.subject):
        ground, until, matters = lives_until(tx, artifact)
        found.append(
            {
                "kind": artifact.kind.value,
                "name": artifact.id,
                "why": ground.cause.value if ground else "undecided",
                "clause": asdict(ground.clause) if ground else None,
                "until": until.isoformat() if until else None,
                "matters": list(matters),
            }
        )
    return found
