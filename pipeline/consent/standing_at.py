"""Where people's permissions stood at a moment of the call, and when one of them first fell short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The legs that must agree, what was answered for the purposes that are needed, and which those are."""

    legs: Sequence[Leg]
    events: Sequence[ConsentEvent]
    needed: Sequence[Purpose]


def name_of(role: LegRole, ordinal: int) -> str:
    """Name a leg in a reason: `caller`, `callee`, `callee2`."""
    return role.value if ordinal == 1 else f"{role.value}{ordinal}"


def is_audible_between(leg: Leg, first: datetime, last: datetime) -> bool:
    """Say whether a person may have been heard at some moment of an interval.

    Who left at the very moment of joining was called, and not let in. A leg that left before it joined is told wrongly:
    it counts as one that never left.
    """
    joined_at, left_at = leg.joined_at, leg.left_at
    if joined_at is not None and (joined_at > last or joined_at == left_at):
        return False
    is_gone = left_at is not None and left_at < first and (joined_at is None or left_at >= joined_at)
    return not is_gone


def gap_at(people: People, leg: Leg, moment: datetime) -> str | None:
    """Say what a leg had not agreed to at a moment: `not_asked`, `declined`, `transcribe_declined`; None for nothing.

    Only what was answered in the round in force counts, except that a withdrawal is final. Of answers at the same
    moment the one that permits less counts.
    """
    noted = [e for e in people.events if e.at <= moment]
    in_force = max((e.round for e in noted), default=1)
    own = [e for e in noted if e.leg_role is leg.role and e.ordinal == leg.ordinal]
    for purpose in people.needed:
        outcome = _outcome([e for e in own if e.purpose is purpose], in_force)
        if outcome is not Outcome.GRANTED:
            prefix = "" if purpose is Purpose.RECORD else f"{purpose.value}_"
            return prefix + (outcome.value if outcome else "not_asked")
    return None


def gaps_after(people: People, start: datetime) -> list[tuple[datetime, str]]:
    """List the moments after a start at which somebody who could be heard had not agreed, with who and what.

    Everything that can end a permission is a moment of its own: an answer, a round that begins, a person who joins.
    A withdrawal counts whether its person could still be heard or not.
    """
    moments = {e.at for e in people.events} | {leg.joined_at for leg in people.legs if leg.joined_at is not None}
    found = [
        (e.at, f"{name_of(e.leg_role, e.ordinal)}_{e.outcome.value}")
        for e in people.events
        if e.outcome is Outcome.WITHDRAWN and e.at > start
    ]
    for moment in sorted(m for m in moments if m > start):
        for leg in people.legs:
            gap = gap_at(people, leg, moment) if is_audible_between(leg, moment, moment) else None
            if gap is not None:
                found.append((moment, f"{name_of(leg.role, leg.ordinal)}_{gap}"))
                return found
    return found


def _outcome(events: Sequence[ConsentEvent], in_force: int) -> Outcome | None:
    if any(e.outcome is Outcome.WITHDRAWN for e in events):
        return Outcome.WITHDRAWN
    current = [e for e in events if e.round == in_force]
    last_at = max((e.at for e in current), default=None)
    last = {e.outcome for e in current if e.at == last_at}
    return min(last - {Outcome.GRANTED}, default=Outcome.GRANTED if last else None)
