from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.quality import (
    Counts,
    Findings,
    Missed,
    Sheet,
    SheetTurn,
    SheetWord,
    Verdict,
    count_types,
    counts_of,
    plain_counts,
)
from pipeline.model.span import TimeSpan

NAME, PIN = EntityType.PERSON, EntityType.PIN


def a_sheet() -> Sheet:
    """`hello [PERSON_1] my pin is four two`, and one turn of the other party."""
    said = ["hello", "[PERSON_1]", "my", "pin", "is", "four", "two"]
    words = [
        SheetWord(text=t, time=TimeSpan(i * 100, i * 100 + 90), entry=0 if i == 1 else None) for i, t in enumerate(said)
    ]
    other = SheetWord(text="thanks", time=TimeSpan(0, 90))
    turns = (
        SheetTurn(index=0, channel=1, speaker="caller", words=tuple(words)),
        SheetTurn(index=4, channel=0, speaker="agent", words=(other,)),
    )
    return Sheet(types=(NAME,), labels=("PERSON_1",), turns=turns)


def missed(turn: int, start: int, end: int, kind: EntityType = PIN) -> Missed:
    return Missed(turn, TimeSpan(start, end), kind)


def test_a_mark_is_the_time_of_its_words_and_names_them_again():
    mark = a_sheet().mark(0, 5, 6, PIN)
    assert mark == missed(0, 500, 690)
    assert a_sheet().words_in(mark) == {(0, 5), (0, 6)}
    assert a_sheet().visible == 7


@pytest.mark.parametrize(("turn", "first", "last"), [(0, 0, 1), (0, 1, 1), (0, 6, 7), (0, 3, 2), (0, -1, 0), (1, 0, 0)])
def test_only_visible_words_of_the_call_can_have_been_missed(turn, first, last):
    with pytest.raises(InvalidInput):
        a_sheet().mark(turn, first, last, PIN)


marks = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.sampled_from([NAME, PIN])), max_size=6, unique_by=lambda m: m[:2]
)
findings = st.builds(
    lambda said, at: Findings(
        verdicts=tuple(said), missed=tuple(sorted(missed(t, 100 * n, 100 * n + 100, k) for t, n, k in at))
    ),
    st.lists(st.sampled_from(Verdict), max_size=5),
    marks,
)


@given(findings)
def test_findings_are_read_as_they_were_written(found):
    assert Findings.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"[]",
        b'{"schema":"earmark.quality.findings/9","verdicts":[],"missed":[]}',
        b'{"schema":"earmark.quality.findings/1","verdicts":["maybe"],"missed":[]}',
    ],
)
def test_what_is_not_findings_is_refused(document):
    with pytest.raises(InvalidInput):
        Findings.from_json(document)


@pytest.mark.parametrize("marks", [(missed(0, 0, 20), missed(0, 10, 30)), (missed(1, 0, 10), missed(0, 0, 10))])
def test_the_same_words_are_marked_once_and_in_order(marks):
    with pytest.raises(InvalidInput):
        Findings(verdicts=(), missed=marks)


@given(findings, st.data())
def test_every_verdict_and_mark_is_counted_once(found, data):
    size = len(found.verdicts)
    types = data.draw(st.lists(st.sampled_from([NAME, PIN]), min_size=size, max_size=size))
    counts = count_types(found, types)
    total = sum(counts.values(), Counts())
    assert total.personal + total.not_personal + total.unsure == len(types)
    assert total.missed == len(found.missed)
    assert counts_of(plain_counts(counts)) == counts


def test_an_entity_without_a_verdict_is_no_reading():
    with pytest.raises(InvalidInput):
        count_types(Findings(verdicts=(Verdict.PERSONAL,)), [NAME, PIN])
