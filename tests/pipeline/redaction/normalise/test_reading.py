from __future__ import annotations

import pytest

from pipeline.redaction.normalise import ENGLISH, Kind, load_tables
from pipeline.redaction.normalise.grammar import grammar_of
from pipeline.redaction.normalise.language import Tables
from pipeline.redaction.normalise.reading import read_pieces, rules_of, word_pieces
from pipeline.redaction.normalise.written import Piece


def read(text: str, tables: Tables = ENGLISH) -> list[Piece]:
    grammar = grammar_of(tables)
    said = grammar.cutter.cut(text)
    return read_pieces(said, word_pieces(said, grammar), grammar)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("double four triple 0", ["44", "000"]),
        ("double oh double 44 double 12", ["00", "44", "1212"]),
        ("double t as in tango", ["tt"]),
        ("double booked", ["double", "booked"]),
        ("double", ["double"]),
        ("three zeros seven fours", ["000", "7", "fours"]),
        ("19 hundred", ["1900"]),
        ("the 21st", ["the", "21"]),
        ("full stop at sign", [".", "@"]),
        ("dotcom", [".com"]),
        ("[PERSON_1] ß ñ €", ["[]", "ß", "ñ", "€"]),
        ("٣٤", ["٣٤"]),
    ],
)
def test_each_word_is_read_on_its_own_grammar(text: str, texts: list[str]) -> None:
    assert [piece.text for piece in read(text)] == texts


def test_what_neighbours_decide_stays_a_word_at_first() -> None:
    assert [piece.kind for piece in read("mike oh a bee see to space")] == [Kind.WORD] * 7


def test_a_lone_ordinal_that_is_also_a_word_of_talk_is_not_certain() -> None:
    assert [piece.certain for piece in read("second tenth")] == [False, True]


def test_one_that_counts_nothing_is_not_certain() -> None:
    assert [piece.certain for piece in read("that one is one")] == [True, False, True, True]


def test_every_token_alone_is_a_piece_that_knows_its_glue() -> None:
    said = grammar_of(ENGLISH).cutter.cut("well, no")
    assert [(p.text, p.kind, p.glued) for p in word_pieces(said, grammar_of(ENGLISH))] == [
        ("well", Kind.WORD, False), (",", Kind.SYMBOL, True), ("no", Kind.WORD, False),
    ]  # fmt: skip


def test_a_language_has_rules_for_its_own_words_alone() -> None:
    spanish = load_tables("es")
    assert not {"double", "four"} & rules_of(spanish).by_word.keys()
    assert [piece.text for piece in read("doble cuatro", spanish)] == ["44"]
    assert [piece.text for piece in read("double four", spanish)] == ["double", "four"]
