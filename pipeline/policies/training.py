"""Whether anyone may train on an artifact: false unless nothing at all stands against it, and everything is kept.

A derivative takes over every term that stood against what it was made from, but redaction and residue, which are
judged on the derivative itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Purpose
from pipeline.model.decision import PermissionDecision, TrainingDecision, TrainingScope
from pipeline.model.decision_terms import Clause, Reason, ReasonCode
from pipeline.policies.case import PARENT, Case, after, once
from pipeline.policies.facts import RedactionStatus, Residue
from pipeline.policies.processors import stands_against_use
from pipeline.policies.regions import broken_rules
from pipeline.policies.scope import widest_scope

_NEVER: Final = frozenset(
    {
        ArtifactKind.CONSENT_RECEIPT,
        ArtifactKind.CALL_METADATA,
        ArtifactKind.REDACTION_MANIFEST,
        ArtifactKind.EXPORT,
        ArtifactKind.DATASET_MANIFEST,
    }
)
_ORIGINALS: Final = frozenset({ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL})
_FIRST_OF_ITS_LINE: Final = frozenset(
    {ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.CONSENT_RECEIPT, ArtifactKind.CALL_METADATA}
)
JUDGED_ON_ITSELF: Final = frozenset(
    {ReasonCode.REDACTION, ReasonCode.SENSITIVE, ReasonCode.NOT_TRAINING_MATERIAL, ReasonCode.NO_LINEAGE}
)
"""What a derivative does not take over from its parents."""
_TRAINING: Final = "training"


def decide_training(case: Case, permissions: tuple[PermissionDecision, ...], *, is_storable: bool) -> TrainingDecision:
    """Gather everything that stands against training; eligible only when that is nothing."""
    widest = widest_scope(case)
    own = next(p.reasons for p in permissions if p.purpose is Purpose.TRAIN)
    reasons = once(
        [
            *own,
            *_policy(case),
            *_rights(case),
            *_artifact(case),
            *_travels(case),
            *_storable(case, is_storable),
            *_parents(case),
        ]
    )
    return TrainingDecision(
        eligible=not reasons,
        scope=widest.scope,
        scope_id=widest.scope_id,
        reasons=reasons,
        eligible_on=None if widest.scope is TrainingScope.NONE else _free_on(case),
        clause=case.bundle.cite(case.bundle.training),
    )


def _free_on(case: Case) -> date:
    return after(case.captured_on, case.bundle.training.cool_off_days)


def _policy(case: Case) -> Iterator[Reason]:
    bundle = case.bundle
    if widest_scope(case).is_tightened:
        widest = widest_scope(case).scope
        if widest is TrainingScope.NONE:
            yield case.reason(ReasonCode.POLICY_TIGHTENED, bundle.change)
    if case.captured_on < bundle.effective.day:
        yield case.reason(ReasonCode.POLICY_NOT_IN_FORCE, bundle.effective)
    if case.today < _free_on(case):
        yield case.reason(ReasonCode.COOL_OFF, bundle.training)


def _rights(case: Case) -> Iterator[Reason]:
    events = case.facts.events
    if events.holds or events.is_request_open or events.has_objection:
        yield case.reason(ReasonCode.RIGHTS_PENDING, case.bundle.rights)
    if case.withdrawn_on(tuple(Purpose)) is not None:
        yield case.reason(ReasonCode.WITHDRAWN, case.bundle.training)


def _artifact(case: Case) -> Iterator[Reason]:
    artifact, training = case.facts.artifact, case.bundle.training
    if artifact.kind in _NEVER:
        yield case.reason(ReasonCode.NOT_TRAINING_MATERIAL, training)
    is_redacted = (
        artifact.kind not in _ORIGINALS
        and artifact.redaction is RedactionStatus.PASSED
        and artifact.redaction_version >= training.min_redaction_version
        and artifact.is_language_supported
    )
    if not is_redacted:
        yield case.reason(ReasonCode.REDACTION, training)
    if set(artifact.residue) - {Residue.BYSTANDER}:
        yield case.reason(ReasonCode.SENSITIVE, training)
    is_certain = artifact.is_speaker_map_known and artifact.has_only_consented_speakers
    if not is_certain or Residue.BYSTANDER in artifact.residue:
        yield case.reason(ReasonCode.SPEAKERS, training)


def _travels(case: Case) -> Iterator[Reason]:
    for use in case.facts.artifact.processors:
        if not use.is_training_off or any(stands_against_use(case, use.name, use.purpose, use.region)):
            clause = Clause(document=case.bundle.id, section=case.bundle.processors.clause.section, key=use.name)
            yield Reason(code=ReasonCode.PROCESSOR_TAINT, clause=clause)
    if not case.facts.events.has_transfer_basis:
        for rule in broken_rules(case, case.facts.artifact.region, purpose=_TRAINING):
            yield case.reason(ReasonCode.REGION, rule)


def _storable(case: Case, is_storable: bool) -> Iterator[Reason]:
    if not is_storable:
        yield case.reason(ReasonCode.NOT_STORABLE, case.bundle.store)


def _parents(case: Case) -> Iterator[Reason]:
    artifact, parents = case.facts.artifact, case.facts.parents
    if artifact.kind not in _FIRST_OF_ITS_LINE and not parents:
        yield case.reason(ReasonCode.NO_LINEAGE, case.bundle.training)
    for parent in parents:
        for code in parent.training_failed:
            if code not in JUDGED_ON_ITSELF:
                yield Reason(code=code, clause=Clause(document=PARENT, section=parent.artifact, key="parent"))
