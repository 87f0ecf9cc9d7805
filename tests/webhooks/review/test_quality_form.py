from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.quality import Verdict
from pipeline.model.span import TimeSpan
from tests.pipeline.model.test_quality import PIN, a_sheet
from webhooks.review.quality_form import Mark, add_marks, first_draft, read_draft, to_findings, without_mark

SHEET = a_sheet()


def form(*fields: tuple[str, str]) -> FormData:
    return FormData(list(fields))


def test_chosen_words_that_stand_together_are_one_mark():
    sent = form(("w", "0.6"), ("w", "0.5"), ("w", "0.3"), ("w", "4.0"), ("kind", "PIN"))
    marks = add_marks(SHEET, first_draft(SHEET), sent).marks
    assert marks == (Mark(0, 3, 3, PIN), Mark(0, 5, 6, PIN), Mark(4, 0, 0, PIN))


def test_a_form_is_read_as_it_was_written():
    draft = add_marks(SHEET, first_draft(SHEET), form(("w", "0.5"), ("kind", "PERSON")))
    sent = form(*(("mark", mark.name) for mark in draft.marks), ("v0", "unsure"), ("is_whole", "yes"))
    read = read_draft(SHEET, sent)
    assert (read.marks, read.verdicts, read.is_whole) == (draft.marks, (Verdict.UNSURE,), True)
    found = to_findings(SHEET, read)
    assert [(m.turn, m.time, m.type) for m in found.missed] == [(0, TimeSpan(500, 590), EntityType.PERSON)]
    assert without_mark(read, read.marks[0].name).marks == ()


@given(st.lists(st.tuples(st.sampled_from(["w", "mark", "v0", "kind", "unmark"]), st.text(max_size=12)), max_size=6))
def test_whatever_is_sent_is_read_or_refused(fields):
    sent = form(*fields)
    try:
        draft = read_draft(SHEET, sent)
        add_marks(SHEET, draft, sent)
    except InvalidInput:
        return


@pytest.mark.parametrize("word", ["0.1", "0.99", "7.0"])
def test_what_is_hidden_or_not_there_is_not_marked(word):
    with pytest.raises(InvalidInput):
        add_marks(SHEET, first_draft(SHEET), form(("w", word), ("kind", "PIN")))
