from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.agreement import Agreement
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.quality import Findings, Verdict
from pipeline.model.second_reading import Choice, compare, find_disputes, settle
from tests.pipeline.model.test_quality import PIN, a_sheet, marks, missed

P, N, U = Verdict.PERSONAL, Verdict.NOT_PERSONAL, Verdict.UNSURE


def found(*verdicts: Verdict, at: tuple = ()) -> Findings:
    return Findings(verdicts=verdicts, missed=at)


both = st.tuples(
    *[
        st.builds(
            lambda said, at: Findings(
                verdicts=tuple(said), missed=tuple(sorted(missed(t, 100 * n, 100 * n + 100, k) for t, n, k in at))
            ),
            st.lists(st.sampled_from(Verdict), min_size=4, max_size=4),
            marks,
        )
    ]
    * 2
)


@given(both)
def test_what_two_agree_on_stands_and_each_choice_gives_that_readers_marks(pair):
    first, second = pair
    disputes = find_disputes(first, second)
    for choice, theirs in ((Choice.FIRST, first), (Choice.SECOND, second)):
        settled = settle(
            first,
            second,
            verdicts={d.entry: d.first if choice is Choice.FIRST else d.second for d in disputes.verdicts},
            marks=[choice] * len(disputes.marks),
        )
        assert settled == theirs


@given(both)
def test_a_reader_never_disputes_with_itself_and_order_only_swaps_the_sides(pair):
    first, second = pair
    assert not find_disputes(first, first)
    there, back = find_disputes(first, second), find_disputes(second, first)
    assert [(d.entry, d.second, d.first) for d in there.verdicts] == [
        (d.entry, d.first, d.second) for d in back.verdicts
    ]
    assert [(d.second, d.first) for d in there.marks] == [(d.first, d.second) for d in back.marks]
    assert bool(there) == (first != second)


def test_marks_that_share_time_are_one_dispute_and_neither_may_stand():
    first, second = found(at=(missed(0, 0, 300),)), found(at=(missed(0, 200, 400), missed(2, 0, 100)))
    disputes = find_disputes(first, second)
    assert [(len(d.first), len(d.second)) for d in disputes.marks] == [(1, 1), (0, 1)]
    settled = settle(first, second, verdicts={}, marks=[Choice.NEITHER, Choice.SECOND])
    assert settled.missed == (missed(2, 0, 100),)


@pytest.mark.parametrize(("verdicts", "marks"), [({}, [Choice.FIRST]), ({0: P, 1: P}, [Choice.FIRST]), ({0: P}, [])])
def test_all_that_is_disputed_is_settled_and_nothing_else(verdicts, marks):
    first, second = found(P, P, at=(missed(0, 0, 100),)), found(N, P)
    with pytest.raises(InvalidInput):
        settle(first, second, verdicts=verdicts, marks=marks)


def test_entities_words_and_marks_are_counted_apart_and_unsure_says_nothing():
    sheet = a_sheet()
    first = found(N, at=(sheet.mark(0, 5, 6, PIN),))
    second = found(N, at=(sheet.mark(0, 5, 5, EntityType.PASSWORD), sheet.mark(4, 0, 0, PIN)))
    counts = compare(first, second, sheet)
    assert counts.entities == Agreement(both=1)
    assert counts.words == Agreement(both=1, only_first=1, only_second=1, neither=4)
    assert counts.marks == Agreement(both=1, only_second=1)
    assert compare(found(U), found(P), sheet).entities == Agreement()
    assert (counts + counts).words.total == 2 * sheet.visible


def test_two_readings_are_of_the_same_call():
    with pytest.raises(InvalidInput):
        find_disputes(found(P), found(P, P))
