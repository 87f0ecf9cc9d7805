"""Say how much a recording needs a person's eyes, and why, from what is known of it now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.consent import Method, Purpose, standings
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import UPLOADED, Recording, RecordingState
from pipeline.model.risk import ConsentSign, RiskFacts, consent_sign, explain_risk, marks_of, total
from pipeline.model.tenant import Tenant
from pipeline.policies.entity_sets import load_entity_set
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.word_terms import words_of
from pipeline.steps.context import JudgeContext, Receipt
from pipeline.store.artifacts import find_artifact
from pipeline.store.consents import list_consents
from pipeline.store.decisions import StoredDecision, find_decision
from pipeline.store.recordings import read_facts
from pipeline.store.review_queue import Assessed, put_assessment
from pipeline.store.session import Transaction

_ATTESTED: Final = (Method.OPERATOR_ATTESTED, Method.ATTESTED_EVIDENCE, Method.ATTESTED_IMPLIED)
_NEEDED: Final = (Purpose.RECORD.value, Purpose.STORE.value, Purpose.TRANSCRIBE.value)
"""What a recording could not be here without."""


def assess_risk(context: JudgeContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Assess a recording anew and put it in its place in the queue; one that is not before reviewers stays away.

    Returns:
        Its risk, and whether it is in the queue.
    """
    with context.recording(tenant, recording) as (tx, found, owner):
        manifest = find_artifact(tx, recording, ArtifactKind.REDACTION_MANIFEST)
        text = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
    read = None if manifest is None else Manifest.from_json(context.vault.read(manifest))
    words = None if text is None else _words(context, text)
    with context.vault.database.transaction(tenant) as tx:
        facts, policy = _facts(tx, found, owner, read, words)
        assessed = Assessed(
            parts=explain_risk(facts),
            marks=marks_of(facts),
            entity_types=tuple(sorted({kind.value for kind, _ in facts.findings})),
            entities=len(facts.findings),
            consent=facts.consent,
            policy_digest=policy,
        )
        is_queued = put_assessment(tx, recording, assessed)
    return {"risk": total(assessed.parts), "is_queued": is_queued}


def _facts(
    tx: Transaction, found: Recording, owner: Tenant, manifest: Manifest | None, words: int | None
) -> tuple[RiskFacts, str | None]:
    noted = read_facts(tx, found.id)
    decided = _decision(tx, found.id)
    facts = RiskFacts(
        is_failed=found.state is RecordingState.FAILED,
        is_withheld=found.state is RecordingState.WITHHELD,
        consent=_consent(tx, found),
        findings=tuple((entry.type, entry.score) for entry in manifest.entries) if manifest else (),
        words=words if noted.get("is_redaction_proved") else None,
        refused=_refused(decided.record) if decided else 0,
        unhidden=len([kind for kind in str(noted.get("unhidden_types") or "").split(",") if kind]),
        is_widened=bool(noted.get("widened")),
        is_speaker_map_known=bool(noted.get("is_speaker_map_known")),
        is_notice_heard=bool(noted.get("is_notice_heard")),
        types_off=_types_off(owner),
    )
    return facts, decided.policy_digest if decided else None


def _decision(tx: Transaction, recording: RecordingId) -> StoredDecision | None:
    """Give the decision that speaks for the recording: that of its redacted sound, or of what else there is."""
    for kind in (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.RECORDING_ORIGINAL):
        artifact = find_artifact(tx, recording, kind)
        decided = None if artifact is None else find_decision(tx, artifact.id)
        if decided is not None:
            return decided
    return None


def _refused(record: Mapping[str, Any]) -> int:
    return sum(not given["allowed"] for given in record["permissions"] if given["purpose"] in _NEEDED)


def _consent(tx: Transaction, found: Recording) -> ConsentSign:
    asked = () if found.call is None else standings(list_consents(tx, found.call))
    recorded = [standing for standing in asked if standing.purpose is Purpose.RECORD]
    is_attested = found.source == UPLOADED or any(s.method in _ATTESTED for s in recorded)
    return consent_sign([standing.outcome for standing in recorded], is_attested=is_attested)


def _types_off(owner: Tenant) -> int:
    """Count the types that the tenant's set leaves in sight and the default one hides."""
    return len(set(load_entity_set(owner.settings.entity_set).shows) - set(load_entity_set("default").shows))


def _words(context: JudgeContext, text: Artifact) -> int:
    return sum(len(words_of(turn["text"], parted=True)) for turn in json.loads(context.vault.read(text))["turns"])
