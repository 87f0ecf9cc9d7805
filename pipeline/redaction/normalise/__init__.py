"""Spoken words as they would be written, each written character still knowing the words that made it.

Pure and table-driven: "double four one" is 441, "m as in mike" is m, "twenty first of may" is 21 may, "at gmail dot
com" is @gmail.com. Refuses to guess a spelling: words that it has no rule for stay as they were said. A language is
data: `languages/en.yaml`, `languages/es.yaml`.
"""

from __future__ import annotations

from pipeline.redaction.normalise.grammar import Grammar, grammar_of
from pipeline.redaction.normalise.joining import Joining
from pipeline.redaction.normalise.language import Tables
from pipeline.redaction.normalise.reading import read_pieces, word_pieces
from pipeline.redaction.normalise.settling import Settling
from pipeline.redaction.normalise.tables import ENGLISH, load_tables
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece, Run, Token, Written, assemble

__all__ = ["ENGLISH", "Kind", "Piece", "Run", "Tables", "Token", "Written", "load_tables", "write"]


def write(text: str, tables: Tables = ENGLISH) -> Written:
    """Give the written view of a turn's text.

    Args:
        text: one turn, as said or as a recogniser wrote it; any text at all.
        tables: what its language says.
    """
    grammar = grammar_of(tables)
    said = grammar.cutter.cut(text)
    plain = word_pieces(said, grammar)
    if _is_plain(text, said, grammar):
        return (
            Written(said.tokens, tuple(plain), text, tuple(said.starts), ())
            if said.is_spaced
            else assemble(said.tokens, plain)
        )
    pieces = Settling(said, read_pieces(said, plain, grammar), grammar).settle()
    return assemble(said.tokens, Joining(said, pieces, grammar).join(plain))


def _is_plain(text: str, said: Said, grammar: Grammar) -> bool:
    """Say whether a turn is ordinary talk that is written as it is said: most turns are."""
    if said.is_odd or not grammar.anchors.isdisjoint(said.keys):
        return False
    low = text.lower()
    return not any(phrase in low for phrase in grammar.as_in_texts)
