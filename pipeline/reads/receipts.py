"""A call's receipts, for whoever must prove or check what was agreed: always for somebody, and in the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.consent.jws import read_unverified, write_jwks
from pipeline.consent.receipt_form import EXPORT
from pipeline.consent.spoken import OwnWordings, find_spoken
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.consent import ScriptRef
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys
from pipeline.store.artifacts import list_artifacts
from pipeline.store.audit import Facts, add_event, list_events
from pipeline.store.calls import find_call_by_sid
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import get_signer, list_public_keys
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault
from pipeline.store.wordings import list_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReceipt:
    """A receipt as the audit log names it; nothing was opened for it."""

    at: datetime
    call: str
    recording: str | None
    leg: str
    ordinal: int
    purpose: str
    outcome: str
    kid: str
    sha256: str


def export_receipts(vault: Vault, tenant: TenantId, call_sid: str, *, actor: str, reason: str) -> dict[str, Any]:
    """Open every receipt of a call, and give them with all that is needed to check them: keys, and the words spoken.

    A call that nobody was asked on has none.

    Raises:
        InvalidInput: no reason.
        NotFound: the tenant has no such call, or its key was destroyed.
    """
    if not reason.strip():
        raise InvalidInput("a read needs a reason")
    with vault.database.transaction(tenant) as tx:
        call = find_call_by_sid(tx, call_sid)
        if call is None:
            raise NotFound("no such call")
        kept = [a for a in list_artifacts(tx, call=call.id) if a.kind is ArtifactKind.CONSENT_RECEIPT]
        name, own = get_tenant(tx, keys=vault.keys).display_name, list_texts(tx)
        keys = [key.public_key for key in list_public_keys(tx)]
        for artifact in kept:
            _note_read(tx, artifact, actor=actor, reason=reason)
    tokens = [vault.read(artifact).decode() for artifact in kept]
    return {
        "format": EXPORT,
        "version": 1,
        "tenant": tenant,
        "call_sid": call_sid,
        "receipts": tokens,
        "jwks": write_jwks(keys, tenant=tenant),
        "wordings": dict(_wordings(tokens, name, own)),
    }


def list_issued(tx: Transaction, *, call_sid: str | None = None) -> Iterator[IssuedReceipt]:
    """List the receipts that were ever issued, all or those of a call, in the order of the log.

    Raises:
        NotFound: the tenant has no such call.
    """
    call = None if call_sid is None else find_call_by_sid(tx, call_sid)
    if call_sid is not None and call is None:
        raise NotFound("no such call")
    for event in list_events(tx):
        facts = event.entry.facts
        if event.entry.tag == AuditTag.RECEIPT_ISSUED and (call is None or facts["call"] == call.id):
            yield _issued(event.entry.at, facts)


def list_keys(tx: Transaction, *, keys: Keys, actor: str) -> dict[str, Any]:
    """Give every public key that the tenant's receipts are or were signed with; the first who asks has one made.

    Raises:
        NotFound: there is no such tenant, or it never signed and its key was destroyed.
    """
    if not list_public_keys(tx):
        get_tenant(tx, keys=keys)
        get_signer(tx, keys=keys, actor=actor)
    return write_jwks([key.public_key for key in list_public_keys(tx)], tenant=tx.tenant)


def _note_read(tx: Transaction, artifact: Artifact, *, actor: str, reason: str) -> None:
    facts: Facts = {"kind": artifact.kind.value, "call": artifact.call, "reason": reason}
    add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=artifact.id, facts=facts)


def _issued(at: datetime, facts: Mapping[str, str | int | bool | None]) -> IssuedReceipt:
    return IssuedReceipt(
        at=at,
        call=str(facts["call"]),
        recording=None if facts["recording"] is None else str(facts["recording"]),
        leg=str(facts["leg"]),
        ordinal=int(facts["ordinal"] or 1),
        purpose=str(facts["purpose"]),
        outcome=str(facts["outcome"]),
        kid=str(facts["kid"]),
        sha256=str(facts["sha256"]),
    )


def _wordings(tokens: list[str], name: str, own: OwnWordings) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the words of every script that the receipts name; those that no text has the digest of are left out."""
    for script in sorted(_scripts(tokens), key=lambda s: (s.id, s.locale, s.sha256)):
        spoken = find_spoken(script, tenant_name=name, own=own)
        if spoken is not None:
            words = {"id": script.id, "locale": script.locale, "version": spoken.version, "text": spoken.text}
            yield script.sha256, words


def _scripts(tokens: list[str]) -> set[ScriptRef]:
    answers = [answer for token in tokens for answer in json.loads(read_unverified(token))["answers"]]
    told = [answer["script"] for answer in answers if answer["script"] is not None]
    return {ScriptRef(id=script["id"], locale=script["locale"], sha256=script["sha256"]) for script in told}
