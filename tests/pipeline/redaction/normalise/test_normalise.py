from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.normalise import write
from pipeline.redaction.normalise.tables import ENGLISH

SPOKEN = st.sampled_from(
    sorted(ENGLISH.units) + sorted(ENGLISH.teens) + sorted(ENGLISH.tens) + sorted(ENGLISH.repeats)
    + sorted(ENGLISH.spelling_words) + sorted(ENGLISH.fillers) + sorted(ENGLISH.ordinals) + sorted(ENGLISH.months)
    + ["hundred", "thousand", "and", "oh", "o", "a", "i", "m", "as", "in", "for", "at", "dot", "com", "dash", "th",
       "underscore", "capital", "zed", "gmail", "hello", "19", "64", "4M", "21st", "555-0123", "jo@x.com", "'s", "né"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("oh four double one two three four", "0411234"),
        ("triple 0 then nothing", "000 then nothing"),
        ("m as in mike a r y", "mary"),
        ("s for sugar w one", "sw1"),
        ("u n four 5", "un45"),
        ("nineteen sixty four", "1964"),
        ("19 64", "1964"),
        ("one hundred and twenty three main street", "123 main street"),
        ("two thousand nineteen", "2019"),
        ("two thousand and nineteen", "2019"),
        ("twenty first of may", "21 of may"),
        ("the twenty one st of june", "the 21 of june"),
        ("bravo romeo alpha delta", "brad"),
        ("john dot smith eighty four at gmail dot com", "john.smith 84@gmail.com"),
        ("capital j o underscore nine", "Jo_9"),
        ("seven nine um zero double three", "79033"),
        ("nine oh two one oh", "90210"),
        ("4111-1111-1111-1111", "4111-1111-1111-1111"),
        ("oh okay i have 2 cars", "oh okay i have 2 cars"),
        ("call mike at 5", "call mike at 5"),
        ("double u", "w"),
        ("", ""),
    ],
)
def test_spoken_forms_are_written_as_a_clerk_would(said: str, written: str) -> None:
    assert write(said).text == written


@given(st.lists(SPOKEN, max_size=14).map(" ".join))
def test_every_written_character_comes_from_words_of_the_turn_or_joins_two(said: str) -> None:
    view = write(said)
    for at, char in enumerate(view.text):
        first, last = view.owner(at)
        assert 0 <= first <= last <= len(view.tokens)
        assert (first == last) == (char == " " and view.said_at(at, at + 1) is None)


@given(st.lists(SPOKEN, max_size=14).map(" ".join))
def test_every_word_is_in_exactly_one_piece_and_pieces_keep_their_order(said: str) -> None:
    view = write(said)
    covered = [word for piece in view.pieces for word in range(piece.first, piece.last)]
    assert covered == list(range(len(view.tokens)))


@given(st.text(max_size=60))
def test_any_text_at_all_can_be_written_and_mapped_back_inside_its_bounds(said: str) -> None:
    view = write(said)
    assert "".join(said.split()) == "".join(token.text for token in view.tokens)
    for at in range(len(view.text)):
        span = view.said_at(at, at + 1)
        assert span is None or 0 <= span.start < span.end <= len(said)


@given(st.lists(SPOKEN, min_size=1, max_size=14).map(" ".join))
def test_a_run_maps_back_to_the_words_that_said_it(said: str) -> None:
    view = write(said)
    for run in view.runs:
        span = view.said(run.first, run.last)
        assert span is not None
        again = write(said[span.start : span.end])
        assert sum(c.isdigit() for c in again.text) >= run.digits - 2
