"""How long an artifact lives: its own kind's period, the law's bounds, and whatever has ended it.

A period runs from capture, also for what is made later. An event that ends a recording ends everything made from it;
the ordinary end of a parent's period does not. A bound of law whose condition is not established does nothing, and
nothing makes us keep what we were never allowed to have.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import RetentionDecision
from pipeline.model.decision_terms import Clause
from pipeline.model.retention import ENDINGS, MINIMUMS, Bound, Disposition, RetentionBasis, keep_until
from pipeline.policies.bundle import Bundle, Retention
from pipeline.policies.case import HOLD, Case, after, law_clause, make_case
from pipeline.policies.facts import Facts
from pipeline.policies.jurisdictions import REGULATED_SERVICE, JurisdictionMatrix, JurisdictionRow
from pipeline.policies.permissions import decide_permissions, purposes_to_keep
from pipeline.policies.permissions import is_storable as may_be_stored

_CAPPED: Final = frozenset(
    {
        ArtifactKind.RECORDING_ORIGINAL,
        ArtifactKind.RECORDING_REDACTED,
        ArtifactKind.TRANSCRIPT_ORIGINAL,
        ArtifactKind.TRANSCRIPT_REDACTED,
        ArtifactKind.SUMMARY,
        ArtifactKind.EMBEDDING,
    }
)
"""A cap on recordings would mean nothing if their words were kept without end."""
_OWN: Final = RetentionBasis.POLICY_MINIMUM
_MANDATED: Final = frozenset({ArtifactKind.RECORDING_ORIGINAL})


def decide_retention(case: Case, *, is_storable: bool) -> RetentionDecision:
    """Choose the day, name what set it, and say what is to be done now."""
    rule = case.bundle.retention[case.facts.artifact.kind]
    events = tuple(e for e in _events(case, is_storable) if e.basis not in rule.survives)
    is_lawful = all(event.basis is not RetentionBasis.NOT_PERMITTED for event in events)
    chosen = keep_until(
        _plan(case, rule), events=events, caps=_caps(case), minimums=_minimums(case, rule) if is_lawful else ()
    )
    first = min(events, key=lambda e: (e.reach, ENDINGS.index(e.basis)), default=None)
    holds = case.facts.events.holds
    shown = _held(min(holds)) if holds else chosen
    return RetentionDecision(
        until=shown.on,
        basis=shown.basis,
        clause=shown.clause,
        disposition=Disposition.HELD if holds else _disposition(case, chosen, first),
        review_on=_review_on(case, rule) if shown.on is None and not holds else None,
        ended_by=None if first is None else first.basis,
        ended_on=None if first is None else first.on,
        vendor_copy_by=_vendor_copy_by(case, first),
        matters=tuple(sorted(set(holds))),
    )


def mandated_until(facts: Facts, bundle: Bundle, matrix: JurisdictionMatrix) -> date | None:
    """Give the last day before which an established law forbids to purge; None where none does.

    Nothing makes us keep what we were never allowed to have.
    """
    case = make_case(facts, bundle, matrix)
    if not may_be_stored(case, decide_permissions(case)):
        return None
    if any(parent.ended_by is RetentionBasis.NOT_PERMITTED for parent in facts.parents):
        return None
    rule = bundle.retention[facts.artifact.kind]
    return max((bound.reach for bound in _minimums(case, rule)), default=None)


def _held(matter: str) -> Bound:
    return Bound(on=None, basis=RetentionBasis.HOLD, clause=Clause(document=HOLD, section=matter, key="legal hold"))


def _plan(case: Case, rule: Retention) -> Bound:
    setting = case.facts.tenant.retention_days
    clause = case.bundle.cite(rule)
    if setting is not None:
        within = max(setting, rule.tenant_min_days)
        within = within if rule.tenant_max_days is None else min(within, rule.tenant_max_days)
        return Bound(on=after(case.captured_on, within), basis=RetentionBasis.TENANT_SETTING, clause=clause)
    on = None if rule.days is None else after(case.captured_on, rule.days)
    return Bound(on=on, basis=RetentionBasis(rule.basis), clause=clause)


def _events(case: Case, is_storable: bool) -> Iterator[Bound]:
    bundle, events = case.bundle, case.facts.events
    if not is_storable:
        yield Bound(on=case.captured_on, basis=RetentionBasis.NOT_PERMITTED, clause=bundle.cite(bundle.store))
    yield from _never_meant_to_be_here(case)
    if events.deletion_requested_on is not None:
        clause = bundle.cite(bundle.deletion)
        yield Bound(on=events.deletion_requested_on, basis=RetentionBasis.DELETION_REQUEST, clause=clause)
    if events.closed_on is not None:
        on = after(events.closed_on, bundle.closure.purge_by_day)
        yield Bound(on=on, basis=RetentionBasis.CLOSURE, clause=bundle.cite(bundle.closure))
    withdrawn_on = case.withdrawn_on(purposes_to_keep(case.facts.artifact.kind))
    if withdrawn_on is not None and not case.facts.artifact.is_before_withdrawal:
        yield Bound(on=withdrawn_on, basis=RetentionBasis.WITHDRAWAL, clause=bundle.cite(bundle.record))
    for parent in case.facts.parents:
        if parent.ended_by is not None:
            on = parent.ended_on or case.captured_on
            yield Bound(on=on, basis=parent.ended_by, clause=bundle.cite(bundle.store))


def _never_meant_to_be_here(case: Case) -> Iterator[Bound]:
    """Give what the policy wants gone within hours of being known: what a child said, a card number left in words."""
    bundle, unhidden_on = case.bundle, case.facts.events.card_unhidden_on
    for signal in (s for s in case.children if not s.is_cleared):
        on = after(signal.on, -(-bundle.minors.purge_within_hours // 24))
        yield Bound(on=on, basis=RetentionBasis.CHILD, clause=bundle.cite(bundle.minors))
    if unhidden_on is not None and bundle.card_numbers is not None:
        on = after(unhidden_on, -(-bundle.card_numbers.purge_within_hours // 24))
        yield Bound(on=on, basis=RetentionBasis.CARD_NUMBER, clause=bundle.cite(bundle.card_numbers))


def _caps(case: Case) -> tuple[Bound, ...]:
    if case.facts.artifact.kind not in _CAPPED:
        return ()
    return tuple(
        Bound(
            on=after(case.captured_on, row.retention_cap_days),
            basis=RetentionBasis.JURISDICTION_CAP,
            clause=law_clause(row, row.retention_cap_cite),
        )
        for row in case.rows
        if row.retention_cap_days is not None and _is_established(case, row, row.retention_cap_applies)
    )


def _minimums(case: Case, rule: Retention) -> tuple[Bound, ...]:
    own = rule.minimum
    named = (
        () if own is None else (Bound(on=after(case.captured_on, own.days), basis=_OWN, clause=case.bundle.cite(own)),)
    )
    return named + (_mandated(case) if case.facts.artifact.kind in _MANDATED else ())


def _mandated(case: Case) -> tuple[Bound, ...]:
    return tuple(
        Bound(
            on=after(case.captured_on, row.retention_min_days),
            basis=RetentionBasis.JURISDICTION_MINIMUM,
            clause=law_clause(row, row.retention_min_cite),
        )
        for row in case.rows
        if row.retention_min_days is not None and _is_established(case, row, row.retention_min_applies)
    )


def _is_established(case: Case, row: JurisdictionRow, condition: str | None) -> bool:
    if condition is None:
        return True
    if condition == REGULATED_SERVICE:
        return row.id in case.facts.tenant.regulated_in  # what one place regulates is no rule for another's recordings
    if condition.startswith("from_"):
        return case.captured_on >= date.fromisoformat(condition.removeprefix("from_"))
    return condition in case.facts.call.purposes


def _disposition(case: Case, chosen: Bound, first: Bound | None) -> Disposition:
    if chosen.reach <= case.today:
        return Disposition.DUE
    if first is not None and chosen.basis in MINIMUMS and first.reach <= case.today:
        return Disposition.RESTRICTED
    return Disposition.RETAIN


def _review_on(case: Case, rule: Retention) -> date | None:
    if rule.review_days is None:
        return None
    reviews = max(0, (case.today - case.captured_on).days) // rule.review_days + 1
    return after(case.captured_on, reviews * rule.review_days)


def _vendor_copy_by(case: Case, first: Bound | None) -> date | None:
    if first is None or first.on is None:
        return None
    closed_on = case.facts.events.closed_on
    if first.basis is RetentionBasis.CLOSURE and closed_on is not None:
        return after(closed_on, case.bundle.closure.vendor_by_day)
    return first.on
