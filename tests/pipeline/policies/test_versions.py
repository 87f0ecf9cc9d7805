from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import SCOPE_ORDER, DecisionRecord, TrainingScope, Visibility, canonical_json
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.retention import RetentionBasis
from pipeline.policies.bundle import Bundle
from pipeline.policies.facts import ChildSign, ChildSignal, Facts
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.versions import (
    LEAST_NOTICE_DAYS,
    PolicyShelf,
    force_day,
    judge,
    notice_days,
    with_version,
)
from tests.pipeline.policies.cases import CAPTURED, codes, facts, with_events
from tests.pipeline.policies.test_decide import any_facts
from tests.pipeline.policies.variants import FIRST_DAY, shelf_of, variant, without_company

KINDS = st.sampled_from(ArtifactKind)
NOTICE = FIRST_DAY - timedelta(days=20)


def on(day: date, given_facts: Facts) -> Facts:
    return replace(given_facts, as_of=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def decided(shelf: PolicyShelf, day: date, given_facts: Facts | None = None) -> DecisionRecord:
    return judge(shelf, on(day, given_facts or facts()), load_matrix()).record


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2020, 1, 1), 0),
        (date(2026, 11, 21), 0),
        (FIRST_DAY - timedelta(days=1), 0),
        (FIRST_DAY, 1),
        (date(2028, 1, 1), 1),
        (date(2029, 1, 1), 2),
    ],
)
def test_the_version_in_force_on_a_day_is_the_last_that_had_begun(day: date, version: int) -> None:
    second = variant()
    third = variant(second, version="3", effective=date(2029, 1, 1))
    shelf = shelf_of(load_bundle("nejix"), second, third)

    assert shelf.in_force_on(day) is shelf.versions[version]
    assert shelf.find(third.digest) is shelf.newest
    assert shelf.find("0" * 64) is None


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_version_whose_notice_never_arrived_is_in_force_on_no_day() -> None:
    shelf = shelf_of(load_bundle("nejix"), variant())
    unheard = PolicyShelf(versions=(shelf.versions[0], replace(shelf.newest, in_force_from=None)))

    assert unheard.in_force_on(date(2040, 1, 1)) is unheard.versions[0]
    record = decided(unheard, date(2040, 1, 1))
    assert record.retention == decided(shelf_of(load_bundle("nejix")), date(2040, 1, 1)).retention


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.clause("connekz", "8", "Continued use after changes means you accept")
def test_a_late_notice_moves_the_first_day_and_an_early_one_does_not() -> None:
    later = variant("connekz")

    assert force_day(later, delivered_on=NOTICE, notice_days=14) == FIRST_DAY
    assert force_day(later, delivered_on=FIRST_DAY, notice_days=14) == FIRST_DAY + timedelta(days=14)


@pytest.mark.parametrize(("before", "after", "days"), [(14, 14, 14), (0, 0, 14), (30, 14, 30), (14, 21, 21)])
def test_the_notice_is_the_longest_that_the_law_of_the_house_or_either_version_promises(
    before: int, after: int, days: int
) -> None:
    first = variant("nejix", {"change/notice_days": before, "replaces": None}, notice_days=40)
    assert notice_days(shelf_of(first), variant(first, {"change/notice_days": after}, notice_days=40)) == days
    assert LEAST_NOTICE_DAYS == 14


def test_the_facts_name_every_version_announced_since_and_no_other() -> None:
    second = variant("connekz")
    third = variant(second, version="3", effective=date(2029, 1, 1))
    shelf = shelf_of(load_bundle("connekz"), second, third)

    def named(day: date, captured: datetime = CAPTURED) -> list[str]:
        given_facts = replace(facts(), artifact=replace(facts().artifact, captured_at=captured))
        judged = judge(shelf, on(day, given_facts), load_matrix())
        return [v.version for v in judged.facts.later_policies]

    assert named(NOTICE - timedelta(days=1)) == []
    assert named(NOTICE) == [second.version]
    assert named(date(2029, 6, 1)) == [second.version, "3"]
    assert named(date(2029, 6, 1), datetime(2027, 8, 1, tzinfo=UTC)) == ["3"]


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.clause("connekz", "8", "Continued use after changes means you accept")
def test_an_artifact_keeps_the_version_at_its_capture_and_a_loosening_never_reaches_back() -> None:
    longer = variant("nejix", {"retention/recording.original/days": 300})
    opened = variant("nejix", {"training/scope": "vendor_models"})
    recording = facts(ArtifactKind.RECORDING_ORIGINAL)
    for later in (longer, opened):
        shelf = shelf_of(load_bundle("nejix"), later)
        for day in (NOTICE, FIRST_DAY, date(2028, 1, 1)):
            for given_facts in (recording, facts()):
                before = decided(shelf_of(load_bundle("nejix")), day, given_facts)
                after = decided(shelf, day, given_facts)
                assert replace(after, facts_digest=before.facts_digest) == before

    captured = replace(recording, artifact=replace(recording.artifact, captured_at=datetime(2027, 7, 2, tzinfo=UTC)))
    fresh = decided(shelf_of(load_bundle("nejix"), longer), date(2027, 7, 3), captured)
    assert fresh.policy.version == longer.version
    assert fresh.retention.until == date(2027, 7, 2) + timedelta(days=300)


