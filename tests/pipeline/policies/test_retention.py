from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.decision import RetentionDecision, TrainingScope
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.policies.facts import ChildSign, ChildSignal, Facts, ParentTerms
from tests.pipeline.policies.cases import (
    AGREED,
    CAPTURED,
    LONG_AFTER,
    a_leg,
    answering,
    facts,
    judge,
    with_artifact,
    with_events,
    with_legs,
    with_tenant,
)

DAY = CAPTURED.date()
ORIGINAL = ArtifactKind.RECORDING_ORIGINAL


def retention(given: Facts, policy: str = "nejix") -> RetentionDecision:
    return judge(given, policy).retention


@pytest.mark.parametrize(
    ("policy", "kind", "days", "basis"),
    [
        ("nejix", ArtifactKind.RECORDING_ORIGINAL, 90, RetentionBasis.HOUSE_CHOICE),
        ("nejix", ArtifactKind.RECORDING_REDACTED, 90, RetentionBasis.HOUSE_CHOICE),
        ("nejix", ArtifactKind.TRANSCRIPT_ORIGINAL, None, RetentionBasis.POLICY),
        ("nejix", ArtifactKind.TRANSCRIPT_REDACTED, None, RetentionBasis.POLICY),
        ("nejix", ArtifactKind.CALL_METADATA, None, RetentionBasis.POLICY),
        ("nejix", ArtifactKind.SUMMARY, 90, RetentionBasis.HOUSE_CHOICE),
        ("nejix", ArtifactKind.CONSENT_RECEIPT, 2190, RetentionBasis.HOUSE_CHOICE),
        ("connekz", ArtifactKind.RECORDING_ORIGINAL, None, RetentionBasis.POLICY),
        ("connekz", ArtifactKind.TRANSCRIPT_ORIGINAL, None, RetentionBasis.POLICY),
        ("connekz", ArtifactKind.SUMMARY, None, RetentionBasis.POLICY),
        ("connekz", ArtifactKind.CALL_METADATA, None, RetentionBasis.HOUSE_CHOICE),
        ("connekz", ArtifactKind.EMBEDDING, 365, RetentionBasis.HOUSE_CHOICE),
    ],
)
@pytest.mark.clause("nejix", "4", "as long as your account is active")
@pytest.mark.contradiction(2)
def test_each_kind_lives_as_its_policy_says(
    policy: str, kind: ArtifactKind, days: int | None, basis: RetentionBasis
) -> None:
    decision = retention(facts(kind), policy)

    assert decision.until == (None if days is None else DAY + timedelta(days=days))
    assert decision.basis is basis
    assert decision.disposition is Disposition.RETAIN


@pytest.mark.clause("connekz", "4", "as long as needed to provide the service")
def test_what_has_no_end_is_justified_again_every_year() -> None:
    assert retention(facts(ORIGINAL), "connekz").review_on == DAY + timedelta(days=365)
    later = facts(ORIGINAL, as_of=CAPTURED + timedelta(days=365))
    assert retention(later, "connekz").review_on == DAY + timedelta(days=730)


def test_what_has_an_end_needs_no_review() -> None:
    assert retention(facts(ORIGINAL)).review_on is None


@pytest.mark.parametrize(("setting", "days"), [(30, 30), (365, 365), (366, 365), (5000, 365), (1, 1), (0, 1), (-9, 1)])
@pytest.mark.contradiction(2)
def test_a_tenants_setting_replaces_the_default_inside_the_policys_limits(setting: int, days: int) -> None:
    decision = retention(with_tenant(facts(ORIGINAL), retention_days=setting))

    assert decision.until == DAY + timedelta(days=days)
    assert decision.basis is RetentionBasis.TENANT_SETTING


@pytest.mark.clause("nejix", "4", "as long as your account is active")
@pytest.mark.contradiction(2)
def test_the_day_after_the_period_the_recording_is_due() -> None:
    before = facts(ORIGINAL, as_of=CAPTURED + timedelta(days=89))
    on = facts(ORIGINAL, as_of=CAPTURED + timedelta(days=90))

    assert retention(before).disposition is Disposition.RETAIN
    assert retention(on).disposition is Disposition.DUE


