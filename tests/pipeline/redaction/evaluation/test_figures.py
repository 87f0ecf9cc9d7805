from __future__ import annotations

import time

import pytest

from pipeline.redaction.evaluation.figures import ENOUGH_LABELS, score
from pipeline.redaction.evaluation.tally import tally
from tests.pipeline.redaction.evaluation.calls import a_call, found_in


def a_set(source: str, *, good: int, bad: int, kind: str = "PERSON"):
    """Make calls of a source in which the name is found, and some in which it is not but "hello" is."""
    calls = [a_call(f"hello [{kind}|anna]", id=f"{source}-{n}", source=source) for n in range(good + bad)]
    found = [found_in(call, f"{kind} anna" if n < good else "X hello") for n, call in enumerate(calls)]
    return calls, found


def scored(*sets, **options):
    return score(tally([c for calls, _ in sets for c in calls], [f for _, found in sets for f in found]), **options)


def test_over_all_every_label_counts_alike_and_in_the_mean_every_source():
    made = scored(a_set("large", good=180, bad=20), a_set("small", good=30, bad=30))
    assert made.overall.leak.value == pytest.approx(50 / 260)
    assert made.macro.leak.value == pytest.approx((0.1 + 0.5) / 2)
    assert made.macro.recall.value == pytest.approx((0.9 + 0.5) / 2)
    assert made.macro.sources == ("large", "small")


def test_a_source_with_few_labels_takes_no_part_in_the_mean():
    made = scored(a_set("large", good=60, bad=0), a_set("tiny", good=0, bad=ENOUGH_LABELS - 1))
    assert made.macro.sources == ("large",)
    assert made.macro.leak.value == 0
    assert scored(a_set("tiny", good=1, bad=1)).macro.leak.value is None


def test_precision_and_leaking_calls_are_told_by_source_and_over_all():
    made = scored(a_set("a", good=3, bad=1), a_set("b", good=1, bad=0))
    assert made.by_source["a"].precision.value == 0.75
    assert made.by_source["b"].precision.value == 1
    assert made.overall.precision.value == 0.8
    assert made.by_source["a"].leaking_calls.value == 0.25
    assert made.wrong_words == {"X": 1}


def test_kinds_are_told_apart():
    made = scored(a_set("a", good=4, bad=0), a_set("b", good=1, bad=3, kind="PIN"))
    assert {kind: figures.leak.value for kind, figures in made.by_kind.items()} == {"PERSON": 0, "PIN": 0.75}
    assert made.by_kind["PIN"].spans == 4


def test_the_worst_classes_are_those_that_surely_leak_and_are_told_by_ids():
    made = scored(a_set("once", good=0, bad=1), a_set("often", good=50, bad=50), a_set("clean", good=9, bad=0), seed=1)
    assert [(w.source, w.leaked, w.spans) for w in made.worst] == [("often", 50, 100), ("once", 1, 1)]
    assert [w.calls for w in made.worst] == [50, 1]
    assert made.worst[0].ids == ("often-50", "often-51", "often-52", "often-53", "often-54")


def test_at_most_ten_classes_are_told():
    assert len(scored(*(a_set(f"s{n:02}", good=0, bad=2) for n in range(14))).worst) == 10


def test_intervals_hold_their_value_and_are_the_same_again():
    sets = a_set("a", good=80, bad=20), a_set("b", good=90, bad=10)
    made = scored(*sets)
    for found in (made.overall.leak, made.overall.precision, made.macro.leak, made.by_kind["PERSON"].recall):
        assert found.low < found.value < found.high
    assert scored(*sets) == made


def test_a_thousand_draws_of_a_thousand_calls_take_no_time_worth_telling():
    calls, found = a_set("a", good=900, bad=100)
    counts = tally(calls, found)
    begun = time.process_time()
    score(counts, rounds=1000)
    assert time.process_time() - begun < 5