def table() -> list[tuple[str, Bundle, Facts, str, tuple[Any, ...]]]:
    """What a tightening changes: read of the decision before its notice, from its notice, and from its first day."""
    connekz, ok = "connekz", facts()
    seventeen = ChildSignal(sign=ChildSign.STATED_AGE, age=19, on=NOTICE - timedelta(days=9))
    young = with_events(ok, child_signals=(seventeen,))
    recording = facts(ArtifactKind.RECORDING_ORIGINAL)
    company = without_company(connekz, "deepgram")
    return [
        ("scope", variant(connekz, {"training/scope": "none"}), ok, "eligible", (True, False, False)),
        ("cool-off", variant(connekz, {"training/cool_off_days": 3000}), ok, "eligible", (True, False, False)),
        ("redactor", variant(connekz, {"training/min_redaction_version": 2}), ok, "eligible", (True, False, False)),
        ("download", variant(connekz, {"download/kinds": []}), ok, "download", (True, False, False)),
        ("record", variant(connekz, {"record/allowed": False}), recording, "record", (True, True, False)),
        ("company", company, ok, "deepgram", (True, True, False)),
        ("copies", variant(connekz, {"replication/allowed": False}), ok, "replicate", (True, True, False)),
        ("days", variant(connekz, {"retention/transcript.redacted/days": 9, "retention/transcript.redacted/review_days":
         None}), ok, "until", (None, None, CAPTURED.date() + timedelta(days=9))),
        ("review", variant(connekz, {"retention/transcript.redacted/review_days": 200}), ok, "review_on",
         (date(2028, 2, 29), date(2028, 2, 29), date(2027, 9, 17))),
        ("age", variant(connekz, {"minors/below_age": 20}), young, "basis", (RetentionBasis.POLICY,) * 2 +
         (RetentionBasis.CHILD,)),
    ]  # fmt: skip


def _read(record: DecisionRecord, what: str) -> Any:
    return {
        "eligible": record.training.eligible,
        "download": record.download.allowed,
        "record": record.permissions[0].allowed,
        "deepgram": record.permits_processor("deepgram", "speech_to_text"),
        "replicate": record.region.replicate,
        "until": record.retention.until,
        "review_on": record.retention.review_on,
        "basis": record.retention.basis,
    }[what]


@pytest.mark.parametrize(("name", "later", "given_facts", "what", "expected"), table(), ids=[r[0] for r in table()])
def test_a_tightening_freezes_exports_from_its_notice_and_binds_whole_from_its_first_day(
    name: str, later: Bundle, given_facts: Facts, what: str, expected: tuple[Any, ...]
) -> None:
    shelf = shelf_of(load_bundle("connekz"), later)
    days = (NOTICE - timedelta(days=1), NOTICE, FIRST_DAY)

    assert tuple(_read(decided(shelf, day, given_facts), what) for day in days) == expected


def test_what_a_later_version_forbids_is_cited_by_that_version() -> None:
    later = variant("connekz", {"training/scope": "none"})
    record = decided(shelf_of(load_bundle("connekz"), later), NOTICE)

    assert codes(record) == {ReasonCode.POLICY_TIGHTENED, ReasonCode.POLICY_SCOPE}
    assert {r.clause.document for r in record.training.reasons} == {f"connekz {later.version}"}
    assert record.policy == load_bundle("connekz").ref


def test_a_period_that_a_later_version_shortens_is_cited_by_that_version() -> None:
    later = variant("nejix", {"retention/recording.original/days": 10})
    record = decided(shelf_of(load_bundle("nejix"), later), FIRST_DAY, facts(ArtifactKind.RECORDING_ORIGINAL))

    assert record.retention.until == CAPTURED.date() + timedelta(days=10)
    assert record.retention.clause.document == f"nejix {later.version}"


def test_a_hold_outlasts_every_later_version() -> None:
    later = variant("nejix", {"retention/recording.original/days": 1})
    held = with_events(facts(ArtifactKind.RECORDING_ORIGINAL), holds=("m1",))
    record = decided(shelf_of(load_bundle("nejix"), later), FIRST_DAY, held)

    assert (record.retention.until, record.retention.disposition.value) == (None, "held")


