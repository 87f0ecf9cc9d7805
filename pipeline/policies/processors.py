"""Which companies may have an artifact, and for what. Whoever the policy does not list is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import ProcessorDecision
from pipeline.model.decision_terms import Reason, ReasonCode
from pipeline.model.processor import ProcessorEvidence, evidence_of
from pipeline.policies.bundle import Bundle, Processor, Refused
from pipeline.policies.case import Case
from pipeline.policies.facts import ProcessorAsk, RedactionStatus
from pipeline.policies.leaf import Leaf
from pipeline.policies.regions import broken_rules, family

_REDACTED_ONLY: Final = frozenset({"embeddings"})
"""Purposes for which nothing but redacted text is ever sent."""
RELAY: Final = (
    ProcessorAsk(name="gcp", purpose="speech_to_text", region="us"),
    ProcessorAsk(name="aws", purpose="text_to_speech", region="us"),
)
"""Whom the telephony vendor is told to hear and speak with for an agent that is reached as text."""


def lists_processor(bundle: Bundle, name: str, purpose: str) -> bool:
    """Say whether a policy lists a company for a purpose, before there is any artifact to decide on."""
    return not any(_listing(bundle, name, purpose))


def why_not_host(
    bundle: Bundle, registry: Iterable[ProcessorEvidence], host: ProcessorAsk, *, on: date
) -> ReasonCode | None:
    """Say why a company may not keep a tenant's artifacts in a region, before there is any; None where it may."""
    against = next((code for code, _ in _listing(bundle, host.name, host.purpose)), None)
    if against is not None:
        return against
    entry = next(p for p in bundle.processors.listed if p.name == host.name)
    evidence = evidence_of(host.name, registry)
    if evidence is None:
        return ReasonCode.NO_EVIDENCE
    if not evidence.is_in_force(on):
        return ReasonCode.EVIDENCE_EXPIRED
    named = family(host.region) if host.region else ""
    return None if named in entry.regions and named in evidence.regions else ReasonCode.REGION


def why_not_relay(bundle: Bundle, registry: Iterable[ProcessorEvidence], *, on: date) -> ReasonCode | None:
    """Say why an agent may not be reached as text on a day; None where it may."""
    known = tuple(registry)
    against = (why_not_host(bundle, known, company, on=on) for company in RELAY)
    return next((code for code in against if code is not None), None)


def decide_processors(case: Case) -> tuple[ProcessorDecision, ...]:
    """Decide on every company the policy lists or refuses, and on every one asked about."""
    known: tuple[Processor | Refused, ...] = (*case.bundle.processors.listed, *case.bundle.processors.refused)
    asks = {ProcessorAsk(name=entry.name, purpose=purpose) for entry in known for purpose in entry.purposes}
    asked = {(ask.name, ask.purpose) for ask in case.facts.considered}
    unasked = {ask for ask in asks if (ask.name, ask.purpose) not in asked}
    ordered = sorted(unasked | set(case.facts.considered), key=lambda a: (a.name, a.purpose, a.region or ""))
    return tuple(_decide(case, ask) for ask in ordered)


def stands_against_use(case: Case, name: str, purpose: str, region: str | None) -> Iterator[Reason]:
    """Give what stands against a company having the artifact for a purpose in a region."""
    for code, leaf in _listing(case.bundle, name, purpose):
        yield case.reason(code, leaf)
    entry = next((p for p in case.bundle.processors.listed if p.name == name), None)
    if entry is not None and region is not None and family(region) not in {*entry.regions, "local"}:
        yield case.reason(ReasonCode.REGION, entry)
    if region is not None:
        for rule in broken_rules(case, region, purpose=purpose):
            yield case.reason(ReasonCode.REGION, rule)


def _decide(case: Case, ask: ProcessorAsk) -> ProcessorDecision:
    against = [
        *stands_against_use(case, ask.name, ask.purpose, ask.region),
        *_unredacted(case, ask),
        *_unproved(case, ask),
    ]
    reasons = tuple(dict.fromkeys(against))
    return ProcessorDecision(
        name=ask.name,
        purpose=ask.purpose,
        region=ask.region,
        allowed=not reasons,
        reasons=reasons,
        clause=case.bundle.cite(_entry(case.bundle, ask.name)),
    )


def _unredacted(case: Case, ask: ProcessorAsk) -> Iterator[Reason]:
    artifact = case.facts.artifact
    is_redacted = artifact.kind is ArtifactKind.TRANSCRIPT_REDACTED and artifact.redaction is RedactionStatus.PASSED
    if ask.purpose in _REDACTED_ONLY and not is_redacted:
        yield case.reason(ReasonCode.REDACTION, _entry(case.bundle, ask.name))


def _unproved(case: Case, ask: ProcessorAsk) -> Iterator[Reason]:
    """Give what the registry does not prove today of a company that would see content."""
    entry = next((p for p in case.bundle.processors.listed if p.name == ask.name and p.sees_content), None)
    if entry is None:
        return
    found = next((e for e in case.facts.evidence if e.name == ask.name), None)
    if found is None:
        yield case.reason(ReasonCode.NO_EVIDENCE, entry)
        return
    if not found.evidence_on <= case.today < found.expires_on:
        yield case.reason(ReasonCode.EVIDENCE_EXPIRED, entry)
    if ask.region is not None and family(ask.region) not in {*found.regions, "local"}:
        yield case.reason(ReasonCode.REGION, entry)


def _listing(bundle: Bundle, name: str, purpose: str) -> Iterator[tuple[ReasonCode, Leaf]]:
    entry = next((p for p in bundle.processors.listed if p.name == name), None)
    if entry is None:
        yield ReasonCode.NOT_LISTED, _entry(bundle, name)
        return
    if purpose not in entry.purposes:
        yield ReasonCode.OTHER_PURPOSE, entry
    if not entry.sees_content:
        yield ReasonCode.NO_CONTENT, entry


def _entry(bundle: Bundle, name: str) -> Leaf:
    known: list[Leaf] = [p for p in bundle.processors.listed if p.name == name]
    known += [r for r in bundle.processors.refused if r.name == name]
    return known[0] if known else bundle.processors
