"""Facts to begin a test with: a redacted transcript that everything allows, to be made worse one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision import DecisionRecord, TrainingScope
from pipeline.model.decision_terms import ReasonCode
from pipeline.policies.decide import decide
from pipeline.policies.facts import (
    ArtifactFacts,
    CallFacts,
    ConsentFact,
    EventFacts,
    EvidenceFact,
    Facts,
    LegFacts,
    ParentTerms,
    RedactionStatus,
    TenantFacts,
)
from pipeline.policies.loader import load_bundle, load_matrix

CAPTURED = datetime(2027, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
LONG_AFTER = CAPTURED + timedelta(days=31)
SHA = "a" * 64
COMPANIES = ("twilio", "deepgram", "aws", "vercel", "openai", "xai", "gcp", "anthropic", "nylas", "stripe")
AGREED = ParentTerms(artifact="art_parent", training_failed=(), scope=TrainingScope.VENDOR_MODELS)


def yes(purpose: Purpose, **changes: Any) -> ConsentFact:
    plain = ConsentFact(
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.DTMF,
        at=CAPTURED - timedelta(seconds=9),
        script_sha256=SHA,
    )
    return replace(plain, **changes)


def a_leg(place: str = "NZ", *, label: str = "caller", **changes: Any) -> LegFacts:
    consents = tuple(yes(purpose) for purpose in Purpose)
    return replace(LegFacts(label=label, candidates=(place,), is_satisfied=True, consents=consents), **changes)


def answering(purpose: Purpose, outcome: Outcome, **changes: Any) -> LegFacts:
    leg = a_leg()
    consents = tuple(yes(p, outcome=outcome, **changes) if p is purpose else yes(p) for p in Purpose)
    return replace(leg, consents=consents)


def facts(kind: ArtifactKind = ArtifactKind.TRANSCRIPT_REDACTED, **changes: Any) -> Facts:
    artifact = ArtifactFacts(
        id="art_1",
        kind=kind,
        captured_at=CAPTURED,
        redaction=RedactionStatus.PASSED,
        redaction_version=1,
        is_language_supported=True,
        is_speaker_map_known=True,
        has_only_consented_speakers=True,
    )
    tenant = TenantFacts(id="acme", record=True, transcribe=True, store=True, vendor_process=True, train=True)
    parents = () if kind is ArtifactKind.RECORDING_ORIGINAL else (AGREED,)
    plain = Facts(
        as_of=LONG_AFTER,
        artifact=artifact,
        tenant=tenant,
        call=CallFacts(legs=(a_leg(),)),
        parents=parents,
        evidence=tuple(on_file(name) for name in COMPANIES),
    )
    return replace(plain, **changes)


def on_file(name: str, **changes: Any) -> EvidenceFact:
    plain = EvidenceFact(
        name=name,
        regions=("us", "eu", "ap"),
        evidence_on=CAPTURED.date(),
        expires_on=date(2030, 1, 1),
    )
    return replace(plain, **changes)


def with_artifact(given: Facts, **changes: Any) -> Facts:
    return replace(given, artifact=replace(given.artifact, **changes))


def with_tenant(given: Facts, **changes: Any) -> Facts:
    return replace(given, tenant=replace(given.tenant, **changes))


def with_events(given: Facts, **changes: Any) -> Facts:
    return replace(given, events=replace(given.events or EventFacts(), **changes))


def with_legs(given: Facts, *legs: LegFacts, **changes: Any) -> Facts:
    return replace(given, call=replace(given.call, legs=legs, **changes))


def judge(given: Facts, policy: str = "connekz") -> DecisionRecord:
    return decide(given, load_bundle(policy), load_matrix())


def codes(record: DecisionRecord) -> set[ReasonCode]:
    return {reason.code for reason in record.training.reasons}


def refusals(record: DecisionRecord, purpose: Purpose) -> set[ReasonCode]:
    return {reason.code for p in record.permissions if p.purpose is purpose for reason in p.reasons}
