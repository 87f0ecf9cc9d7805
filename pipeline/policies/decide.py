"""Facts, a policy and the law in; a decision record out. Pure and total: no clock, no store, no error.

The same three always give the same bytes. An answer, a proof or a switch that the facts do not establish counts as the
worst it could be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import (
    RULES_VERSION,
    DecisionRecord,
    DownloadDecision,
    RetentionDecision,
    Visibility,
    canonical_json,
)
from pipeline.model.decision_terms import Reason, ReasonCode
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.policies.bundle import Bundle
from pipeline.policies.case import Case, make_case, moment_to_day
from pipeline.policies.facts import Facts, ParentTerms, ProcessorAsk
from pipeline.policies.jurisdictions import JurisdictionMatrix, in_order
from pipeline.policies.permissions import decide_permissions, is_storable
from pipeline.policies.processors import decide_processors
from pipeline.policies.regions import decide_region
from pipeline.policies.retention import decide_retention
from pipeline.policies.tightening import tighten
from pipeline.policies.training import JUDGED_ON_ITSELF, decide_training

_SEALED: Final = frozenset(
    {
        ArtifactKind.RECORDING_ORIGINAL,
        ArtifactKind.TRANSCRIPT_ORIGINAL,
        ArtifactKind.REDACTION_MANIFEST,
        ArtifactKind.EMBEDDING,
    }
)
_QUARANTINING: Final = frozenset(
    {RetentionBasis.CHILD, RetentionBasis.CARD_NUMBER, RetentionBasis.NOT_PERMITTED, RetentionBasis.WITHDRAWAL}
)


_NONE: Final[Mapping[str, Bundle]] = MappingProxyType({})


def decide(
    facts: Facts, bundle: Bundle, matrix: JurisdictionMatrix, later: Mapping[str, Bundle] = _NONE
) -> DecisionRecord:
    """Judge one artifact.

    Args:
        facts: all that is known of the artifact, its call, its tenant and what has happened since.
        bundle: the policy in force when it was captured.
        matrix: the rows of law.
        later: versions that the facts name as announced since, by digest. Each is judged by as well, and what it
            forbids is taken away: from its notice what leaves the house, from its first day everything. Of a version
            that is not here only the scope of training in the facts binds.
    """
    today = moment_to_day(facts.as_of)
    found = [(v, later.get(v.digest or "")) for v in facts.later_policies]
    announced = [(v, other) for v, other in found if other is not None and v.notified_on <= today]
    plain = replace(facts, later_policies=tuple(v for v, other in found if other is None))
    record = _judge(plain, bundle, matrix)
    if announced:
        asked = {ProcessorAsk(name=p.name, purpose=p.purpose, region=p.region): None for p in record.processors}
        plain = replace(plain, considered=tuple(asked))
    for version, other in announced:
        is_in_force = version.effective_on is not None and version.effective_on <= today
        record = tighten(record, _judge(plain, other, matrix), is_in_force=is_in_force)
    return replace(record, facts_digest=facts_digest(facts))


def facts_digest(facts: object) -> str:
    """Give the sha256 of facts in canonical form, or of their JSON as it was stored."""
    return hashlib.sha256(canonical_json(facts)).hexdigest()


def _judge(facts: Facts, bundle: Bundle, matrix: JurisdictionMatrix) -> DecisionRecord:
    """Judge by one version alone; what the facts weigh is left to the caller."""
    case = make_case(facts, bundle, matrix)
    permissions = decide_permissions(case)
    storable = is_storable(case, permissions)
    retention = decide_retention(case, is_storable=storable)
    return DecisionRecord(
        artifact=facts.artifact.id,
        kind=facts.artifact.kind,
        policy=bundle.ref,
        matrix_version=matrix.version.isoformat(),
        matrix_digest=matrix.digest,
        facts_digest="",
        rules_version=RULES_VERSION,
        decided_on=case.today,
        places=case.places,
        tokens=tuple(token.value for token in in_order(case.tokens)),
        minor_age=case.minor_age,
        permissions=permissions,
        retention=retention,
        training=decide_training(case, permissions, is_storable=storable),
        processors=decide_processors(case),
        region=decide_region(case),
        download=_download(case, retention),
        visibility=_visibility(case, retention),
    )


def parent_terms(record: DecisionRecord) -> ParentTerms:
    """Give what everything made from an artifact takes over from its decision."""
    codes = dict.fromkeys(r.code for r in record.training.reasons if r.code not in JUDGED_ON_ITSELF)
    return ParentTerms(
        artifact=record.artifact,
        training_failed=tuple(sorted(codes)),
        scope=record.training.scope,
        scope_id=record.training.scope_id,
        ended_by=record.retention.ended_by,
        ended_on=record.retention.ended_on,
    )


def _visibility(case: Case, retention: RetentionDecision) -> Visibility:
    if retention.ended_by in _QUARANTINING:
        return Visibility.QUARANTINED
    if retention.ended_by is not None or retention.disposition is Disposition.DUE:
        return Visibility.RESTRICTED
    return Visibility.SEALED if case.facts.artifact.kind in _SEALED else Visibility.REVIEW


def _download(case: Case, retention: RetentionDecision) -> DownloadDecision:
    rule = case.bundle.download
    reasons: list[Reason] = []
    if case.facts.artifact.kind not in rule.kinds:
        reasons.append(case.reason(ReasonCode.POLICY_FORBIDS, rule))
    if retention.ended_by is not None or retention.disposition is Disposition.DUE:
        reasons.append(Reason(code=ReasonCode.ENDED, clause=retention.clause))
    return DownloadDecision(allowed=not reasons, reasons=tuple(reasons), clause=case.bundle.cite(rule))
