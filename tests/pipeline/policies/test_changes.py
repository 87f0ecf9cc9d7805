from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.policies.changes import Effect, is_tightening, list_changes
from pipeline.policies.loader import load_bundle
from tests.pipeline.policies.cases import facts
from tests.pipeline.policies.test_decide import any_facts
from tests.pipeline.policies.test_versions import FIRST_DAY, decided, later_versions
from tests.pipeline.policies.variants import shelf_of, variant, without_company

T, L, N = Effect.TIGHTENING, Effect.LOOSENING, Effect.NEUTRAL


@pytest.mark.parametrize(
    ("policy", "path", "value", "effect"),
    [
        ("nejix", "record/allowed", False, T),
        ("connekz", "training/scope", "none", T),
        ("nejix", "training/scope", "own_instance", L),
        ("nejix", "training/cool_off_days", 60, T),
        ("nejix", "training/cool_off_days", 1, L),
        ("nejix", "training/feature_exception", None, T),
        ("nejix", "training/min_redaction_version", 2, T),
        ("nejix", "retention/recording.original/days", 30, T),
        ("nejix", "retention/recording.original/days", 120, L),
        ("nejix", "retention/recording.original/tenant_max_days", None, L),
        ("nejix", "retention/transcript.original/review_days", 100, T),
        ("nejix", "closure/purge_by_day", 70, T),
        ("nejix", "deletion/purge_within_days", 10, T),
        ("nejix", "rights/respond_within_days", 40, L),
        ("nejix", "rights/grants", ["access"], L),
        ("nejix", "minors/below_age", 16, T),
        ("nejix", "minors/purge_within_hours", 100, L),
        ("nejix", "card_numbers/purge_within_hours", 100, L),
        ("nejix", "card_numbers/purge_within_hours", 24, T),
        ("nejix", "change/notice_days", 20, T),
        ("connekz", "download/kinds", [], T),
        ("connekz", "replication/allowed", False, T),
        ("connekz", "replication/excluded_places", ["EU", "GB", "CA-QC", "NZ"], T),
        ("nejix", "record/clause/key", "other words", N),
        ("nejix", "processors/listed/0/training_off", "by another contract", N),
    ],
)
def test_a_change_is_marked_by_what_it_does(policy: str, path: str, value: Any, effect: Effect) -> None:
    before = load_bundle(policy)
    after = variant(policy, {path: value})
    found = [c for c in list_changes(before, after) if c.effect is not N or effect is N]
    assert {c.effect for c in found} == {effect}
    assert is_tightening(before, after) is (effect is T)


def test_a_company_struck_off_is_a_tightening_and_one_put_on_a_loosening() -> None:
    before, after = load_bundle("connekz"), without_company("connekz", "deepgram")
    assert {c.effect for c in list_changes(before, after)} == {T, N}
    assert {c.effect for c in list_changes(after, before)} == {L, N}


def test_a_place_where_data_must_stay_is_a_tightening_and_its_end_a_loosening() -> None:
    before, after = load_bundle("nejix"), variant("nejix", {"residency": []})
    assert {c.effect for c in list_changes(before, after)} == {L, N}
    assert is_tightening(after, before)


def test_what_cannot_be_told_counts_as_a_tightening() -> None:
    before = load_bundle("nejix")
    after = variant("nejix", {"rights/working_days_of": "NZ"})
    assert [c.path for c in list_changes(before, after) if c.effect is Effect.UNCLEAR] == ["rights.working_days_of"]
    assert is_tightening(before, after)


def test_a_version_that_only_has_other_words_and_dates_is_no_tightening() -> None:
    assert {c.effect for c in list_changes(load_bundle("nejix"), variant())} == {N}
    assert not is_tightening(load_bundle("nejix"), variant())


@settings(max_examples=80)
@given(data=st.data(), policy=st.sampled_from(("nejix", "connekz")), given_facts=any_facts())
def test_what_is_not_marked_as_a_tightening_changes_no_decision(data: st.DataObject, policy: str, given_facts) -> None:
    """Nothing is judged again for such a version, so it must not matter."""
    first, later = load_bundle(policy), data.draw(later_versions(policy))
    if is_tightening(first, later):
        later = variant(policy, {"retention/recording.original/days": None, "retention/recording.original/review_days":
                        300} if policy == "nejix" else {"training/cool_off_days": 1})  # fmt: skip
    assert not is_tightening(first, later)
    for asked in (given_facts, facts()):
        day = max(FIRST_DAY, later.effective.day)
        plain = decided(shelf_of(first), day, asked)
        after = decided(shelf_of(first, later), day, asked)
        if asked.artifact.captured_at.date() < later.effective.day:
            assert (after.retention, after.training, after.processors) == (
                plain.retention, plain.training, plain.processors)  # fmt: skip
