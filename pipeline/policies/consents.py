"""From the events of a call to where each person's permissions stand, as `decide` takes them."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Standing, standings
from pipeline.policies.facts import ConsentFact


def consent_facts(events: Iterable[ConsentEvent], leg_role: LegRole) -> tuple[ConsentFact, ...]:
    """Reduce one person's events to a fact for each purpose; a withdrawal remembers whether it undid a yes."""
    own = tuple(event for event in events if event.leg_role is leg_role)
    return tuple(_fact(standing, own) for standing in standings(own))


def _fact(standing: Standing, own: tuple[ConsentEvent, ...]) -> ConsentFact:
    before = standings(tuple(e for e in own if e.purpose is standing.purpose and e.at < standing.at))
    return ConsentFact(
        purpose=standing.purpose,
        outcome=standing.outcome,
        method=standing.method,
        at=standing.at,
        script_sha256=None if standing.script is None else standing.script.sha256,
        was_granted=standing.outcome is Outcome.WITHDRAWN and any(s.is_granted for s in before),
    )
