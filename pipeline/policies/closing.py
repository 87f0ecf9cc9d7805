"""The days of a closed account: what must be done by when, counted from the day it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.policies.bundle import Bundle
from pipeline.policies.case import after

KEY_LEAD_DAYS: Final = 7
"""A keeper of keys may wait this long between being told to destroy one and its being gone (AWS KMS: seven days)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosurePlan:
    """By which day each part of a closure is done at the latest."""

    closed_on: date
    vendor_by: date
    """The telephony vendor has no copy; deletes are issued at once. It keeps metadata forty days more."""
    purge_on: date
    """Everything that no hold and no law keeps is purged, in the run of this night."""
    key_by: date
    """The tenant's key is told to be destroyed, whatever still waits: nobody reads what is left."""
    proof_by: date
    """The closure's certificate is signed."""


def plan_of(closed_on: date, bundle: Bundle) -> ClosurePlan:
    """Count the days of a closure under a policy, whose three numbers ascend."""
    rule = bundle.closure
    return ClosurePlan(
        closed_on=closed_on,
        vendor_by=after(closed_on, rule.vendor_by_day),
        purge_on=after(closed_on, rule.purge_by_day),
        key_by=after(closed_on, max(rule.purge_by_day, rule.outer_bound_days - KEY_LEAD_DAYS)),
        proof_by=after(closed_on, rule.outer_bound_days),
    )
