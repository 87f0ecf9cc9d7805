"""Which version of a policy judges an artifact: the one in force at its capture, and every later one as a tightening.

Nothing here reads a clock or a store. A version whose notice was not delivered comes into force on no day; it freezes
exports all the same from the day it was announced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from pipeline.model.decision import DecisionRecord, PolicyRef
from pipeline.policies.bundle import Bundle
from pipeline.policies.case import moment_to_day
from pipeline.policies.decide import decide
from pipeline.policies.facts import Facts, LaterPolicy
from pipeline.policies.jurisdictions import JurisdictionMatrix

LEAST_NOTICE_DAYS: Final = 14
"""No version takes effect earlier after its notice, whatever it says itself (Nejix 11; for Connekz our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version as a tenant has it."""

    bundle: Bundle
    digest: str
    """Sha256 of the document that was stored."""
    announced_on: date
    """The day it was published to the tenant."""
    in_force_from: date | None
    """None while its notice has not been delivered."""

    @property
    def ref(self) -> PolicyRef:
        """What decisions name it by: the stored digest, which a newer reader of the document does not change."""
        return PolicyRef(id=self.bundle.id, version=self.bundle.version, digest=self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyShelf:
    """Every version of one tenant's policy, the first one first; there is always one."""

    versions: tuple[PolicyVersion, ...]

    @property
    def newest(self) -> PolicyVersion:
        """The one that was published last, in force or not."""
        return self.versions[-1]

    def in_force_on(self, day: date) -> PolicyVersion:
        """Give the last one that was in force on a day; before any was, the first."""
        in_force = [v for v in self.versions if v.in_force_from is not None and v.in_force_from <= day]
        return in_force[-1] if in_force else self.versions[0]

    def later_than(self, version: PolicyVersion, *, on: date) -> tuple[PolicyVersion, ...]:
        """Give those that follow a version and were announced by a day."""
        at = next(n for n, v in enumerate(self.versions) if v.digest == version.digest)
        return tuple(v for v in self.versions[at + 1 :] if v.announced_on <= on)

    def find(self, digest: str) -> PolicyVersion | None:
        """Find a version by the digest that calls and decisions name; None where the tenant never had it."""
        return next((v for v in self.versions if v.digest == digest), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decision with all that it was made from."""

    facts: Facts
    record: DecisionRecord
    version: PolicyVersion


def judge(shelf: PolicyShelf, facts: Facts, matrix: JurisdictionMatrix) -> Judged:
    """Judge an artifact by the version at its capture and every later one.

    Args:
        shelf: the tenant's versions.
        facts: what is known; later versions are put in here.
        matrix: the rows of law.
    """
    version = shelf.in_force_on(moment_to_day(facts.artifact.captured_at))
    later = shelf.later_than(version, on=moment_to_day(facts.as_of))
    whole = replace(facts, later_policies=tuple(_fact(v) for v in later))
    record = decide(whole, version.bundle, matrix, {v.digest: v.bundle for v in later})
    return Judged(facts=whole, record=replace(record, policy=version.ref), version=version)


def with_version(shelf: PolicyShelf, bundle: Bundle, *, announced_on: date) -> PolicyShelf:
    """Give the shelf as it would be with one more version, whose notice arrives the day it is announced."""
    day = force_day(bundle, delivered_on=announced_on, notice_days=notice_days(shelf, bundle))
    added = PolicyVersion(bundle=bundle, digest=bundle.digest, announced_on=announced_on, in_force_from=day)
    return PolicyShelf(versions=(*shelf.versions, added))


def notice_days(shelf: PolicyShelf, bundle: Bundle) -> int:
    """Give how long before its first day a version must be announced: the longest that it or the one before says."""
    return max(LEAST_NOTICE_DAYS, shelf.newest.bundle.change.notice_days, bundle.change.notice_days)


def force_day(bundle: Bundle, *, delivered_on: date, notice_days: int) -> date:
    """Give the first day of a version: the one it names, or later where its notice arrived late."""
    return max(bundle.effective.day, delivered_on + timedelta(days=notice_days))


def _fact(version: PolicyVersion) -> LaterPolicy:
    return LaterPolicy(
        version=version.bundle.version,
        notified_on=version.announced_on,
        effective_on=version.in_force_from,
        training_scope=version.bundle.training.scope,
        digest=version.digest,
    )
