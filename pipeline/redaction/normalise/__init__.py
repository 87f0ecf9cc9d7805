"""Spoken words as they would be written, each written character still knowing the words that made it.

Pure and table-driven: "double four one" is 441, "m as in mike" is m, "twenty first of may" is 21 may, "at gmail dot
com" is @gmail.com. Refuses to guess a spelling: words that it has no rule for stay as they were said.
"""

from __future__ import annotations

from pipeline.redaction.normalise.joining import join_pieces
from pipeline.redaction.normalise.reading import read_pieces
from pipeline.redaction.normalise.tables import ENGLISH, Tables
from pipeline.redaction.normalise.written import Kind, Piece, Run, Token, Written, assemble, tokenise

__all__ = ["ENGLISH", "Kind", "Piece", "Run", "Tables", "Token", "Written", "tokenise", "write"]


def write(text: str, tables: Tables = ENGLISH) -> Written:
    """Give the written view of a turn's text."""
    tokens = tokenise(text)
    return assemble(tokens, join_pieces(tokens, read_pieces(tokens, tables), tables))
