"""The last act of the machine: redacted text and sound go before a reviewer."""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.decision import Visibility
from pipeline.model.errors import IllegalTransition
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.model.retention import RetentionBasis
from pipeline.model.tenant_notice import NoticeKind
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.draw_sample import draw_sample
from pipeline.store.artifacts import list_artifacts
from pipeline.store.audit import add_event
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import mark_state, read_facts
from pipeline.store.reviews import open_review
from pipeline.store.session import Transaction
from pipeline.store.tenant_notices import add_notice
from pipeline.telemetry import log

_PUBLISHABLE = (RecordingState.CAPTURED, RecordingState.PUBLISHED)
_RISKY = ("CREDIT_CARD", "CREDIT_CARD_CVV", "US_SSN", "MEDICAL_RECORD", "PASSWORD", "NATIONAL_ID", "IBAN_CODE")


def publish(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Mark a recording published and open its review, with the risk that its entities and doubts explain.

    A recording that was withheld stays so: a person decides about it. One that its decision quarantines, for a child or
    a withdrawal, goes before nobody.

    Raises:
        IllegalTransition: its redaction was not proved, or it has not come this far, or is past it.
    """
    with context.recording(tenant, recording) as (tx, before, _):
        facts = read_facts(tx, recording)
        if before.state is RecordingState.WITHHELD:
            return {"state": RecordingState.WITHHELD.value, "reason": before.reason}
        if before.state not in _PUBLISHABLE or not facts.get("is_redaction_proved"):
            raise IllegalTransition(f"a recording that is {before.state} and not proved cannot be published")
        if (ended := _quarantined(tx, recording)) is not None:
            return _keep_from_everybody(tx, recording, ended)
        reasons = _reasons(facts)
        is_new = mark_state(tx, recording, RecordingState.PUBLISHED)
        open_review(tx, recording, risk=min(95, 10 + 15 * len(reasons)), reasons=reasons)
        if is_new:
            add_event(
                tx,
                AuditTag.RECORDING_PUBLISHED,
                actor="system",
                target=recording,
                facts={"entities": facts.get("entities", 0), "muted_ms": facts.get("muted_ms", 0)},
            )
            draw_sample(tx, recording, keys=context.vault.keys)
    return {"state": RecordingState.PUBLISHED.value, "entities": facts.get("entities", 0)}


def _quarantined(tx: Transaction, recording: RecordingId) -> str | None:
    """Name what the decision in force quarantines it for, such as `child`; None where it is for reviewers."""
    decided = (find_decision(tx, artifact.id) for artifact in list_artifacts(tx, recording=recording))
    records = [found.record for found in decided if found is not None]
    return next((r["retention"]["ended_by"] for r in records if r["visibility"] == Visibility.QUARANTINED.value), None)


def _keep_from_everybody(tx: Transaction, recording: RecordingId, ended: str) -> Receipt:
    reason = f"quarantined: {ended}"
    if mark_state(tx, recording, RecordingState.WITHHELD, reason=reason):
        add_event(tx, AuditTag.RECORDING_WITHHELD, actor="system", target=recording, facts={"reason": reason})
        if ended == RetentionBasis.CHILD.value:
            add_notice(tx, NoticeKind.CHILD, subject=("recording", recording), cause="quarantined")
    log().error("recording.quarantined", tenant=tx.tenant, recording=recording, ended_by=ended)
    return {"state": RecordingState.WITHHELD.value, "reason": reason}


def _reasons(facts: dict[str, object]) -> tuple[str, ...]:
    types = str(facts.get("entity_types") or "").split(",")
    doubts = [f"type:{t}" for t in types if t in _RISKY]
    doubts += ["speakers_unknown"] if not facts.get("is_speaker_map_known") else []
    doubts += ["notice_not_heard"] if not facts.get("is_notice_heard") else []
    doubts += ["widened"] if facts.get("widened") else []
    # Not hidden at first, and found by the second recogniser: it may have missed more of the kind.
    doubts += [f"unhidden:{t}" for t in str(facts.get("unhidden_types") or "").split(",") if t]
    return tuple(doubts)
