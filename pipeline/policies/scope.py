"""Whose models a policy lets learn from an artifact at most: later versions, instance and parents narrow it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.decision import SCOPE_ORDER, TrainingScope
from pipeline.policies.case import Case

_NAMED = frozenset({TrainingScope.TENANT_FEATURE, TrainingScope.OWN_INSTANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class WidestScope:
    """The most that could be allowed. A scope that must name an instance or feature and cannot is none."""

    scope: TrainingScope
    scope_id: str | None
    is_tightened: bool
    """Whether a later version of the policy made it narrower."""


def widest_scope(case: Case) -> WidestScope:
    """Find the narrowest of all that limit the scope."""
    own, scope_id = _at_capture(case)
    later = [v.training_scope for v in case.facts.later_policies if v.notified_on <= case.today]
    narrowed = narrowest(own, *later)
    scope = narrowest(narrowed, *(parent.scope for parent in case.facts.parents))
    named = {parent.scope_id for parent in case.facts.parents if parent.scope_id is not None}
    if scope in _NAMED and (scope_id is None or named - {scope_id}):
        scope = TrainingScope.NONE
    return WidestScope(scope=scope, scope_id=scope_id if scope in _NAMED else None, is_tightened=narrowed is not own)


def narrowest(*scopes: TrainingScope) -> TrainingScope:
    """Give the scope that allows least."""
    return min(scopes, key=SCOPE_ORDER.index)


def _at_capture(case: Case) -> tuple[TrainingScope, str | None]:
    training, instance = case.bundle.training, case.facts.call.instance
    if instance is not None:
        limit = training.instance_limit.scope if training.instance_limit else TrainingScope.NONE
        return narrowest(training.scope, limit), instance
    if training.scope is TrainingScope.NONE and training.feature_exception is not None and case.facts.tenant.feature:
        return training.feature_exception.scope, case.facts.tenant.feature
    return training.scope, None
