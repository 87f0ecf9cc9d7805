"""The facts of one artifact brought under one policy and the law of every place: what all parts of a decision share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.model.consent import Outcome, Purpose
from pipeline.model.decision_terms import Clause, Reason, ReasonCode
from pipeline.policies.bundle import Bundle
from pipeline.policies.facts import ChildSignal, Facts
from pipeline.policies.jurisdictions import UNKNOWN, JurisdictionMatrix, JurisdictionRow, Token
from pipeline.policies.leaf import Leaf

LAW = "jurisdictions"
ANSWER = "receipt"
PARENT = "artifact"
HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One artifact, one policy, all places joined."""

    facts: Facts
    bundle: Bundle
    matrix: JurisdictionMatrix
    places: tuple[str, ...]
    tokens: frozenset[Token]
    minor_age: int

    @property
    def today(self) -> date:
        """The day the decision is for."""
        return moment_to_day(self.facts.as_of)

    @property
    def captured_on(self) -> date:
        """The day every period runs from."""
        return moment_to_day(self.facts.artifact.captured_at)

    @property
    def children(self) -> tuple[ChildSignal, ...]:
        """Signs of a person below the age; a sign without an age is one."""
        return tuple(s for s in self.facts.events.child_signals if s.age is None or s.age < self.minor_age)

    @property
    def rows(self) -> tuple[JurisdictionRow, ...]:
        """Every row of law that rules, each once. Unknown places have none."""
        found = {row.id: row for place in self.places for row in self.matrix.lineage(place)}
        return tuple(found.values())

    def touches(self, places: tuple[str, ...]) -> bool:
        """Say whether any person may be at one of these places; somebody unknown may be anywhere."""
        if any(not self.matrix.is_known(place) for place in self.places):
            return bool(places)
        return any(row.id in places for row in self.rows)

    def withdrawn_on(self, purposes: tuple[Purpose, ...]) -> date | None:
        """Give the first day on which somebody withdrew one of the purposes."""
        days = [
            moment_to_day(consent.at)
            for leg in self.facts.call.legs
            for consent in leg.consents
            if consent.outcome is Outcome.WITHDRAWN and consent.purpose in purposes
        ]
        return min(days, default=None)

    def reason(self, code: ReasonCode, leaf: Leaf) -> Reason:
        """Say what stands against something, by a clause of the policy."""
        return Reason(code=code, clause=self.bundle.cite(leaf))


def make_case(facts: Facts, bundle: Bundle, matrix: JurisdictionMatrix) -> Case:
    """Join the places of every leg; a leg that could be anywhere, and a call without legs, is unknown."""
    found = [place for leg in facts.call.legs for place in (leg.candidates or (UNKNOWN,))] or [UNKNOWN]
    places = tuple(dict.fromkeys([*found, *facts.call.added_places]))
    return Case(
        facts=facts,
        bundle=bundle,
        matrix=matrix,
        places=places,
        tokens=matrix.tokens(places),
        minor_age=max(bundle.minors.below_age, matrix.minor_age(places) or 0),
    )


def law_clause(row: JurisdictionRow, cite: str | None = None) -> Clause:
    """Name a row of law."""
    return Clause(document=LAW, section=row.id, key=cite or row.cite)


def moment_to_day(moment: datetime) -> date:
    """Give the day of a moment in UTC; every period is counted in such days.

    At the two ends of the calendar, where there is no UTC day, the day as written is given.
    """
    try:
        return moment.astimezone(UTC).date()
    except OverflowError:
        return moment.date()


def after(day: date, days: int) -> date:
    """Count days on; at the end of the calendar, stay there."""
    return day + timedelta(days=days) if days <= (date.max - day).days else date.max


def once(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Keep each reason once, in the order found."""
    return tuple(dict.fromkeys(reasons))
