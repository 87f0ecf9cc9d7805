"""What of a closed account is kept after its key: sealed anew, each under the key of whoever ordered it kept.

What a hold keeps goes under its matter's key, readable by those who placed the matter's holds. What a law or the proof
of consent keeps goes under one key for the closed account. Each is listed with its statute, its owner, its end and the
fields it holds, and no matter of which the tenant may not know yet is named. The new copy is opened and compared before
the old one may become unreadable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IntegrityError
from pipeline.model.ids import TenantId
from pipeline.steps.context import StepContext
from pipeline.steps.destroy import versions_at
from pipeline.steps.ground import lives_until
from pipeline.store.audit import Facts, add_event
from pipeline.store.closures import Kept, add_kept, closed_key, find_kept, matter_key
from pipeline.store.due import SURVIVING
from pipeline.store.holds import Hold, list_holds_on
from pipeline.store.legal_requests import list_untold
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction

NO_LONGER_THAN: Final = timedelta(days=2190)
"""What has no end of its own gets one when its account closes: six years, as the proof of consent has."""
HOUSE_OWNER: Final = "privacy office of the operator"
PROOF_FIELDS: Final = "outcomes, legs, purposes, script digests, moments, vendor ids; no sound, no words, no numbers"
WHOLE_FIELDS: Final = "the whole artifact, sealed"


def keep_beyond(context: StepContext, tenant: TenantId, artifact: Artifact) -> Kept:
    """Seal an artifact anew under the key of what keeps it, once; the old object goes unless a hold or lock is on it.

    Raises:
        IntegrityError: the new copy does not open to the same bytes; nothing may be destroyed.
        StoreUnreachable, StoreDenied, VendorUnavailable: it is not known to be kept.
    """
    with context.vault.database.transaction(tenant) as tx:
        found = find_kept(tx, artifact.id)
        if found is not None:
            return found
        holds = list_holds_on(tx, artifact=artifact)
        order = _order(tx, artifact, holds)
    plaintext = context.vault.read(artifact)
    kept = _seal_anew(context, artifact, plaintext, order)
    if holds:
        context.vault.objects.lock(kept.kept_key, hold=True)
    with context.vault.database.transaction(tenant) as tx:
        add_kept(tx, kept)
        facts: Facts = {"key": kept.key_name, "why": kept.why, "statute": kept.statute}
        add_event(tx, AuditTag.ARTIFACT_REWRAPPED, actor="system", target=artifact.id, facts=facts)
    context.vault.objects.purge(artifact.object_key)  # what a hold or lock protects stays, unreadable like its key
    return kept


def kept_context(kind: ArtifactKind, key: str) -> dict[str, str]:
    """Say what a kept copy is bound to."""
    return {"kind": kind.value, "object": key}


def _order(tx: Transaction, artifact: Artifact, holds: Sequence[Hold]) -> Kept:
    """Say by whose order an artifact is kept, and put everything of it together but its bytes."""
    ground, until, _ = lives_until(tx, artifact)
    is_proof = artifact.kind in SURVIVING
    expires: date | None
    if holds:
        untold = list_untold(tx)  # the closed account's certificate says what stands here
        told = [hold for hold in holds if hold.matter not in untold]
        key, why = matter_key(tx.tenant, min(hold.matter for hold in holds)), "hold"
        statute = ": ".join(filter(None, ("legal hold", ", ".join(sorted({hold.matter for hold in told})))))
        owner = ", ".join(sorted({hold.placed_by for hold in told})) or HOUSE_OWNER
        expires = tx.now.date() + NO_LONGER_THAN if is_proof else None  # with the release, where nothing else keeps it
    else:
        key, why, owner = closed_key(tx.tenant), "audit" if is_proof else "legal", HOUSE_OWNER
        clause = ground.clause if ground else None
        statute = f"{clause.document} {clause.section}: {clause.key}" if clause else "undecided"
        expires = min(until or date.max, tx.now.date() + NO_LONGER_THAN)
    return Kept(
        artifact=artifact.id,
        kept_key=f"kept/{key}/{artifact.id}",
        key_name=key,
        why=why,
        statute=statute,
        owner=owner,
        expires_on=expires,
        fields=PROOF_FIELDS if is_proof else WHOLE_FIELDS,
        sealed_sha256="",
    )


def _seal_anew(context: StepContext, artifact: Artifact, plaintext: bytes, order: Kept) -> Kept:
    keys, objects, holder = context.vault.keys, context.vault.objects, TenantId(order.key_name)
    keys.create_tenant_key(holder)
    bound = kept_context(artifact.kind, order.kept_key)
    if not versions_at(objects, order.kept_key):
        sealed = seal(plaintext, keys=keys, tenant=holder, context=bound)
        tags = {"kind": artifact.kind.value, "training-eligible": "false", "disposition": "restricted"}
        objects.put_if_absent(order.kept_key, sealed, metadata={}, tags=tags)
    stored = objects.get(order.kept_key)
    if open_sealed(stored, keys=keys, tenant=holder, context=bound) != plaintext:
        raise IntegrityError("a copy that was sealed anew opens to other bytes")
    return replace(order, sealed_sha256=hashlib.sha256(stored).hexdigest())
