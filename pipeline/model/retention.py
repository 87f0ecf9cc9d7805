"""How long a copy lives, and why: one formula, in dates.

`hold ? held : max(minimum, min(events, caps, tenant's setting if set else the policy's default))`
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from pipeline.model.decision_terms import Clause

REVIEW_GRACE: Final = timedelta(days=30)
"""How long a review may wait for its written justification before it is an error: a month for whoever writes."""


class RetentionBasis(StrEnum):
    """What set the date."""

    POLICY = "policy"
    """The policy's own default."""
    HOUSE_CHOICE = "house_choice"
    """The policy is silent, and we chose; the policy file says why."""
    TENANT_SETTING = "tenant_setting"
    JURISDICTION_CAP = "jurisdiction_cap"
    JURISDICTION_MINIMUM = "jurisdiction_minimum"
    POLICY_MINIMUM = "policy_minimum"
    """A law that binds whoever made the policy, as the policy names it."""
    CHILD = "child"
    CARD_NUMBER = "card_number"
    """It holds a card number that could not be hidden, and the policy says that none is stored."""
    DELETION_REQUEST = "deletion_request"
    CLOSURE = "closure"
    WITHDRAWAL = "withdrawal"
    NOT_PERMITTED = "not_permitted"
    """It should never have been kept."""
    HOLD = "hold"


ENDINGS = (
    RetentionBasis.CHILD,
    RetentionBasis.CARD_NUMBER,
    RetentionBasis.DELETION_REQUEST,
    RetentionBasis.CLOSURE,
    RetentionBasis.WITHDRAWAL,
    RetentionBasis.NOT_PERMITTED,
)
"""Events that end a recording and everything made from it."""


MINIMUMS = (RetentionBasis.JURISDICTION_MINIMUM, RetentionBasis.POLICY_MINIMUM)
"""What forbids to destroy a copy before its day."""


class Disposition(StrEnum):
    """What is to be done with the copy."""

    RETAIN = "retain"
    """Keep until the date, or until a yearly review says otherwise where there is none."""
    DUE = "due"
    """Purge now."""
    RESTRICTED = "restricted"
    """Something has ended it, and the law still makes us keep it: nobody reads it, nothing uses it."""
    HELD = "held"
    """A legal hold is in force; nothing may be disposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A day on which a copy ends or before which it must not, and what says so. No day: without end."""

    on: date | None
    basis: RetentionBasis
    clause: Clause

    @property
    def reach(self) -> date:
        """The day, with "without end" as the last one there is, so that bounds compare."""
        return date.max if self.on is None else self.on


def keep_until(
    plan: Bound, *, events: tuple[Bound, ...], caps: tuple[Bound, ...], minimums: tuple[Bound, ...]
) -> Bound:
    """Choose the bound that decides; a hold is not considered here.

    Args:
        plan: the tenant's setting where it set one, else the policy's default.
        events: what has ended the copy, with the day it must be gone by.
        caps: latest days that the law of a place allows.
        minimums: days before which the law of a place forbids to purge, each with its condition established.

    Returns:
        The earliest of plan, events and caps, or the latest minimum where that is later. Where two say the same day,
        an event is named before a cap, a cap before the plan, and all before a minimum.
    """
    earliest = min((*events, *caps, plan), key=lambda bound: bound.reach)
    latest_minimum = max(minimums, key=lambda bound: bound.reach, default=earliest)
    return latest_minimum if latest_minimum.reach > earliest.reach else earliest
