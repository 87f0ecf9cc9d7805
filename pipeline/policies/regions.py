"""Where copies of an artifact may lie or be worked on, by the law of the people on the call."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model.decision import RegionDecision
from pipeline.model.decision_terms import Reason, ReasonCode
from pipeline.policies.bundle import Residency
from pipeline.policies.case import Case


def family(region: str) -> str:
    """Give the family of a region: `eu` of `eu-central-1`, `local` of this building."""
    return region.split("-", maxsplit=1)[0].lower()


def broken_rules(case: Case, region: str | None, *, purpose: str) -> Iterator[Residency]:
    """Give each rule of residency that a region breaks for a purpose; an unnamed region breaks all that apply."""
    for rule in case.bundle.residency:
        applies = purpose in rule.purposes and case.touches(rule.places)
        if applies and (region is None or family(region) not in rule.regions):
            yield rule


def decide_region(case: Case) -> RegionDecision:
    """Say where the artifact lies, and whether copies may be made elsewhere."""
    rule = case.bundle.replication
    reasons: list[Reason] = []
    if not rule.allowed:
        reasons.append(case.reason(ReasonCode.POLICY_FORBIDS, rule))
    if case.touches(rule.excluded_places):
        reasons.append(case.reason(ReasonCode.REGION, rule))
    return RegionDecision(
        region=case.facts.artifact.region,
        replicate=not reasons,
        reasons=tuple(reasons),
        clause=case.bundle.cite(rule),
    )
