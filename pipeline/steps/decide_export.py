"""Judge an export: kept as long as the policy keeps exports, never trained on, ended with what it was made from."""

from __future__ import annotations

from datetime import date

from pipeline.model.artifact import Artifact
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision import DecisionRecord, TrainingScope
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.ids import ArtifactId
from pipeline.model.retention import RetentionBasis
from pipeline.model.tenant import Tenant
from pipeline.policies.facts import (
    ArtifactFacts,
    CallFacts,
    ConsentFact,
    EventFacts,
    Facts,
    LegFacts,
    ParentTerms,
    TenantFacts,
)
from pipeline.steps.context import StepContext
from pipeline.steps.decide import Judge, Judging, judge_each, keep_anew
from pipeline.store.decisions import find_decision
from pipeline.store.holds import list_holds_on
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import place_of_export
from pipeline.store.tenants import get_tenant


def decide_export(context: StepContext, owner: Tenant, export: Artifact, *, place: str | None) -> DecisionRecord:
    """Decide on an export, tag it and keep the decision.

    Args:
        context: what steps work with.
        owner: the tenant.
        export: the artifact; its parents were decided before.
        place: where the person is.
    """

    def judge_now() -> Judging:
        with context.vault.database.transaction(owner.id) as tx:
            by = Judge(context=context, owner=owner, shelf=context.policies_of(tx, owner))
            return judge_each(tx, by, [export], lambda at, own: _facts_of(at, owner, own, place))

    (verdict,) = keep_anew(context, judge_now)
    return verdict.record


def redecide_export(context: StepContext, export: Artifact) -> None:
    """Judge an export again, of the person whose request it answers."""
    with context.vault.database.transaction(export.tenant) as tx:
        owner, place = get_tenant(tx, keys=context.vault.keys), place_of_export(tx, export.id)
    decide_export(context, owner, export, place=place)


def _facts_of(tx: Transaction, owner: Tenant, export: Artifact, place: str | None) -> Facts:
    """What holds anything that it was made from holds it too."""
    held = {hold.matter for hold in list_holds_on(tx, artifact=export)}
    return Facts(
        as_of=tx.now,
        artifact=ArtifactFacts(
            id=export.id, kind=export.kind, captured_at=export.created_at, region=owner.settings.region
        ),
        tenant=TenantFacts(id=owner.id, store=True, retention_days=owner.settings.retention_days.get("export")),
        call=CallFacts(legs=(_requester(export, place),)),
        events=EventFacts(is_request_open=True, holds=tuple(sorted(held))),
        parents=tuple(_terms(tx, parent) for parent in export.parents),
    )


def _requester(export: Artifact, place: str | None) -> LegFacts:
    """The person asked for this copy in writing: that is what allows it to be kept, and it allows nothing else."""
    asked = ConsentFact(
        purpose=Purpose.STORE, outcome=Outcome.GRANTED, method=Method.PRIOR_WRITTEN, at=export.created_at
    )
    return LegFacts(label="requester", candidates=(place,) if place else (), is_satisfied=True, consents=(asked,))


def _terms(tx: Transaction, parent: ArtifactId) -> ParentTerms:
    last = find_decision(tx, parent)
    ended = {} if last is None else last.record["retention"]
    return ParentTerms(
        artifact=parent,
        training_failed=(ReasonCode.NOT_STORABLE,),
        scope=TrainingScope.NONE,
        ended_by=RetentionBasis(ended["ended_by"]) if ended.get("ended_by") else None,
        ended_on=None if not ended.get("ended_on") else date.fromisoformat(ended["ended_on"]),
    )