def test_a_hold_wins_over_an_expiry_and_names_its_matters() -> None:
    old = facts(ORIGINAL, as_of=CAPTURED + timedelta(days=400))
    decision = retention(with_events(old, holds=("m2", "m1", "m2")))

    assert (decision.until, decision.disposition) == (None, Disposition.HELD)
    assert decision.basis is RetentionBasis.HOLD
    assert decision.matters == ("m1", "m2")
    assert decision.clause.document == "hold"


@pytest.mark.contradiction(6)
def test_a_hold_wins_over_a_deletion_request_and_the_request_is_not_forgotten() -> None:
    asked = with_events(facts(ORIGINAL), deletion_requested_on=LONG_AFTER.date(), holds=("m1",))

    assert retention(asked).disposition is Disposition.HELD
    assert retention(asked).ended_by is RetentionBasis.DELETION_REQUEST


@pytest.mark.clause("connekz", "4", "deletion support coming soon")
@pytest.mark.contradiction(3)
def test_a_deletion_request_ends_even_what_is_kept_indefinitely() -> None:
    decision = retention(with_events(facts(ORIGINAL), deletion_requested_on=LONG_AFTER.date()), "connekz")

    assert decision.until == LONG_AFTER.date()
    assert decision.basis is RetentionBasis.DELETION_REQUEST
    assert decision.disposition is Disposition.DUE


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
@pytest.mark.clause("nejix", "4", "delete or anonymize your personal information within 90 days")
@pytest.mark.contradiction(5)
@pytest.mark.acceptance(11)
def test_after_closure_the_vendors_copy_goes_by_day_50_and_ours_by_day_80(policy: str) -> None:
    closed = with_events(facts(ArtifactKind.TRANSCRIPT_ORIGINAL), closed_on=LONG_AFTER.date())
    decision = retention(closed, policy)

    assert decision.until == LONG_AFTER.date() + timedelta(days=80)
    assert decision.vendor_copy_by == LONG_AFTER.date() + timedelta(days=50)
    assert decision.basis is RetentionBasis.CLOSURE


def test_closure_does_not_lengthen_what_ends_sooner() -> None:
    closed = with_events(facts(ORIGINAL), closed_on=CAPTURED.date() + timedelta(days=80))

    assert retention(closed).until == DAY + timedelta(days=90)


@pytest.mark.parametrize(
    ("policy", "place", "age", "is_child"),
    [
        ("nejix", "NZ", 12, True),
        ("nejix", "NZ", 13, False),
        ("nejix", "DE", 15, True),
        ("nejix", "DE", 16, False),
        ("nejix", "FR", 14, True),
        ("nejix", "FR", 15, False),
        ("nejix", "BE", 13, False),
        ("nejix", "US-CA", 15, True),
        ("nejix", "unknown", 17, True),
        ("connekz", "NZ", 17, True),
        ("connekz", "NZ", 18, False),
        ("connekz", "DE", 17, True),
        ("nejix", "NZ", None, True),
    ],
)
@pytest.mark.clause("nejix", "9", "we will promptly delete it")
@pytest.mark.clause("connekz", "7", "users 18 years and older")
@pytest.mark.clause("connekz", "7", "collect data from children under 18")
@pytest.mark.contradiction(12)
def test_a_child_is_whoever_is_below_the_higher_of_policy_and_place(
    policy: str, place: str, age: int | None, is_child: bool
) -> None:
    signal = ChildSignal(sign=ChildSign.STATED_AGE, age=age, on=LONG_AFTER.date())
    decision = retention(with_events(with_legs(facts(ORIGINAL), a_leg(place)), child_signals=(signal,)), policy)

    assert (decision.ended_by is RetentionBasis.CHILD) == is_child
    if is_child:
        assert decision.until == LONG_AFTER.date() + timedelta(days=3)


@pytest.mark.clause("connekz", "7", "collect data from children under 18")
@pytest.mark.acceptance(15)
def test_perpetual_retention_does_not_protect_what_a_child_said() -> None:
    signal = ChildSignal(sign=ChildSign.AGENT_FLAG, on=LONG_AFTER.date())
    decision = retention(with_events(facts(ORIGINAL), child_signals=(signal,)), "connekz")

    assert decision.until == LONG_AFTER.date() + timedelta(days=3)


