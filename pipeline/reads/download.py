"""Handing a redacted recording, its transcript or a summary to a person of the tenant, as the policy promises.

What may be downloaded is judged at that moment, by the policy in force and by every version announced since, from the
facts of the decision in force. A refusal names its clause. Both stand in the audit log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.decision import canonical_json
from pipeline.model.decision_terms import SENTENCES, Clause
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.policies.facts_json import read_facts
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.versions import PolicyShelf, judge
from pipeline.reads.artifact import check_shown
from pipeline.reads.vcon_export import export_vcon
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.decisions import find_decision
from pipeline.store.policy_versions import policies_of
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.tenants import policy_of
from pipeline.store.vault import Vault

KINDS: Final = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.SUMMARY)
VCON_KINDS: Final = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED)
"""What must be allowed for a vCon, which has both."""
FORMATS: Final = {
    ArtifactKind.RECORDING_REDACTED: ("wav",),
    ArtifactKind.TRANSCRIPT_REDACTED: ("json", "txt"),
    ArtifactKind.SUMMARY: ("txt",),
}
MEDIA_TYPES: Final = {"wav": "audio/wav", "json": "application/json", "txt": "text/plain; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one kind is to be had as, or why not. `clause` says it either way; None where no policy is asked."""

    kind: ArtifactKind
    is_there: bool
    refusals: tuple[str, ...]
    clause: Clause | None
    artifact: Artifact | None = field(default=None, repr=False)

    @property
    def is_allowed(self) -> bool:
        """Say whether it may be downloaded now."""
        return self.is_there and not self.refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A file for a person."""

    name: str
    media_type: str
    body: bytes = field(repr=False)


class DownloadRefused(NotPermitted):
    """The policy does not allow this download."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        super().__init__("not to be downloaded: " + ("; ".join(offer.refusals) or "nothing is there"))


def list_offers(tx: Transaction, recording: RecordingId, matrix: JurisdictionMatrix) -> tuple[Offer, ...]:
    """Say of each kind whether it may be downloaded, and by which clause it may or may not.

    Raises:
        NotFound: the tenant has no such recording.
    """
    get_recording(tx, recording)
    shelf = policies_of(tx, policy_of(tx))
    return tuple(_offer(tx, recording, kind, shelf, matrix) for kind in KINDS)


def download(
    vault: Vault,
    tenant: TenantId,
    recording: RecordingId,
    kind: ArtifactKind,
    *,
    form: str,
    matrix: JurisdictionMatrix,
    actor: str,
) -> Downloaded:
    """Open what is asked for, as a file.

    Args:
        vault: where it lies.
        tenant: whose it is.
        recording: of which recording.
        kind: one of `KINDS`.
        form: one of the kind's `FORMATS`.
        matrix: the rows of law.
        actor: who is given it.

    Raises:
        InvalidInput: a kind or form in which nothing is handed out.
        NotFound: the tenant has no such recording, or nothing of the kind.
        DownloadRefused: it may not be had, with the sentences and the clause.
    """
    if form not in FORMATS.get(kind, ()):
        raise InvalidInput("nothing is handed out in this form")
    with vault.database.transaction(tenant) as tx:
        get_recording(tx, recording)
        offer = _offer(tx, recording, kind, policies_of(tx, policy_of(tx)), matrix)
        _note(tx, offer, recording, form=form, actor=actor)
    if offer.artifact is None:
        raise NotFound(f"recording {recording} has no {kind.value}")
    if not offer.is_allowed:
        raise DownloadRefused(offer)
    body = vault.read(offer.artifact)
    if kind is ArtifactKind.TRANSCRIPT_REDACTED and form == "txt":
        body = "\n".join(_lines(body)).encode()
    return Downloaded(name=f"{recording}.{kind.value}.{form}", media_type=MEDIA_TYPES[form], body=body)


def download_vcon(
    vault: Vault, tenant: TenantId, recording: RecordingId, *, matrix: JurisdictionMatrix, actor: str
) -> Downloaded:
    """Give sound and transcript with consent and decisions as one signed file, where both may be had.

    Raises:
        NotFound: the tenant has no such recording, or not both of it.
        DownloadRefused: one of them may not be had, with the sentences and the clause.
    """
    with vault.database.transaction(tenant) as tx:
        get_recording(tx, recording)
        shelf = policies_of(tx, policy_of(tx))
        offers = [_offer(tx, recording, kind, shelf, matrix) for kind in VCON_KINDS]
        refused = next((one for one in offers if not one.is_allowed), None)
        if refused is not None:
            _note(tx, refused, recording, form="vcon", actor=actor)
    if refused is not None and refused.artifact is None:
        raise NotFound(f"recording {recording} has no {refused.kind.value}")
    if refused is not None:
        raise DownloadRefused(refused)
    body = export_vcon(vault, tenant, recording, actor=actor, reason="download")
    return Downloaded(name=f"{recording}.vcon.json", media_type=MEDIA_TYPES["json"], body=body)


def _offer(
    tx: Transaction, recording: RecordingId, kind: ArtifactKind, shelf: PolicyShelf, matrix: JurisdictionMatrix
) -> Offer:
    artifact = find_artifact(tx, recording, kind)
    if artifact is None:
        return Offer(kind=kind, is_there=False, refusals=(), clause=None)
    refusals: list[str] = []
    try:
        check_shown(tx, recording, artifact)
    except NotPermitted as error:
        refusals.append(str(error))
    stored = find_decision(tx, artifact.id)
    if stored is None:
        refusals.append("it was not judged yet")
        return Offer(kind=kind, is_there=True, refusals=tuple(refusals), clause=None, artifact=artifact)
    facts = replace(read_facts(canonical_json(stored.facts)), as_of=tx.now, later_policies=())
    decided = judge(shelf, facts, matrix).record.download
    refusals += [SENTENCES[reason.code] for reason in decided.reasons]
    clause = decided.reasons[0].clause if decided.reasons else decided.clause
    return Offer(kind=kind, is_there=True, refusals=tuple(refusals), clause=clause, artifact=artifact)


def _note(tx: Transaction, offer: Offer, recording: RecordingId, *, form: str, actor: str) -> None:
    if offer.artifact is None:
        return
    facts: Facts = {"kind": offer.kind.value, "recording": recording, "form": form}
    if offer.is_allowed:
        told: Facts = {**facts, "reason": "download"}
        add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=offer.artifact.id, facts=told)
    else:
        clause = f"{offer.clause.document} {offer.clause.section}" if offer.clause else None
        denied: Facts = {**facts, "clause": clause}
        add_event(tx, AuditTag.DOWNLOAD_REFUSED, actor=actor, target=offer.artifact.id, facts=denied)


def _lines(body: bytes) -> Iterator[str]:
    """Write a redacted transcript for people: a turn a line, with its moment where that is known."""
    for turn in json.loads(body)["turns"]:
        words = turn.get("words") or ()
        seconds = words[0]["start_ms"] // 1000 if words else None
        at = "" if seconds is None else f"[{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}] "
        yield f"{at}{turn['speaker']}: {turn['text']}"
