"""Third pass: which said signs ("at", "dot") are signs at all, and which pieces are written without a space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.redaction.normalise.grammar import Grammar
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece

_REACH: Final = 24
"""How many pieces a mail address may have on each side of its "at"."""
_HOST_WORDS: Final = 3
"""How many words a mail host has at most between its signs."""
_DIGITS, _LETTER, _SYMBOL, _FILLER = Kind.DIGITS, Kind.LETTER, Kind.SYMBOL, Kind.FILLER
_NOTE_REACH: Final = 3
"""How many pieces from code or a sign a remark on how it is written may stand."""
_LONGEST_END: Final = 4
_PHONE_DIGITS: Final = 7
"""How many digits follow a plus that begins a number."""


class Joining:
    """A turn's pieces while its signs are judged."""

    def __init__(self, said: Said, pieces: Sequence[Piece], grammar: Grammar) -> None:
        self._said = said
        self._keys = said.keys
        self._pieces = pieces
        self._tables = grammar.tables
        self._signs: set[int] = set()
        self._within: set[int] = set()
        """Pieces inside a mail address, glued to what is before them."""

    def join(self, plain: Sequence[Piece]) -> list[Piece]:
        """Give the pieces with their glue; signs and remarks that are not meant are the words that were said."""
        symbols = [i for i, p in enumerate(self._pieces) if p[1] is _SYMBOL]
        if symbols:
            self._find_signs(symbols)
        joined: list[Piece] = []
        last_code = False
        for index, piece in enumerate(self._pieces):
            kind = piece[1]
            is_code = kind is _DIGITS or kind is _LETTER
            if kind is _FILLER and not self._is_idle_note(index):
                joined.append(piece)
                continue
            if kind is _FILLER or (kind is _SYMBOL and not piece.certain and index not in self._signs):
                joined += plain[piece.first : piece.last]
            elif symbols or is_code or piece.glued:
                glued = (last_code and is_code) or self._is_glued(index)
                joined.append(piece if piece.glued is glued else Piece(*piece[:4], glued, piece.certain))
            else:
                joined.append(piece)
            last_code = is_code
        return joined

    def _is_glued(self, index: int) -> bool:
        piece = self._pieces[index]
        if (index in self._signs and piece.text != "+") or index - 1 in self._signs or index in self._within:
            return True
        return piece.glued and self._pieces[index - 1].kind is not _FILLER

    def _is_idle_note(self, index: int) -> bool:
        """Say whether a remark such as "no space" has no code and no sign near it."""
        piece = self._pieces[index]
        if piece.last - piece.first == 1:
            return False
        near = range(max(0, index - _NOTE_REACH), min(len(self._pieces), index + 1 + _NOTE_REACH))
        return not any(self._pieces[i].is_code or i in self._signs for i in near)

    def _find_signs(self, symbols: Sequence[int]) -> None:
        """Find the pieces that are signs here: those of mail addresses, of sites, and between digits and letters."""
        for index in symbols:
            if self._pieces[index].text == "@":
                self._read_mail(index)
        for index in (*reversed(symbols), *symbols):
            if index not in self._signs and self._joins(index):
                self._signs.add(index)

    def _read_mail(self, at: int) -> None:
        if at == 0 or at + 1 >= len(self._pieces):
            return
        end = self._domain_end(at)
        if end is None:
            host = self._key(at + 1) in self._tables.mail_hosts - self._tables.mail_hosts_with_dot
            if not host and not self._pieces[at].certain:
                return
            end = at + 2
        inside = [i for i in range(at + 1, end) if self._pieces[i].kind is not Kind.FILLER]
        self._signs |= {at, *(i for i in inside if self._pieces[i].kind is Kind.SYMBOL)}
        self._within |= set(inside)
        self._read_local(at)
        self._glue_local(at)

    def _domain_end(self, at: int) -> int | None:
        """Find the piece after the last "dot com" that belongs to the "at"; None when there is none near."""
        end, words = None, 0
        for index in range(at + 1, min(at + _REACH, len(self._pieces))):
            piece = self._pieces[index]
            if end is not None and index >= end and piece.text != ".":
                break
            if piece.kind is Kind.SYMBOL:
                words = 0
                if piece.text == "@":
                    break
                end = self._after_domain(index) or end
            words += piece.kind is not Kind.FILLER and not piece.is_code
            if words > _HOST_WORDS:
                break
        return end

    def _after_domain(self, index: int) -> int | None:
        """Give the end of what a dot begins, if that ends a domain: "dot com", "dotcom", "dot c o"."""
        piece = self._pieces[index]
        if len(piece.text) > 1 and piece.text[0] == ".":
            return index + 1
        if piece.text != ".":
            return None
        key, end = self._key(index + 1), index + 2
        while len(key) < _LONGEST_END and key.isalpha() and self._is_letter(end - 1) and self._is_letter(end):
            key, end = key + self._pieces[end].text.lower(), end + 1
        if key not in self._tables.domain_ends:
            return None
        is_word = key in self._tables.domain_ends_with_dot
        return None if is_word and self._is_weak_dot(index) else end

    def _is_letter(self, index: int) -> bool:
        return index < len(self._pieces) and self._pieces[index].kind is Kind.LETTER

    def _is_weak_dot(self, index: int) -> bool:
        """Say whether a dot was said in a way that is mostly no sign: "at this point in time"."""
        return self._key(index) in self._tables.weak_dots and self._is_said(index)

    def _read_local(self, at: int) -> None:
        """Find the dots and dashes said before the "at", each with one word or a run of code between."""
        words = heard = 0
        for index in range(at - 1, max(0, at - _REACH), -1):
            piece = self._pieces[index]
            if piece.kind is Kind.SYMBOL and piece.text in _LOCAL_SIGNS and heard:
                self._signs.add(index)
                words = heard = 0
            elif piece.kind is not Kind.FILLER:
                heard += 1
                words += not piece.is_code
            if words > 1:
                break

    def _glue_local(self, at: int) -> None:
        """Glue the digits and letters before an "at" to the word they stand beside: "smith eighty four at"."""
        index, words = self._before(at), 0
        while index is not None and at - index < _REACH and (before := self._before(index)) is not None:
            words += not self._pieces[index].is_code
            if index in self._signs or before in self._signs:
                words = 0
            elif not (self._pieces[index].is_code and self._pieces[before].is_code):
                if words > 1 or not self._is_name_and_code(before, index):
                    return
                self._within.add(index)
            index = before

    def _is_name_and_code(self, first: int, second: int) -> bool:
        pair = (self._pieces[first], self._pieces[second])
        word = next((p for p in pair if p.kind is Kind.WORD), None)
        if word is None or not any(p.is_code for p in pair):
            return False
        key = self._keys[word.first]
        return key.isalpha() and key not in self._tables.lead_ins

    def _joins(self, index: int) -> bool:
        """Say whether a sign outside a mail address joins its neighbours: "dot com", "4.5", "b_smith", "12/04"."""
        piece = self._pieces[index]
        left = self._pieces[index - 1] if index else None
        right = self._pieces[index + 1] if index + 1 < len(self._pieces) else None
        if piece.text == "_":
            return left is not None and right is not None
        if piece.text == "@" or not self._is_said(index):
            return False
        if piece.text == "+":
            return self._begins_phone(index)
        if left is None:
            return False
        if right is None or not (left.is_code and right.is_code):
            return self._joins_words(index, left, right)
        return True

    def _joins_words(self, index: int, left: Piece, right: Piece | None) -> bool:
        """Say whether a sign that is not between code joins: a site's, or the end of a code ("r d question mark")."""
        sign = self._pieces[index].text
        if len(sign) > 1 or (sign in ".-" and right is not None):
            return self._is_in_site(index)
        if sign == "/":
            return index - 2 in self._signs and self._key(index - 1) in self._tables.domain_ends
        return right is None and left.is_code and sign in _PASSWORD_SIGNS

    def _is_in_site(self, index: int) -> bool:
        """Say whether a dot or dash is one of a site's: it ends the domain, follows "www", or another dot follows."""
        left = self._pieces[index - 1]
        if left.kind not in (Kind.WORD, Kind.LETTER, Kind.DIGITS) or self._keys[left.first] in self._tables.lead_ins:
            return False
        if self._after_domain(index) is not None:
            return True
        if self._pieces[index].text == "." and self._is_www(index):
            return True
        return index + 2 in self._signs and self._pieces[index + 2].text[0] == "." and not self._is_weak_dot(index)

    def _is_www(self, index: int) -> bool:
        before = "".join(p.text for p in self._pieces[max(0, index - 3) : index] if p.kind in (Kind.WORD, Kind.LETTER))
        return before.lower().endswith("www")

    def _begins_phone(self, index: int) -> bool:
        """Say whether a plus begins a long number; it is written at once with it, and apart from what is before."""
        if index and self._pieces[index - 1].is_code:
            return False
        digits, at = 0, index + 1
        while at < len(self._pieces) and (self._pieces[at].kind in (Kind.DIGITS, Kind.FILLER)):
            digits += len(self._pieces[at].text)
            at += 1
        return digits >= _PHONE_DIGITS

    def _before(self, index: int) -> int | None:
        at = index - 1
        while at >= 0 and index - at < _REACH and self._pieces[at].kind is Kind.FILLER:
            at -= 1
        return at if at >= 0 else None

    def _is_said(self, index: int) -> bool:
        return self._keys[self._pieces[index].first][0].isalpha()

    def _key(self, index: int) -> str:
        if index >= len(self._pieces):
            return ""
        piece = self._pieces[index]
        return self._keys[piece.first] if piece.last == piece.first + 1 else ""


_LOCAL_SIGNS: Final = frozenset("._-+")
_PASSWORD_SIGNS: Final = frozenset("!?$&")