@pytest.mark.contradiction(4)
def test_a_cap_of_law_cuts_what_a_policy_keeps_indefinitely() -> None:
    decision = retention(with_legs(facts(ORIGINAL), a_leg("FR")), "connekz")

    assert decision.until == DAY + timedelta(days=180)
    assert decision.basis is RetentionBasis.JURISDICTION_CAP
    assert decision.clause.document == "jurisdictions"
    assert decision.clause.section == "FR"
    assert decision.clause.key.startswith("CNIL NS-057")


def test_the_shortest_cap_of_all_legs_counts() -> None:
    both = with_legs(facts(ORIGINAL), a_leg("FR"), a_leg("PT"))

    assert retention(both, "connekz").until == DAY + timedelta(days=30)


def test_a_cap_for_quality_does_nothing_where_that_is_no_purpose() -> None:
    other = with_legs(facts(ORIGINAL), a_leg("FR"), purposes=("order_taking",))

    assert retention(other, "connekz").until is None


@pytest.mark.parametrize("kind", [ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.SUMMARY, ArtifactKind.EMBEDDING])
@pytest.mark.contradiction(4)
def test_a_cap_on_recordings_reaches_their_words(kind: ArtifactKind) -> None:
    assert retention(with_legs(facts(kind), a_leg("FR")), "connekz").until == DAY + timedelta(days=180)


def test_a_cap_leaves_the_proof_of_consent_alone() -> None:
    receipt = with_legs(facts(ArtifactKind.CONSENT_RECEIPT), a_leg("PT"))

    assert retention(receipt).until == DAY + timedelta(days=2190)


@pytest.mark.contradiction(6)
def test_a_mandated_minimum_keeps_a_regulated_tenants_recording_and_shows_it_to_nobody() -> None:
    regulated = with_tenant(with_legs(facts(ORIGINAL), a_leg("BR")), regulated_in=("BR",))
    record = judge(with_events(regulated, deletion_requested_on=LONG_AFTER.date()), "connekz")

    assert record.retention.until == DAY + timedelta(days=90)
    assert record.retention.basis is RetentionBasis.JURISDICTION_MINIMUM
    assert record.retention.disposition is Disposition.RESTRICTED
    assert not record.training.eligible


def test_an_unestablished_minimum_never_delays_a_deletion() -> None:
    unregulated = with_legs(facts(ORIGINAL), a_leg("BR"))
    decision = retention(with_events(unregulated, deletion_requested_on=LONG_AFTER.date()), "connekz")

    assert (decision.until, decision.disposition) == (LONG_AFTER.date(), Disposition.DUE)


def test_what_one_place_regulates_keeps_no_recording_of_another() -> None:
    hungarian = with_tenant(with_legs(facts(ORIGINAL), a_leg("HU")), regulated_in=("BR",))
    decision = retention(with_events(hungarian, deletion_requested_on=LONG_AFTER.date()), "connekz")

    assert (decision.until, decision.disposition) == (LONG_AFTER.date(), Disposition.DUE)


@pytest.mark.parametrize(
    ("captured", "until"),
    [
        (datetime(2027, 5, 13, tzinfo=UTC), date(2027, 8, 11)),
        (datetime(2027, 5, 14, tzinfo=UTC), date(2028, 5, 13)),
    ],
)
def test_a_minimum_with_a_date_applies_from_that_date(captured: datetime, until: date) -> None:
    given = with_artifact(with_legs(facts(ORIGINAL), a_leg("IN")), captured_at=captured)

    assert retention(replace(given, as_of=captured)).until == until


def test_a_minimum_wins_over_a_cap_and_over_a_shorter_setting() -> None:
    portugal = with_tenant(with_legs(facts(ORIGINAL), a_leg("PT")), regulated_in=("PT",), retention_days=7)

    assert retention(portugal).until == DAY + timedelta(days=90)


def test_a_minimum_is_for_the_recording_and_not_for_its_words() -> None:
    regulated = with_tenant(with_legs(facts(ArtifactKind.RECORDING_REDACTED), a_leg("HU")), regulated_in=("HU",))

    assert retention(regulated).until == DAY + timedelta(days=90)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in {Outcome.GRANTED, Outcome.WITHDRAWN}])
