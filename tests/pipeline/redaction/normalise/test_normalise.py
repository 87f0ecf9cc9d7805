"""The whole package: alignment properties over both languages and over any text, and English habits in a table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.errors import NotFound
from pipeline.redaction.normalise import Written, load_tables, write
from pipeline.redaction.normalise.grammar import grammar_of
from pipeline.redaction.normalise.joining import Joining
from pipeline.redaction.normalise.reading import read_pieces, word_pieces
from pipeline.redaction.normalise.settling import Settling
from pipeline.redaction.normalise.tables import LANGUAGES
from pipeline.redaction.normalise.written import assemble
from tests.pipeline.redaction.normalise.sayings import mixtures

TURNS = st.sampled_from(LANGUAGES).flatmap(
    lambda name: st.tuples(mixtures(load_tables(name)) | st.text(max_size=60), st.just(name))
)
"""A turn's text and its language: words of its tables at random, or any text."""
MANY = settings(max_examples=300)


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
        ("john dot smith eighty four at gmail dot com", "john.smith84@gmail.com"),
        ("capital j o underscore nine", "Jo_9"),
        ("seven nine um zero double three", "79033"),
        ("nine oh two one oh", "90210"),
        ("4111-1111-1111-1111", "4111-1111-1111-1111"),
        ("oh okay i have 2 cars", "oh okay i have 2 cars"),
        ("call mike at 5", "call mike at 5"),
        ("double u", "w"),
        ("", ""),
        ("um 5", "5"),
        ("one eight hundred five five five one two one two", "18005551212"),
        ("a hundred and five high street", "105 high street"),
        ("forty one twenty", "4120"),
        ("one hundred twenty first street", "121 street"),
        ("1st of the 2nd 84", "1 of the 2 84"),
        ("twenty forty two eleven", "204211"),
        ("(555) 123-4567", "(555) 123-4567"),
        ("4,111", "4,111"),
        ("plus six one four one two three four five six seven eight", "+61412345678"),
        ("john smith all one word at gmail dot com", "john smith@gmail.com"),
        ("parking no space today", "parking no space today"),
        ("there is no space at home", "there is no space at home"),
        ("i think at this point in my life", "i think at this point in my life"),
        ("five o clock", "5 o clock"),
        ("it s four one two", "it s 412"),
        ("i m a man", "i m a man"),
        ("k i m", "kim"),
        ("be four one nine ex why", "b419xy"),
        ("see you at four", "see you at 4"),
        ("i need an x ray", "i need an x ray"),
        ("one nine two dot one six eight dot one dot one", "192.168.1.1"),
        ("double u double u double u dot example dot com slash help", "www.example.com/help"),
    ],
)
def test_spoken_forms_are_written_as_a_clerk_would(said: str, written: str) -> None:
    assert write(said).text == written


@pytest.mark.parametrize(
    ("said", "code"),
    [("four one to three four", "41234"), ("oh four one for two three", "041423"), ("b are i a n", "brian")],
)
def test_what_was_heard_as_a_word_counts_as_code_and_says_that_it_is_not_certain(said: str, code: str) -> None:
    (run,) = write(said).runs
    assert (run.code, run.certain) == (code, False)


@pytest.mark.parametrize("said", ["nine to five", "one two for three", "we are four too", "i see b"])
def test_an_ordinary_word_between_few_digits_or_letters_stays_a_word(said: str) -> None:
    assert all(run.certain and len(run.code) <= 2 for run in write(said).runs)


def test_a_language_without_tables_is_refused() -> None:
    with pytest.raises(NotFound):
        load_tables("fr")


@MANY
@given(TURNS)
def test_every_written_character_comes_from_words_of_the_turn_or_joins_two(turn: tuple[str, str]) -> None:
    view = write(turn[0], load_tables(turn[1]))
    owners = [view.owner(at) for at in range(len(view.text))]
    for at, (first, last) in enumerate(owners):
        assert 0 <= first <= last <= len(view.tokens)
        assert (first == last) == (view.said_at(at, at + 1) is None)
        assert first < last or view.text[at] == " "
    assert owners == sorted(owners)


@MANY
@given(TURNS)
def test_every_word_is_in_exactly_one_piece_and_pieces_keep_their_order(turn: tuple[str, str]) -> None:
    view = write(turn[0], load_tables(turn[1]))
    assert [word for piece in view.pieces for word in range(piece.first, piece.last)] == list(range(len(view.tokens)))
    assert "".join(turn[0].split()) == "".join(token.text for token in view.tokens)


@MANY
@given(TURNS, st.data())
def test_a_written_slice_gives_the_whole_words_that_made_it_and_nothing_more(
    turn: tuple[str, str], data: st.DataObject
) -> None:
    view = write(turn[0], load_tables(turn[1]))
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    span = view.said_at(start, end)
    inside = {t for at in range(start, end) for t in range(*view.owner(at))}
    if span is None:
        assert not inside
    else:
        said = [i for i, token in enumerate(view.tokens) if token.start < span.end and span.start < token.end]
        assert inside <= set(said) == set(range(min(inside), max(inside) + 1))
        assert (view.tokens[said[0]].start, view.tokens[said[-1]].end) == (span.start, span.end)


@MANY
@given(TURNS)
def test_a_run_maps_back_to_the_words_that_said_it(turn: tuple[str, str]) -> None:
    view = write(turn[0], load_tables(turn[1]))
    for run in view.runs:
        span = view.said(run.first, run.last)
        assert span is not None
        assert view.pieces[run.first].is_code
        assert view.pieces[run.last - 1].is_code
        assert run.code == "".join(p.text for p in view.pieces[run.first : run.last] if p.is_code)


@MANY
@given(TURNS)
def test_the_short_way_for_ordinary_talk_gives_what_the_long_way_gives(turn: tuple[str, str]) -> None:
    assert write(turn[0], load_tables(turn[1])) == _the_long_way(*turn)


PLAIN = st.text("abcdefghijklmnopqrstuvwxyzé 0123456789.,-", max_size=40) | st.text("0123456789 .,-()", max_size=40)


@given(PLAIN.map(lambda text: " ".join(text.split())))
def test_the_written_view_of_digits_and_words_is_its_own_written_view(text: str) -> None:
    once = write(text).text
    assert write(once).text == once


@given(st.from_regex(r"[0-9]{1,4}([-.,/ ][0-9]{1,4}){0,4}", fullmatch=True))
def test_digits_that_are_written_already_are_the_digits_that_are_read(text: str) -> None:
    view = write(text)
    assert "".join(run.code for run in view.runs) == "".join(c for c in text if c.isdecimal())


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "said", ["- ", "oh , ", "a1", "x@1.", "b at gmail dot com ", "QQ 1 ", "b you 1 ", "to 1 ", "um "]
)
def test_a_turn_of_any_length_is_written_in_proportion_to_it(said: str) -> None:
    view = write(said * 6000)
    assert len(view.tokens) == 6000 * len(write(said).tokens)


def test_no_word_of_a_turn_shows_when_its_view_is_printed() -> None:
    assert "secret" not in repr(write("secret four")) + repr(write("secret four").pieces + write("secret").tokens)


def _the_long_way(text: str, language: str) -> Written:
    grammar = grammar_of(load_tables(language))
    said = grammar.cutter.cut(text)
    plain = word_pieces(said, grammar)
    pieces = Settling(said, read_pieces(said, plain, grammar), grammar).settle()
    return assemble(said.tokens, Joining(said, pieces, grammar).join(plain))
