from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from pipeline.model.consent import Purpose
from pipeline.model.decision import SCOPE_ORDER, TrainingScope, canonical_json, explain, to_plain, told_record
from pipeline.model.decision_terms import SENTENCES
from tests.pipeline.policies.cases import facts, judge, with_tenant


@dataclass(frozen=True)
class Inner:
    day: date
    names: frozenset[str]


def test_values_are_written_as_plain_json_with_one_order() -> None:
    value = {"b": (Inner(day=date(2027, 3, 1), names=frozenset({"z", "a"})),), "a": TrainingScope.NONE, "ü": None}

    assert canonical_json(value) == b'{"a":"none","b":[{"day":"2027-03-01","names":["a","z"]}],"\\u00fc":null}'
    assert to_plain(datetime(2027, 3, 1, tzinfo=UTC)) == "2027-03-01T00:00:00+00:00"


def test_what_is_not_json_is_refused_and_not_written_as_something_else() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": float("nan")})
    with pytest.raises(TypeError):
        canonical_json({"x": object()})


def test_an_explained_record_has_its_digest_and_a_sentence_for_each_code_in_it_and_no_other() -> None:
    record = judge(with_tenant(facts(), train=False))
    shown = explain(record)

    assert shown["digest"] == record.digest
    groups = [p.reasons for p in record.permissions] + [p.reasons for p in record.processors]
    groups += [record.training.reasons, record.download.reasons, record.region.reasons]
    codes = {reason.code for reasons in groups for reason in reasons}
    assert shown["sentences"] == {code.value: SENTENCES[code] for code in codes}
    assert json.loads(json.dumps(shown))["artifact"] == "art_1"


def test_the_bytes_do_not_hold_the_sentences() -> None:
    assert b"switched this on" not in canonical_json(judge(with_tenant(facts(), train=False)))


def test_a_record_answers_for_each_purpose() -> None:
    record = judge(with_tenant(facts(), train=False))

    assert record.permits(Purpose.STORE)
    assert not record.permits(Purpose.TRAIN)


def test_scopes_are_ordered_from_nothing_to_everything() -> None:
    assert SCOPE_ORDER[0] is TrainingScope.NONE
    assert SCOPE_ORDER[-1] is TrainingScope.VENDOR_MODELS


def test_a_decision_is_shown_without_the_matter_that_is_not_told_and_otherwise_as_it_is() -> None:
    def record(*matters: str):
        clause = {"document": "hold", "section": min(matters), "key": "legal hold"}
        return {"retention": {"basis": "hold", "matters": list(matters), "clause": clause}, "training": {}}

    alone = told_record(record("leg_1"), {"leg_1"})
    assert "leg_1" not in str(alone)
    assert alone["retention"]["basis"] == "hold"
    assert told_record(record("leg_1", "m-1"), {"leg_1"}) == record("m-1")
    assert told_record(record("leg_1"), {"leg_2"}) == record("leg_1")
