from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.hold import HoldQuery, HoldSubject, query_of, read_query

SUBJECT = HoldSubject(
    kinds=frozenset({"transcript.redacted", "transcript.original"}),
    captured_at=datetime(2026, 11, 21, 23, 59, tzinfo=UTC),
    mode="explicit_gate",
    number_refs=frozenset({"a" * 64}),
    flags=frozenset({"child_signal"}),
    entity_types=frozenset({"CREDIT_CARD"}),
)
MET = {
    "kind": "transcript.original",
    "captured_from": "2026-11-21",
    "captured_to": "2026-11-21",
    "number_ref": "a" * 64,
    "flag": "child_signal",
    "mode": "explicit_gate",
    "entity_type": "CREDIT_CARD",
}
UNMET = {
    "kind": "recording.original",
    "captured_from": "2026-11-22",
    "captured_to": "2026-11-20",
    "number_ref": "b" * 64,
    "flag": "vip",
    "mode": "notice_before",
    "entity_type": "US_SSN",
}


@given(st.sets(st.sampled_from(sorted(MET)), min_size=1))
def test_conditions_that_are_all_met_cover(names):
    assert query_of({name: MET[name] for name in names}).covers(SUBJECT)


@given(st.sets(st.sampled_from(sorted(MET))), st.sampled_from(sorted(UNMET)))
def test_one_condition_that_is_not_met_is_enough_not_to_cover(names, unmet):
    asked = {name: MET[name] for name in names - {unmet, "captured_from", "captured_to"}}
    assert not query_of({**asked, unmet: UNMET[unmet]}).covers(SUBJECT)


def test_of_a_whole_recording_any_kind_counts_as_met():
    whole = HoldSubject(kinds=None, captured_at=SUBJECT.captured_at)
    assert HoldQuery(kind=ArtifactKind.SUMMARY).covers(whole)
    assert not HoldQuery(kind=ArtifactKind.SUMMARY, mode="explicit_gate").covers(whole)


def test_a_query_is_read_back_as_it_was_written_whatever_the_order():
    query = read_query('{"kind": "summary", "captured_from": "2026-01-02", "entity_type": "PERSON"}')
    assert query == HoldQuery(kind=ArtifactKind.SUMMARY, captured_from=date(2026, 1, 2), entity_type=EntityType.PERSON)
    assert read_query(query.canonical()) == query
    assert read_query('{"entity_type":"PERSON","captured_from":"2026-01-02","kind":"summary"}').digest == query.digest


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}", '{"kind": 1}', '{"kind": "film"}', '{"colour": "red"}', '{"captured_from": "tomorrow"}',
        '{"captured_from": "2026-02-02", "captured_to": "2026-02-01"}', '{"number_ref": "+12125550100"}',
        '{"flag": "a b"}', '{"mode": "X"}', '{"entity_type": "SHOE"}',
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused_without_being_quoted(text):
    with pytest.raises(InvalidInput) as caught:
        read_query(text)
    assert "5550100" not in str(caught.value)
