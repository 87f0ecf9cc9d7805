"""Was there a receipt that covers this very recording? Asked of each one by itself, before a byte is fetched.

Unknown is no: a recording without a call, a leg without an answer, an answer after the recorder started, or a
withdrawal before it, all refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.model.call import LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Purpose

CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""A vendor's start time is cut to whole seconds and comes from another clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """Whether a recording may be fetched, why not, and where it must be cut."""

    is_authorised: bool
    reason: str
    cut_at_ms: int | None = None
    """Everything from here on came after a withdrawal and is discarded; None when nothing did."""


def authorise(
    *, started_at: datetime | None, legs: Sequence[LegRole], events: Sequence[ConsentEvent], is_recording_on: bool
) -> Authorisation:
    """Decide on one recording.

    Args:
        started_at: when the vendor says that the recorder started; None is refused.
        legs: roles of the people on the call; software of the tenant is not asked.
        events: all consent events of the call.
        is_recording_on: the tenant's own setting.

    Returns:
        The reason is `granted`, or the first thing that is missing, such as `caller_declined`.
    """
    people = [role for role in legs if role is not LegRole.AGENT]
    if not is_recording_on:
        return _refused("recording_off")
    if started_at is None or not people:
        return _refused("start_unknown" if people else "no_legs")
    for role in people:
        outcome = _outcome_at(role, events, started_at + CLOCK_TOLERANCE)
        if outcome is not Outcome.GRANTED:
            return _refused(f"{role.value}_{outcome.value if outcome else 'not_asked'}")
    return Authorisation(is_authorised=True, reason="granted", cut_at_ms=_cut(events, started_at))


def _outcome_at(role: LegRole, events: Sequence[ConsentEvent], moment: datetime) -> Outcome | None:
    """Say where a leg's permission to record stood at a moment; a withdrawal is final."""
    noted = sorted(
        (e for e in events if e.leg_role is role and e.purpose is Purpose.RECORD and e.at <= moment), key=lambda e: e.at
    )
    outcomes = [e.outcome for e in noted]
    if Outcome.WITHDRAWN in outcomes:
        return Outcome.WITHDRAWN
    return outcomes[-1] if outcomes else None


def _cut(events: Sequence[ConsentEvent], started_at: datetime) -> int | None:
    withdrawn = [e.at for e in events if e.purpose is Purpose.RECORD and e.outcome is Outcome.WITHDRAWN]
    if not withdrawn:
        return None
    return max(0, int((min(withdrawn) - started_at).total_seconds() * 1000))


def _refused(reason: str) -> Authorisation:
    return Authorisation(is_authorised=False, reason=reason)