@pytest.mark.parametrize("purpose", [Purpose.RECORD, Purpose.STORE])
def test_a_recording_nobody_agreed_to_is_due_at_once(purpose: Purpose, outcome: Outcome) -> None:
    decision = retention(with_legs(facts(ORIGINAL), answering(purpose, outcome)))

    assert decision.disposition is Disposition.DUE
    assert decision.basis is RetentionBasis.NOT_PERMITTED


def test_no_law_makes_us_keep_what_we_were_never_allowed_to_have() -> None:
    refused = with_legs(facts(ORIGINAL), a_leg("HU"), answering(Purpose.RECORD, Outcome.DECLINED))

    assert retention(with_tenant(refused, regulated_in=("HU",))).disposition is Disposition.DUE


@pytest.mark.parametrize("kind", [ArtifactKind.CONSENT_RECEIPT, ArtifactKind.CALL_METADATA])
def test_the_proof_of_a_refusal_is_kept(kind: ArtifactKind) -> None:
    refused = with_legs(facts(kind), answering(Purpose.RECORD, Outcome.DECLINED))

    assert retention(refused).disposition is Disposition.RETAIN
    assert retention(refused).ended_by is None


def test_what_lies_after_a_withdrawal_ends_that_day() -> None:
    withdrawn = with_legs(facts(ORIGINAL), answering(Purpose.RECORD, Outcome.WITHDRAWN, was_granted=True, at=CAPTURED))

    decision = retention(withdrawn)
    assert (decision.until, decision.basis) == (DAY, RetentionBasis.WITHDRAWAL)


def test_what_lies_wholly_before_a_withdrawal_may_be_kept() -> None:
    withdrawn = with_legs(facts(ORIGINAL), answering(Purpose.RECORD, Outcome.WITHDRAWN, was_granted=True))
    decision = retention(with_artifact(withdrawn, is_before_withdrawal=True))

    assert decision.ended_by is None
    assert decision.until == DAY + timedelta(days=90)


def test_a_withdrawal_without_a_yes_before_it_permits_nothing() -> None:
    withdrawn = with_legs(facts(ORIGINAL), answering(Purpose.RECORD, Outcome.WITHDRAWN))
    decision = retention(with_artifact(withdrawn, is_before_withdrawal=True))

    assert decision.ended_by is RetentionBasis.NOT_PERMITTED


def test_withdrawing_training_alone_does_not_end_the_recording() -> None:
    withdrawn = with_legs(facts(ORIGINAL), answering(Purpose.TRAIN, Outcome.WITHDRAWN, was_granted=True))

    assert retention(withdrawn).ended_by is None


@pytest.mark.parametrize(
    "event",
    [RetentionBasis.DELETION_REQUEST, RetentionBasis.CHILD, RetentionBasis.WITHDRAWAL, RetentionBasis.CLOSURE],
)
def test_an_event_that_ends_a_recording_ends_what_was_made_from_it(event: RetentionBasis) -> None:
    parent = ParentTerms(
        artifact="art_0", training_failed=(), scope=TrainingScope.NONE, ended_by=event, ended_on=LONG_AFTER.date()
    )
    decision = retention(facts(ArtifactKind.TRANSCRIPT_REDACTED, parents=(parent,)))

    assert decision.until == LONG_AFTER.date()
    assert decision.ended_by is event


def test_a_nejix_transcript_outlives_its_recording() -> None:
    decision = retention(facts(ArtifactKind.TRANSCRIPT_ORIGINAL, as_of=CAPTURED + timedelta(days=4000)))

    assert decision.until is None
    assert decision.disposition is Disposition.RETAIN


@pytest.mark.parametrize(
    "changes",
    [
        {"deletion_requested_on": LONG_AFTER.date()},
        {"closed_on": LONG_AFTER.date()},
        {"child_signals": (ChildSignal(sign=ChildSign.TENANT_FLAG, on=LONG_AFTER.date()),)},
    ],
)
def test_a_receipt_survives_what_ends_the_recording(changes: dict[str, object]) -> None:
    decision = retention(with_events(facts(ArtifactKind.CONSENT_RECEIPT), **changes))

    assert decision.ended_by is None
    assert decision.until == DAY + timedelta(days=2190)


