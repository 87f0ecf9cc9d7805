"""The five permissions: policy, tenant, every person, and the law of every leg must agree, and all that failed is kept.

What a person did not clearly allow is not allowed. A call with nobody on it permits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision import PermissionDecision, TrainingScope
from pipeline.model.decision_terms import Clause, Reason, ReasonCode
from pipeline.policies.bundle import Permission
from pipeline.policies.case import ANSWER, LAW, Case, once
from pipeline.policies.facts import ConsentFact, LegFacts
from pipeline.policies.jurisdictions import Token
from pipeline.policies.leaf import Leaf
from pipeline.policies.scope import widest_scope

_OUTCOMES: Final[Mapping[Outcome, ReasonCode]] = {
    Outcome.DECLINED: ReasonCode.CONSENT_DECLINED,
    Outcome.NO_ANSWER: ReasonCode.CONSENT_NO_ANSWER,
    Outcome.HUNG_UP: ReasonCode.CONSENT_HUNG_UP,
    Outcome.UNCLEAR: ReasonCode.CONSENT_UNCLEAR,
    Outcome.WRONG_KEY: ReasonCode.CONSENT_UNCLEAR,
    Outcome.WITHDRAWN: ReasonCode.WITHDRAWN,
}
_AFFIRMATIVE: Final = frozenset({Method.DTMF, Method.PRIOR_WRITTEN, Method.OPERATOR_ATTESTED, Method.ATTESTED_EVIDENCE})
_OUTLIVES_WITHDRAWAL: Final = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.STORE)
_STOPPED_BY_AN_END: Final = (Purpose.TRANSCRIBE, Purpose.VENDOR_PROCESS, Purpose.TRAIN)
_SPEECH_OF: Final[Mapping[ArtifactKind, tuple[Purpose, ...]]] = {
    ArtifactKind.RECORDING_ORIGINAL: (Purpose.RECORD, Purpose.STORE),
    ArtifactKind.RECORDING_REDACTED: (Purpose.RECORD, Purpose.STORE),
    ArtifactKind.TRANSCRIPT_ORIGINAL: (Purpose.TRANSCRIBE, Purpose.STORE),
    ArtifactKind.TRANSCRIPT_REDACTED: (Purpose.TRANSCRIBE, Purpose.STORE),
    ArtifactKind.REDACTION_MANIFEST: (Purpose.TRANSCRIBE, Purpose.STORE),
    ArtifactKind.SUMMARY: (Purpose.TRANSCRIBE, Purpose.STORE),
    ArtifactKind.EMBEDDING: (Purpose.TRANSCRIBE, Purpose.STORE),
    ArtifactKind.EXPORT: (Purpose.STORE,),
    ArtifactKind.CONSENT_RECEIPT: (),
    ArtifactKind.CALL_METADATA: (),
    ArtifactKind.DATASET_MANIFEST: (),
}
_ENDS_LATER: Final = frozenset({ReasonCode.CHILD, ReasonCode.ENDED, ReasonCode.WITHDRAWN})


def purposes_to_keep(kind: ArtifactKind) -> tuple[Purpose, ...]:
    """List the permissions without which a kind must not exist; evidence of a refusal needs none."""
    return _SPEECH_OF[kind]


def decide_permissions(case: Case) -> tuple[PermissionDecision, ...]:
    """Decide each of the five on its own."""
    return tuple(_decide(case, purpose) for purpose in Purpose)


def is_storable(case: Case, permissions: tuple[PermissionDecision, ...]) -> bool:
    """Say whether the artifact may exist at all; a child, an end or a withdrawal has a date of its own."""
    needed = purposes_to_keep(case.facts.artifact.kind)
    return all(reason.code in _ENDS_LATER for p in permissions if p.purpose in needed for reason in p.reasons)


def _decide(case: Case, purpose: Purpose) -> PermissionDecision:
    leaf = _leaf(case, purpose)
    reasons = once(
        [
            *_policy(case, purpose, leaf),
            *_tenant(case, purpose, leaf),
            *_people(case, purpose, leaf),
            *_ends(case, purpose, leaf),
        ]
    )
    return PermissionDecision(purpose=purpose, allowed=not reasons, reasons=reasons, clause=case.bundle.cite(leaf))


def _leaf(case: Case, purpose: Purpose) -> Leaf:
    leaves: Mapping[Purpose, Leaf] = {
        Purpose.RECORD: case.bundle.record,
        Purpose.TRANSCRIBE: case.bundle.transcribe,
        Purpose.STORE: case.bundle.store,
        Purpose.VENDOR_PROCESS: case.bundle.vendor_process,
        Purpose.TRAIN: case.bundle.training,
    }
    return leaves[purpose]


def _policy(case: Case, purpose: Purpose, leaf: Leaf) -> Iterator[Reason]:
    if isinstance(leaf, Permission) and not leaf.allowed:
        yield case.reason(ReasonCode.POLICY_FORBIDS, leaf)
    if purpose is Purpose.TRAIN and widest_scope(case).scope is TrainingScope.NONE:
        yield case.reason(ReasonCode.POLICY_SCOPE, leaf)


def _tenant(case: Case, purpose: Purpose, leaf: Leaf) -> Iterator[Reason]:
    tenant = case.facts.tenant
    switches: Mapping[Purpose, bool] = {
        Purpose.RECORD: tenant.record,
        Purpose.TRANSCRIBE: tenant.transcribe,
        Purpose.STORE: tenant.store,
        Purpose.VENDOR_PROCESS: tenant.vendor_process,
        Purpose.TRAIN: tenant.train and not tenant.is_training_stopped,
    }
    if not switches[purpose]:
        yield case.reason(ReasonCode.TENANT_OFF, leaf)


def _people(case: Case, purpose: Purpose, leaf: Leaf) -> Iterator[Reason]:
    if not case.facts.call.legs:
        yield case.reason(ReasonCode.NO_LEG, leaf)
    for leg in case.facts.call.legs:
        yield from _person(case, leg, purpose)
        if not leg.is_satisfied:
            joined = " ".join(token.value for token in Token if token in case.tokens)
            yield Reason(code=ReasonCode.LEG_UNSATISFIED, clause=Clause(document=LAW, section=leg.label, key=joined))


def _person(case: Case, leg: LegFacts, purpose: Purpose) -> Iterator[Reason]:
    answers = [consent for consent in leg.consents if consent.purpose is purpose]
    codes: list[ReasonCode] = [ReasonCode.CONSENT_MISSING] if not answers else []
    for answer in answers:
        codes.extend(_training_answer(case, answer) if purpose is Purpose.TRAIN else _answer(case, answer))
    for code in codes:
        shown = "not asked" if code is ReasonCode.CONSENT_MISSING else " ".join(a.outcome.value for a in answers)
        yield Reason(code=code, clause=Clause(document=ANSWER, section=leg.label, key=f"{purpose}: {shown}"))
    if purpose is Purpose.TRAIN and codes:
        yield case.reason(ReasonCode.NO_TRAINING_CONSENT, case.bundle.training)


def _answer(case: Case, answer: ConsentFact) -> Iterator[ReasonCode]:
    if answer.outcome is Outcome.WITHDRAWN and answer.purpose in _OUTLIVES_WITHDRAWAL:
        if not answer.was_granted:
            yield ReasonCode.CONSENT_MISSING
        if not case.facts.artifact.is_before_withdrawal:
            yield ReasonCode.WITHDRAWN
    elif answer.outcome is not Outcome.GRANTED:
        yield _OUTCOMES[answer.outcome]
    elif Token.AFFIRMATIVE in case.tokens and answer.method not in _AFFIRMATIVE:
        yield ReasonCode.CONSENT_NOT_AFFIRMATIVE


def _training_answer(case: Case, answer: ConsentFact) -> Iterator[ReasonCode]:
    """Training needs the person's own yes, to words that are known, before the recorder started."""
    if answer.outcome is not Outcome.GRANTED:
        yield _OUTCOMES[answer.outcome]
        return
    is_spoken = answer.method is Method.SPEECH and Token.AFFIRMATIVE not in case.tokens
    if answer.method not in {Method.DTMF, Method.PRIOR_WRITTEN} and not is_spoken:
        yield ReasonCode.CONSENT_NOT_AFFIRMATIVE
    is_known = answer.script_sha256 is not None or answer.method is Method.PRIOR_WRITTEN
    if not is_known or answer.at.replace(microsecond=0) > case.facts.artifact.captured_at:
        yield ReasonCode.CONSENT_UNCLEAR


def _ends(case: Case, purpose: Purpose, leaf: Leaf) -> Iterator[Reason]:
    if purpose not in _STOPPED_BY_AN_END:
        return
    events = case.facts.events
    if case.children:
        yield case.reason(ReasonCode.CHILD, case.bundle.minors)
    if events.deletion_requested_on is not None:
        yield case.reason(ReasonCode.ENDED, case.bundle.deletion)
    if events.closed_on is not None:
        yield case.reason(ReasonCode.ENDED, case.bundle.closure)
    if any(parent.ended_by is not None for parent in case.facts.parents):
        yield case.reason(ReasonCode.ENDED, leaf)