def test_a_version_that_is_only_considered_stands_as_if_announced_and_heard_that_day() -> None:
    shelf = with_version(shelf_of(load_bundle("nejix")), variant(), announced_on=NOTICE)

    assert shelf.newest.in_force_from == FIRST_DAY
    assert shelf.newest.announced_on == NOTICE


CHANGES: tuple[tuple[str, st.SearchStrategy[Any]], ...] = (
    ("training/scope", st.sampled_from([s.value for s in TrainingScope])),
    ("training/cool_off_days", st.integers(0, 400)),
    ("training/min_redaction_version", st.integers(1, 3)),
    ("training/instance_limit", st.none()),
    ("record/allowed", st.booleans()),
    ("transcribe/allowed", st.booleans()),
    ("store/allowed", st.booleans()),
    ("vendor_process/allowed", st.booleans()),
    ("retention/recording.original/days", st.integers(0, 4000)),
    ("retention/recording.original/review_days", st.none()),
    ("retention/transcript.redacted/days", st.integers(0, 4000)),
    ("retention/transcript.redacted/review_days", st.none()),
    ("retention/consent.receipt/survives", st.just([])),
    ("processors/listed", st.just([])),
    ("closure/purge_by_day", st.integers(50, 80)),
    ("minors/below_age", st.integers(1, 21)),
    ("minors/purge_within_hours", st.integers(1, 200)),
    ("download/kinds", st.sampled_from([[], [k.value for k in ArtifactKind]])),
    ("replication/allowed", st.booleans()),
    ("residency", st.just([])),
)


@st.composite
def later_versions(draw: st.DrawFn, policy: str) -> Bundle:
    """Any version, tighter here and looser there."""
    chosen = draw(st.lists(st.sampled_from(CHANGES), max_size=4, unique_by=lambda c: c[0]))
    changes = {path: draw(values) for path, values in chosen}
    for kind in ("recording.original", "transcript.redacted"):
        keep = f"retention/{kind}"
        if f"{keep}/days" in changes or f"{keep}/review_days" in changes:
            changes |= {f"{keep}/days": changes.get(f"{keep}/days", 500), f"{keep}/review_days": None}
    first = draw(st.dates(date(2027, 1, 1), date(2029, 1, 1)))
    return variant(policy, changes, version=f"v{draw(st.integers(2, 99))}", effective=first)


def _holds_no_more(after: DecisionRecord, before: DecisionRecord) -> None:
    assert not (after.training.eligible and not before.training.eligible)
    assert SCOPE_ORDER.index(after.training.scope) <= SCOPE_ORDER.index(before.training.scope)
    assert (after.training.eligible_on or date.max) >= (before.training.eligible_on or date.min)
    assert (after.retention.until or date.max) <= (before.retention.until or date.max)
    assert after.retention.ended_by is not None or before.retention.ended_by is None
    assert (after.retention.ended_on or date.max) <= (before.retention.ended_on or date.max)
    assert after.minor_age >= before.minor_age
    for new, old in zip(after.permissions, before.permissions, strict=True):
        assert old.allowed or not new.allowed
    allowed = {(p.name, p.purpose, p.region) for p in before.processors if p.allowed}
    assert {(p.name, p.purpose, p.region) for p in after.processors if p.allowed} <= allowed
    assert before.region.replicate or not after.region.replicate
    assert before.download.allowed or not after.download.allowed
    order = list(Visibility)
    assert order.index(after.visibility) >= order.index(before.visibility)


@settings(max_examples=120)
@given(data=st.data(), policy=st.sampled_from(("nejix", "connekz")), given_facts=any_facts() | KINDS.map(facts))
def test_no_added_version_ever_makes_anything_more_eligible_or_longer_lived(
    data: st.DataObject, policy: str, given_facts: Facts
) -> None:
    first, later = load_bundle(policy), data.draw(later_versions(policy))
    heard = data.draw(st.dates(date(2027, 1, 1), date(2029, 1, 1)))
    shelf = with_version(shelf_of(first), later, announced_on=heard)
    # Capture stays before it, so that the version is a later one and not the one at capture.
    before_it = datetime(2026, 12, 1, tzinfo=UTC) - timedelta(days=data.draw(st.integers(0, 9)))
    old = replace(given_facts, artifact=replace(given_facts.artifact, captured_at=before_it), later_policies=())
    day = data.draw(st.dates(date(2026, 12, 2), date(2030, 1, 1)))

    without = decided(shelf_of(first), day, old)
    with_it = decided(shelf, day, old)
    _holds_no_more(with_it, without)
    if day < heard:
        assert canonical_json(with_it) == canonical_json(without)
    third = variant(later, {"training/scope": "none"}, version="third", effective=later.effective.day)
    more = with_version(shelf, third, announced_on=data.draw(st.dates(heard, date(2029, 6, 1))))
    _holds_no_more(decided(more, day, old), with_it)