def test_of_two_events_the_earlier_is_named() -> None:
    both = with_events(facts(ORIGINAL), closed_on=DAY, deletion_requested_on=DAY + timedelta(days=5), holds=())

    assert retention(both, "connekz").ended_by is RetentionBasis.DELETION_REQUEST


def test_a_parent_that_only_expired_ends_nothing() -> None:
    assert retention(facts(ArtifactKind.TRANSCRIPT_REDACTED, parents=(AGREED,))).ended_by is None


SPOKEN = [
    ArtifactKind.RECORDING_ORIGINAL,
    ArtifactKind.RECORDING_REDACTED,
    ArtifactKind.TRANSCRIPT_ORIGINAL,
    ArtifactKind.TRANSCRIPT_REDACTED,
    ArtifactKind.SUMMARY,
    ArtifactKind.EMBEDDING,
]
POLICIES = ["nejix", "connekz"]
CHILD = {"child_signals": (ChildSignal(sign=ChildSign.AGENT_FLAG, on=LONG_AFTER.date()),)}


@pytest.mark.parametrize(
    ("changes", "days"),
    [({"deletion_requested_on": LONG_AFTER.date()}, 0), ({"closed_on": LONG_AFTER.date()}, 80), (CHILD, 3)],
)
@pytest.mark.clause("nejix", "4", "retained in perpetuity by default")
@pytest.mark.contradiction(5)
def test_perpetual_is_a_default_that_a_deletion_a_closure_and_a_child_override(
    changes: dict[str, object], days: int
) -> None:
    words = facts(ArtifactKind.TRANSCRIPT_ORIGINAL)

    assert retention(words).until is None
    assert retention(with_events(words, **changes)).until == LONG_AFTER.date() + timedelta(days=days)


@pytest.mark.clause("nejix", "4", "retained in perpetuity by default")
@pytest.mark.contradiction(4)
def test_perpetual_is_a_default_that_a_cap_of_law_overrides() -> None:
    words = with_legs(facts(ArtifactKind.TRANSCRIPT_ORIGINAL), a_leg("FR"))

    assert retention(words).until == DAY + timedelta(days=180)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kind", SPOKEN)
@pytest.mark.contradiction(10)
def test_nothing_that_was_said_stays_after_closure_as_if_it_were_anonymous(kind: ArtifactKind, policy: str) -> None:
    closed = with_events(facts(kind), closed_on=LONG_AFTER.date())
    due = with_events(facts(kind, as_of=LONG_AFTER + timedelta(days=80)), closed_on=LONG_AFTER.date())

    assert retention(closed, policy).ended_by is RetentionBasis.CLOSURE
    assert retention(due, policy).disposition is Disposition.DUE


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("changes", [{}, {"deletion_requested_on": DAY}, {"closed_on": DAY}, CHILD])
@pytest.mark.parametrize(
    ("original", "redacted"),
    [
        (ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED),
        (ArtifactKind.TRANSCRIPT_ORIGINAL, ArtifactKind.TRANSCRIPT_REDACTED),
    ],
)
@pytest.mark.contradiction(14)
def test_a_redacted_copy_lives_no_longer_than_its_original(
    original: ArtifactKind, redacted: ArtifactKind, changes: dict[str, object], policy: str
) -> None:
    one, other = (retention(with_events(facts(kind), **changes), policy) for kind in (original, redacted))

    assert (one.until, one.ended_by, one.disposition) == (other.until, other.ended_by, other.disposition)


@pytest.mark.parametrize("event", [RetentionBasis.DELETION_REQUEST, RetentionBasis.CHILD, RetentionBasis.WITHDRAWAL])
@pytest.mark.parametrize("kind", [ArtifactKind.SUMMARY, ArtifactKind.EMBEDDING])
@pytest.mark.clause("connekz", "4", "kept forever unless you delete them")
def test_memories_made_from_a_call_go_when_the_call_goes(kind: ArtifactKind, event: RetentionBasis) -> None:
    gone = replace(AGREED, ended_by=event, ended_on=LONG_AFTER.date())
    decision = retention(facts(kind, parents=(gone,)), "connekz")

    assert (decision.ended_by, decision.until) == (event, LONG_AFTER.date())
    assert decision.disposition is Disposition.DUE
