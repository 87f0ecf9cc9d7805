"""What a later version of a policy takes away from a decision. It never gives: a loosening does not reach back.

From its notice a version freezes what leaves the house for good: training and download. From its first day all of it
binds: the earlier end of both plans, the companies and regions that both allow, the stricter of everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from pipeline.model.consent import Purpose
from pipeline.model.decision import (
    SCOPE_ORDER,
    DecisionRecord,
    DownloadDecision,
    PermissionDecision,
    PolicyRef,
    ProcessorDecision,
    RegionDecision,
    RetentionDecision,
    TrainingDecision,
    TrainingScope,
    Visibility,
)
from pipeline.model.decision_terms import Clause, Reason, ReasonCode
from pipeline.model.retention import Disposition, RetentionBasis

_STRICTER_DISPOSITION: Final = (Disposition.RETAIN, Disposition.RESTRICTED, Disposition.DUE, Disposition.HELD)
_STRICTER_VISIBILITY: Final = (Visibility.REVIEW, Visibility.SEALED, Visibility.RESTRICTED, Visibility.QUARANTINED)


def tighten(record: DecisionRecord, other: DecisionRecord, *, is_in_force: bool) -> DecisionRecord:
    """Take from a decision what another version does not allow.

    Args:
        record: by the version at capture, and by every one before the other.
        other: of the same facts by the later version alone, asked about every company of `record`.
        is_in_force: False between notice and first day, when only training and download are frozen.
    """
    policy = other.policy
    frozen = replace(
        record,
        permissions=_permissions(record, other, all_of_them=is_in_force),
        training=_training(record.training, other.training, policy),
        download=_download(record.download, other.download, policy),
    )
    if not is_in_force:
        return frozen
    return replace(
        frozen,
        minor_age=max(record.minor_age, other.minor_age),
        retention=_retention(record.retention, other.retention, policy),
        processors=_processors(record.processors, other.processors, policy),
        region=_region(record.region, other.region, policy),
        visibility=max(record.visibility, other.visibility, key=_STRICTER_VISIBILITY.index),
    )


def _permissions(record: DecisionRecord, other: DecisionRecord, *, all_of_them: bool) -> tuple[PermissionDecision, ...]:
    return tuple(
        replace(own, allowed=own.allowed and theirs.allowed, reasons=_reasons(own, theirs, other.policy))
        if all_of_them or own.purpose is Purpose.TRAIN
        else own
        for own, theirs in zip(record.permissions, other.permissions, strict=True)
    )


def _training(own: TrainingDecision, theirs: TrainingDecision, policy: PolicyRef) -> TrainingDecision:
    # A version that was not in force at capture is here to take away, so that it was not is nothing against it.
    against = tuple(r for r in theirs.reasons if r.code is not ReasonCode.POLICY_NOT_IN_FORCE)
    narrower = min(own, theirs, key=lambda t: SCOPE_ORDER.index(t.scope))
    days = [day for day in (own.eligible_on, theirs.eligible_on) if day is not None]
    return replace(
        own,
        eligible=own.eligible and not against,
        scope=narrower.scope,
        scope_id=narrower.scope_id,
        reasons=_added(own.reasons, against, clause=theirs.clause, policy=policy),
        eligible_on=None if narrower.scope is TrainingScope.NONE else max(days, default=None),
    )


def _download(own: DownloadDecision, theirs: DownloadDecision, policy: PolicyRef) -> DownloadDecision:
    return replace(own, allowed=own.allowed and theirs.allowed, reasons=_reasons(own, theirs, policy))


def _region(own: RegionDecision, theirs: RegionDecision, policy: PolicyRef) -> RegionDecision:
    return replace(own, replicate=own.replicate and theirs.replicate, reasons=_reasons(own, theirs, policy))


def _processors(
    own: tuple[ProcessorDecision, ...], theirs: tuple[ProcessorDecision, ...], policy: PolicyRef
) -> tuple[ProcessorDecision, ...]:
    """A company that only the later version lists stays unlisted; one it was not asked about is taken for refused."""
    found = {(p.name, p.purpose, p.region): p for p in theirs}
    return tuple(_processor(one, found.get((one.name, one.purpose, one.region)), policy) for one in own)


def _processor(own: ProcessorDecision, theirs: ProcessorDecision | None, policy: PolicyRef) -> ProcessorDecision:
    if theirs is None:
        reason = Reason(code=ReasonCode.POLICY_TIGHTENED, clause=own.clause)
        return replace(own, allowed=False, reasons=(*own.reasons, reason))
    return replace(own, allowed=own.allowed and theirs.allowed, reasons=_reasons(own, theirs, policy))


def _retention(own: RetentionDecision, theirs: RetentionDecision, policy: PolicyRef) -> RetentionDecision:
    """Choose the earlier end. A hold is in force in both, and hides both days."""
    is_earlier = _reach(theirs.until) < _reach(own.until)
    first = theirs if _ends_earlier(theirs, own) else own
    disposition = max(own.disposition, theirs.disposition, key=_STRICTER_DISPOSITION.index)
    chosen = own if not is_earlier else replace(theirs, clause=_of(theirs.clause, policy))
    reviews = [day for day in (own.review_on, theirs.review_on) if day is not None]
    copies = [day for day in (own.vendor_copy_by, theirs.vendor_copy_by) if day is not None]
    return replace(
        chosen,
        disposition=disposition,
        review_on=min(reviews, default=None) if chosen.until is None else None,
        ended_by=first.ended_by,
        ended_on=first.ended_on,
        vendor_copy_by=min(copies, default=None),
    )


def _ends_earlier(one: RetentionDecision, other: RetentionDecision) -> bool:
    """Say whether an event ended it earlier; a sign of a child is named before others of the same day."""
    if one.ended_by is None:
        return False
    if other.ended_by is None:
        return True
    is_child = one.ended_by is RetentionBasis.CHILD and other.ended_by is not RetentionBasis.CHILD
    return _reach(one.ended_on) < _reach(other.ended_on) or (is_child and one.ended_on == other.ended_on)


def _reach(day: date | None) -> date:
    return date.max if day is None else day


type _Reasoned = PermissionDecision | DownloadDecision | RegionDecision | ProcessorDecision


def _reasons(own: _Reasoned, theirs: _Reasoned, policy: PolicyRef) -> tuple[Reason, ...]:
    return _added(own.reasons, theirs.reasons, clause=theirs.clause, policy=policy)


def _added(
    own: tuple[Reason, ...], theirs: Iterable[Reason], *, clause: Clause, policy: PolicyRef
) -> tuple[Reason, ...]:
    """Add what only the later version has against it, under the line that says that it is a later one."""
    known = {reason.code for reason in own}
    new = [replace(r, clause=_of(r.clause, policy)) for r in theirs if r.code not in known]
    if not new:
        return own
    return tuple(dict.fromkeys((*own, Reason(code=ReasonCode.POLICY_TIGHTENED, clause=_of(clause, policy)), *new)))


def _of(clause: Clause, policy: PolicyRef) -> Clause:
    """Name a clause of the later version as that version's, and leave those of law and answers."""
    return replace(clause, document=f"{policy.id} {policy.version}") if clause.document == policy.id else clause
