"""Second pass: which pieces are written without a space, and which said signs ("at", "dot") are signs at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.redaction.normalise.tables import Tables
from pipeline.redaction.normalise.written import Kind, Piece, Token

_REACH: Final = 8
"""How many pieces after an "at" its "dot com" may come."""


def join_pieces(tokens: Sequence[Token], pieces: Sequence[Piece], tables: Tables) -> list[Piece]:
    """Decide for each piece whether it is glued to the one before it; signs that are not meant turn back to words."""
    signs = _meant_signs(tokens, pieces, tables)
    joined: list[Piece] = []
    for index, piece in enumerate(pieces):
        if piece.kind is Kind.SYMBOL and index not in signs and _is_said(tokens, piece):
            said = " ".join(t.text for t in tokens[piece.first : piece.last])
            piece = replace(piece, text=said, kind=Kind.WORD)
        joined.append(replace(piece, glued=_is_glued(tokens, joined, piece, index, signs)))
    return joined


def _is_said(tokens: Sequence[Token], piece: Piece) -> bool:
    return tokens[piece.first].text[0].isalpha()


def _is_glued(
    tokens: Sequence[Token], before: Sequence[Piece], piece: Piece, index: int, signs: frozenset[int]
) -> bool:
    if not before or piece.kind is Kind.FILLER:
        return bool(before)
    if index in signs or index - 1 in signs:
        return True
    last = next((p for p in reversed(before) if p.kind is not Kind.FILLER), None)
    if last is not None and last.is_code and piece.is_code:
        return True
    return tokens[piece.first].start == tokens[piece.first - 1].end and before[-1].kind is not Kind.FILLER


def _meant_signs(tokens: Sequence[Token], pieces: Sequence[Piece], tables: Tables) -> frozenset[int]:
    """Find the pieces that are signs here: those of mail addresses, of sites, and between digits and letters."""
    meant: set[int] = set()
    for index, piece in enumerate(pieces):
        if piece.kind is Kind.SYMBOL and piece.text == "@":
            meant |= (signs := _mail_signs(tokens, pieces, index, tables))
            meant |= _local_signs(pieces, index) if signs else set()
    for index, piece in enumerate(pieces):
        if piece.kind is Kind.SYMBOL and index not in meant and _joins(tokens, pieces, index, tables):
            meant.add(index)
    return frozenset(meant)


def _mail_signs(tokens: Sequence[Token], pieces: Sequence[Piece], at: int, tables: Tables) -> set[int]:
    if at == 0 or at + 1 >= len(pieces):
        return set()
    end = _domain_end(tokens, pieces, at, tables)
    if end is None:
        host = _key(tokens, pieces[at + 1]) in tables.mail_hosts - {"me", "email", "mail", "live", "mac", "sky"}
        return {at} if host or not _is_said(tokens, pieces[at]) else set()
    return {at} | {i for i in range(at + 1, end) if pieces[i].kind is Kind.SYMBOL}


def _local_signs(pieces: Sequence[Piece], at: int) -> set[int]:
    """Find the dots and dashes said before the "at", each with one word or a run of code between."""
    signs: set[int] = set()
    words = heard = 0
    for index in range(at - 1, 0, -1):
        if pieces[index].kind is Kind.SYMBOL and pieces[index].text in "._-+" and heard:
            signs.add(index)
            words = heard = 0
        elif pieces[index].kind is not Kind.FILLER:
            heard += 1
            words += not pieces[index].is_code
        if words > 1:
            break
    return signs


def _domain_end(tokens: Sequence[Token], pieces: Sequence[Piece], at: int, tables: Tables) -> int | None:
    """Find the piece after the last "dot com" that belongs to the "at"; None when there is none near."""
    end = None
    for index in range(at + 2, min(at + _REACH, len(pieces) - 1)):
        if pieces[index].kind is Kind.SYMBOL and pieces[index].text == "@":
            break
        if pieces[index].kind is Kind.SYMBOL and pieces[index].text == ".":
            if _key(tokens, pieces[index + 1]) in tables.domain_ends:
                end = index + 2
        elif end is not None and index >= end:
            break
    return end


def _joins(tokens: Sequence[Token], pieces: Sequence[Piece], index: int, tables: Tables) -> bool:
    """Say whether a sign outside a mail address joins its neighbours: "dot com", "4.5", "b_smith", "12/04"."""
    if index == 0 or index + 1 >= len(pieces):
        return False
    piece, left, right = pieces[index], pieces[index - 1], pieces[index + 1]
    if piece.text == "_":
        return True
    if piece.text == "." and _is_said(tokens, piece):
        sites = _key(tokens, right) in tables.domain_ends or _key(tokens, left) == "www"
        return sites or (left.is_code and right.is_code)
    if piece.text in "-/.:" and _is_said(tokens, piece):
        return left.is_code and right.is_code
    return False


def _key(tokens: Sequence[Token], piece: Piece) -> str:
    return tokens[piece.first].key if piece.last == piece.first + 1 else ""
