"""Whose permissions a recording rests on: the people who can be heard in what was kept, and what they said by then.

A call may go on after a cut, with people and answers that are not in this recording. What somebody said of training,
and every withdrawal, counts whenever it was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.consent.standing_at import is_audible_between
from pipeline.consent.start_window import CLOCK_TOLERANCE
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Purpose
from pipeline.model.recording import Recording

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def people_heard(legs: Sequence[Leg], recording: Recording, noted: Mapping[str, Any]) -> tuple[Leg, ...]:
    """List the people who may be heard, software left out; where nobody would be left, everybody."""
    people = tuple(leg for leg in legs if leg.role is not LegRole.AGENT)
    started_at, cut_at = recording.started_at, cut_of(noted)
    if started_at is None:
        return people
    first = started_at - CLOCK_TOLERANCE
    there = [leg for leg in people if is_audible_between(leg, first, cut_at or _NEVER)]
    # Who joined at the very moment of the cut is the reason for it.
    kept = tuple(leg for leg in there if cut_at is None or leg.joined_at is None or leg.joined_at < cut_at)
    return kept or people


def said_of(leg: Leg, events: Sequence[ConsentEvent], noted: Mapping[str, Any]) -> tuple[ConsentEvent, ...]:
    """List what one person said that bears on what was kept."""
    own = (e for e in events if e.leg_role is leg.role and e.ordinal == leg.ordinal)
    cut_at = cut_of(noted)
    return tuple(
        e
        for e in own
        if cut_at is None or e.at < cut_at or e.purpose is Purpose.TRAIN or e.outcome is Outcome.WITHDRAWN
    )


def cut_of(noted: Mapping[str, Any]) -> datetime | None:
    """Read the moment from which nothing was kept; None where all was."""
    cut_at = noted.get("cut_at")
    return datetime.fromisoformat(cut_at) if isinstance(cut_at, str) else None
