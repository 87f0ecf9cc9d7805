from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.model.decision import DecisionRecord, TrainingScope, Visibility
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.policies.tightening import tighten
from tests.pipeline.policies.cases import facts, judge

PLAIN = judge(facts())
JUNE, JULY = date(2027, 6, 1), date(2027, 7, 1)


def other(**changes: Any) -> DecisionRecord:
    return replace(PLAIN, policy=replace(PLAIN.policy, version="2"), **changes)


def retained(record: DecisionRecord = PLAIN, **changes: Any) -> DecisionRecord:
    return replace(record, retention=replace(record.retention, **changes))


def test_a_version_that_allows_the_same_takes_nothing() -> None:
    assert tighten(PLAIN, other(), is_in_force=True) == PLAIN


@pytest.mark.parametrize("is_in_force", [True, False])
def test_before_its_first_day_only_training_and_download_are_frozen(is_in_force: bool) -> None:
    strict = other(
        download=replace(PLAIN.download, allowed=False),
        region=replace(PLAIN.region, replicate=False),
        minor_age=21,
        visibility=Visibility.QUARANTINED,
    )
    after = tighten(PLAIN, retained(strict, until=JUNE, review_on=None), is_in_force=is_in_force)

    assert not after.download.allowed
    assert after.region.replicate is not is_in_force
    assert (after.minor_age == 21) is is_in_force
    assert (after.visibility is Visibility.QUARANTINED) is is_in_force
    assert (after.retention.until == JUNE) is is_in_force


def test_the_earlier_end_counts_whichever_version_says_it() -> None:
    short, long = retained(until=JUNE, review_on=None), retained(until=JULY, review_on=None)

    assert tighten(short, replace(long, policy=other().policy), is_in_force=True).retention == short.retention
    after = tighten(long, replace(short, policy=other().policy), is_in_force=True).retention
    assert (after.until, after.clause.document) == (JUNE, "connekz 2")


def test_what_has_ended_it_by_either_is_kept_with_the_earlier_day_and_a_child_before_the_rest() -> None:
    nothing: dict[str, Any] = {}
    closed: dict[str, Any] = {"ended_by": RetentionBasis.CLOSURE, "ended_on": JULY}
    child: dict[str, Any] = {"ended_by": RetentionBasis.CHILD, "ended_on": JULY}
    early: dict[str, Any] = {"ended_by": RetentionBasis.DELETION_REQUEST, "ended_on": JUNE}
    for own, theirs, cause in (
        (nothing, closed, RetentionBasis.CLOSURE),
        (closed, nothing, RetentionBasis.CLOSURE),
        (closed, child, RetentionBasis.CHILD),
        (child, closed, RetentionBasis.CHILD),
        (child, early, RetentionBasis.DELETION_REQUEST),
        (early, closed, RetentionBasis.DELETION_REQUEST),
    ):
        after = tighten(retained(**own), retained(other(), **theirs), is_in_force=True)
        assert after.retention.ended_by is cause


@pytest.mark.parametrize(
    ("own", "theirs", "stricter"),
    [
        (Disposition.RETAIN, Disposition.DUE, Disposition.DUE),
        (Disposition.RESTRICTED, Disposition.RETAIN, Disposition.RESTRICTED),
        (Disposition.HELD, Disposition.HELD, Disposition.HELD),
    ],
)
def test_the_stricter_disposition_counts(own: Disposition, theirs: Disposition, stricter: Disposition) -> None:
    after = tighten(retained(disposition=own), retained(other(), disposition=theirs), is_in_force=True)

    assert after.retention.disposition is stricter


def test_a_company_that_the_later_version_was_not_asked_about_is_refused() -> None:
    after = tighten(PLAIN, other(processors=()), is_in_force=True)

    assert not any(p.allowed for p in after.processors)
    assert all(ReasonCode.POLICY_TIGHTENED in {r.code for r in p.reasons} for p in after.processors)


def test_the_narrower_scope_counts_with_what_it_is_limited_to() -> None:
    training = replace(PLAIN.training, scope=TrainingScope.OWN_INSTANCE, scope_id="inst_1")
    after = tighten(PLAIN, other(training=training), is_in_force=False).training

    assert (after.eligible, after.scope, after.scope_id) == (True, TrainingScope.OWN_INSTANCE, "inst_1")


def test_that_the_later_version_was_not_in_force_at_capture_is_nothing_against_it() -> None:
    reason = replace(judge(facts(), "nejix").training.reasons[0], code=ReasonCode.POLICY_NOT_IN_FORCE)
    after = tighten(PLAIN, other(training=replace(PLAIN.training, eligible=False, reasons=(reason,))), is_in_force=True)

    assert after.training == PLAIN.training
