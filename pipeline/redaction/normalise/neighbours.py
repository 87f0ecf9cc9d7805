"""What stands beside a piece: past hesitations, dashes, and the commas that recognisers put between letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.redaction.normalise.grammar import Grammar, Open
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece

STOPS: Final = frozenset("-.,")
MOST_MISHEARD: Final = 2
"""How many homophones in a row are still taken for code."""
_SIGHT: Final = 16
"""How many pieces further nothing stands beside another any more."""
_SPELLED: Final = 4
"""How far to look on one side for more that is spelled."""


class Neighbours:
    """A turn's pieces, and questions about those beside one of them. A side where nothing stands is None."""

    def __init__(self, said: Said, pieces: list[Piece], grammar: Grammar) -> None:
        self.pieces = pieces
        self._said = said
        self._keys = said.keys
        self._grammar = grammar
        self._tables = grammar.tables
        self._all_code: bool | None = None

    def key(self, index: int) -> str:
        """Give the first word of a piece, as it is looked up."""
        return self._keys[self.pieces[index].first]

    def beside(self, index: int, step: int) -> int | None:
        """Find the piece beside one, past hesitations and dashes, and past full stops and commas between letters."""
        passed: int | None = None  # the first sign on the way
        held = False  # whether a sign on the way ends what stands before it, unless a letter follows
        for at in range(index + step, index + step * _SIGHT, step):
            if not 0 <= at < len(self.pieces):
                break
            piece = self.pieces[at]
            if piece.text in STOPS:
                if passed is None or (not held and piece.text != "-"):
                    passed = at
                held = held or piece.text != "-"
            elif piece.kind is not Kind.FILLER:
                return passed if held and piece.kind is not Kind.LETTER else at
        return passed

    def is_open(self, index: int | None, *kinds: Open) -> bool:
        """Say whether a piece is a word that is still to be settled."""
        if index is None:
            return False
        piece = self.pieces[index]
        is_word = piece.kind is Kind.WORD or piece.kind is Kind.MONTH
        return is_word and self._grammar.open.get(self._keys[piece.first]) in kinds

    def is_kind(self, index: int | None, kind: Kind) -> bool:
        """Say whether a piece is there and of a kind."""
        return index is not None and self.pieces[index].kind is kind

    def is_code(self, index: int | None) -> bool:
        """Say whether a piece is digits or letters."""
        return index is not None and self.pieces[index].is_code

    def is_sure_letter(self, index: int | None) -> bool:
        """Say whether a piece is a letter by itself."""
        return index is not None and self.pieces[index].kind is Kind.LETTER and self.pieces[index].certain

    def is_lone_letter(self, index: int | None) -> bool:
        """Say whether a piece is a letter such as "a" that is also a word, and was settled to be the letter."""
        return index is not None and self.is_kind(index, Kind.LETTER) and self.key(index) in self._lone

    @property
    def _lone(self) -> frozenset[str]:
        return self._tables.ambiguous_letters

    def past_lone_letters(self, index: int, step: int) -> int | None:
        """Find what stands beside a word past further words such as "a" and "oh"."""
        at = self.beside(index, step)
        for _ in range(MOST_MISHEARD):
            if at is None or not (self.is_open(at, Open.LETTER, Open.ZERO) or self.is_lone_letter(at)):
                break
            at = self.beside(at, step)
        return at

    def past_misheard(self, index: int, step: int) -> int | None:
        """Find what stands beside a word past one more that was misheard."""
        at = self.beside(index, step)
        if at is not None and self.is_open(at, Open.HOMOPHONE, Open.DIGIT):
            at = self.beside(at, step)
        return at

    def past_digits(self, index: int, step: int) -> int | None:
        """Find what stands beside a word past the digits there."""
        at = self.beside(index, step)
        while at is not None and self.is_kind(at, Kind.DIGITS):
            at = self.beside(at, step)
        return at

    def spelled_on(self, index: int, step: int) -> Iterator[int]:
        """Give the pieces of code, and the names of letters, that stand beside a word on one side, nearest first."""
        at = self.beside(index, step)
        for _ in range(_SPELLED):
            if at is None:
                return
            if self.is_code(at) or self.is_open(at, Open.SOUND, Open.SPELLING):
                yield at
            elif not self.is_open(at, Open.LETTER):
                return
            at = self.beside(at, step)

    def single_digits(self, index: int | None, step: int) -> int:
        """Count digits said one by one, from a piece on."""
        count = 0
        while index is not None and self.pieces[index].kind is Kind.DIGITS and len(set(self.pieces[index].text)) == 1:
            count += len(self.pieces[index].text)
            index = self.beside(index, step)
        return count

    def is_all_code(self) -> bool:
        """Say whether a turn is code and what sounds like it, at least half of it code, with a letter."""
        if self._all_code is None:
            self._all_code = self._find_all_code()
        return self._all_code

    def _find_all_code(self) -> bool:
        said = [i for i, p in enumerate(self.pieces) if p.kind is not Kind.FILLER and p.text not in STOPS]
        code = [i for i in said if self.pieces[i].is_code]
        if len(code) < max(2, len(said) / 2) or not any(self.pieces[i].kind is Kind.LETTER for i in code):
            return False
        return all(self.pieces[i].is_code or self.is_open(i, *Open) for i in said)
