"""Second pass: what a word is that only its neighbours can tell. "oh" is a zero or a sigh, "mike" a letter or a man,
"a", "see" and "you" letters among letters, "to" a two between digits; all else stays the word that was said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pipeline.redaction.normalise.grammar import Grammar, Open
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece

_DIGITS_AHEAD: Final = 2
"""How many digits make an "oh" before them a zero."""
_DIGITS_AROUND: Final = 4
"""How many single digits, on both sides together, make "to" between them a two."""
_DIGITS_OF_A_WHOLE: Final = 9
"""How many digits are a number by themselves, so that "to" before or after them is no part of it."""
_LETTERS_AROUND: Final = 2
"""How much more code there must be for "bee" to be a letter."""
_MOST_MISHEARD: Final = 2
"""How many homophones in a row are still taken for code."""
_STOPS: Final = frozenset("-.,")


class Settling:
    """A turn's pieces while its open words are settled, the stronger kinds first."""

    def __init__(self, said: Said, pieces: list[Piece], grammar: Grammar) -> None:
        self.pieces = pieces
        self._keys = said.keys
        self._grammar = grammar
        self._tables = grammar.tables

    def settle(self) -> list[Piece]:
        """Settle every open word; pieces stay as many as they are."""
        found = list(self._open_words())
        for kinds in _ORDER:
            for index, kind in found:
                if kind in kinds and self._is_open(index, kind):
                    _RULES[kind](self, index)
        return self.pieces

    def _open_words(self) -> Iterator[tuple[int, Open]]:
        kind_of = self._grammar.open.get
        for index, piece in enumerate(self.pieces):
            if piece.kind is Kind.WORD or piece.kind is Kind.MONTH:
                kind = kind_of(self._keys[piece.first])
                if kind is not None:
                    yield index, kind

    def _key(self, index: int) -> str:
        return self._keys[self.pieces[index].first]

    def _is_open(self, index: int | None, *kinds: Open) -> bool:
        if index is None:
            return False
        piece = self.pieces[index]
        is_word = piece.kind is Kind.WORD or piece.kind is Kind.MONTH
        return is_word and self._grammar.open.get(self._keys[piece.first]) in kinds

    def _beside(self, index: int, step: int) -> int | None:
        """Find the piece beside one, past hesitations and dashes, and past full stops and commas between letters."""
        at = index + step
        while 0 <= at < len(self.pieces) and self.pieces[at].kind is Kind.FILLER:
            at += step
        if not 0 <= at < len(self.pieces):
            return None
        if self.pieces[at].text in _STOPS:
            beyond = self._beside(at, step)
            is_dash = self.pieces[at].text == "-"
            if beyond is not None and (is_dash or self.pieces[beyond].kind is Kind.LETTER):
                return beyond
        return at

    def _is_kind(self, index: int | None, kind: Kind) -> bool:
        return index is not None and self.pieces[index].kind is kind

    def _is_code(self, index: int | None) -> bool:
        return index is not None and self.pieces[index].is_code

    def _is_sure_letter(self, index: int | None) -> bool:
        return index is not None and self.pieces[index].kind is Kind.LETTER and self.pieces[index].certain

    def _make(self, index: int, text: str, kind: Kind, *, certain: bool) -> None:
        piece = self.pieces[index]
        self.pieces[index] = Piece(text, kind, piece.first, piece.last, piece.glued or not text, certain)

    def spelling_word(self, index: int) -> None:
        """Settle "mike": a letter beside code or beside another such word; a month among digits stays a month."""
        key = self._key(index)
        is_month = key in self._tables.months
        for step in (-1, 1):
            other = self._beside(index, step)
            if other is None:
                continue
            spelled = self._is_open(other, Open.SPELLING) and self._key(other) not in self._tables.months
            lettered = self._is_sure_letter(other) or spelled
            numbered = not is_month and self._is_kind(other, Kind.DIGITS) and self.pieces[other].certain
            if lettered or numbered:
                self._make(index, self._tables.spelling_words[key], Kind.LETTER, certain=lettered)
                return

    def zero(self, index: int) -> None:
        """Settle "oh": a zero after digits or before two of them, a letter among letters, else an interjection."""
        key = self._key(index)
        after = self.pieces[index].last
        if after < len(self._keys) and self._keys[after] in self._tables.zero_never_before:
            return
        left, right = self._beside(index, -1), self._beside(index, 1)
        ahead = self._digits_ahead(index)
        if self._is_kind(left, Kind.DIGITS):
            self._make(index, "0", Kind.DIGITS, certain=ahead > 0)
        elif ahead >= _DIGITS_AHEAD:
            self._make(index, "0", Kind.DIGITS, certain=ahead > _DIGITS_AHEAD)
        elif self._is_kind(left, Kind.LETTER) or self._is_kind(right, Kind.LETTER):
            both = self._is_kind(left, Kind.LETTER) and self._is_kind(right, Kind.LETTER)
            self._make(index, self._tables.zero_or_letter[key], Kind.LETTER, certain=both)

    def _digits_ahead(self, index: int) -> int:
        """Count the digits that follow directly, further "oh"s among them; 0 when only those follow."""
        digits = zeros = 0
        at = self._beside(index, 1)
        for _ in range(3):
            if at is None:
                break
            if self.pieces[at].kind is Kind.DIGITS:
                digits += len(self.pieces[at].text)
            elif self._is_open(at, Open.ZERO):
                zeros += 1
            else:
                break
            at = self._beside(at, 1)
        return digits + zeros if digits else 0

    def lone_letter(self, index: int) -> None:
        """Settle "a" and "i": spelled where a sure letter stands beside it, or code on both sides."""
        left, right = self._past_lone_letters(index, -1), self._past_lone_letters(index, 1)
        announced = self.pieces[index].first and self._keys[self.pieces[index].first - 1] in self._tables.letter_cues
        spelled = self._is_open(right, Open.SPELLING) and right is not None and self._is_spelling_on(right)
        sure = self._is_sure_letter(left) or self._is_sure_letter(right) or spelled
        if announced or sure or (self._is_code(left) and (self._is_code(right) or self._ends_code(index))):
            self._make(index, self.pieces[index].text, Kind.LETTER, certain=bool(announced or sure))

    def _ends_code(self, index: int) -> bool:
        """Say whether this letter ends a code of several pieces: with the turn, or said twice ("one a a")."""
        left, beyond = self._beside(index, -1), self._beside(index, 1)
        if left is not None and self._is_lone_letter(left):
            return self._is_code(self._beside(left, -1))
        ends = beyond is None or self._is_open(beyond, Open.LETTER)
        return ends and len(list(self._spelled_on(index, -1))) >= _LETTERS_AROUND

    def _past_lone_letters(self, index: int, step: int) -> int | None:
        at = self._beside(index, step)
        for _ in range(_MOST_MISHEARD):
            if at is None or not (self._is_open(at, Open.LETTER, Open.ZERO) or self._is_lone_letter(at)):
                break
            at = self._beside(at, step)
        return at

    def _is_lone_letter(self, index: int) -> bool:
        return self._is_kind(index, Kind.LETTER) and self._key(index) in self._tables.ambiguous_letters

    def _is_spelling_on(self, index: int) -> bool:
        beyond = self._beside(index, 1)
        return self._is_code(beyond) or self._is_open(beyond, Open.SPELLING)

    def sound(self, index: int) -> None:
        """Settle "bee": a letter among letters, digits and other such names, two of them at least ("jay z" is not)."""
        letters = [i for step in (-1, 1) for i in self._spelled_on(index, step)]
        if sum(self._weight(i) for i in letters) >= _LETTERS_AROUND:
            sure = any(not self._is_kind(i, Kind.DIGITS) for i in letters)
            self._make(index, self._tables.letter_homophones[self._key(index)], Kind.LETTER, certain=sure)

    def _weight(self, index: int) -> int:
        """Say for how many letters a piece counts: those it has, and one more where they were named or explained."""
        piece = self.pieces[index]
        return len(piece.text) + (len(self._key(index)) > 1) if piece.kind is Kind.LETTER else 1

    def _spelled_on(self, index: int, step: int) -> Iterator[int]:
        """Give the pieces of code, and the names of letters, that stand beside a word on one side, nearest first."""
        at = self._beside(index, step)
        for _ in range(2 * _LETTERS_AROUND):
            if at is None:
                return
            if self._is_code(at) or self._is_open(at, Open.SOUND, Open.SPELLING):
                yield at
            elif not self._is_open(at, Open.LETTER):
                return
            at = self._beside(at, step)

    def homophone(self, index: int) -> None:
        """Settle "see": a letter between code with a sure letter next to it, or in a turn that is nothing but code."""
        key = self._key(index)
        left, right = self._past_misheard(index, -1), self._past_misheard(index, 1)
        inside = self._is_code(left) and self._is_code(right)
        sure = self._is_sure_letter(left) or self._is_sure_letter(right)
        at_edge = key not in self._tables.homophones_only_inside and self._is_all_code()
        if (inside and sure) or at_edge:
            self._make(index, self._tables.letter_homophones[key], Kind.LETTER, certain=False)

    def _past_misheard(self, index: int, step: int) -> int | None:
        at = self._beside(index, step)
        if self._is_open(at, Open.HOMOPHONE, Open.DIGIT) and at is not None:
            at = self._beside(at, step)
        return at

    def _is_all_code(self) -> bool:
        """Say whether a turn is code and what sounds like it, at least half of it code, with a letter."""
        said = [i for i, p in enumerate(self.pieces) if p.kind is not Kind.FILLER and p.text not in _STOPS]
        code = [i for i in said if self.pieces[i].is_code]
        if len(code) < max(2, len(said) / 2) or not any(self.pieces[i].kind is Kind.LETTER for i in code):
            return False
        return all(self.pieces[i].is_code or self._is_open(i, *Open) for i in said)

    def digit(self, index: int) -> None:
        """Settle "to": a digit between single digits, four of them at least."""
        left, right = self._past_misheard(index, -1), self._past_misheard(index, 1)
        before, after = self._single_digits(left, -1), self._single_digits(right, 1)
        key = self._key(index)
        whole = key in self._tables.connecting_homophones and max(before, after) >= _DIGITS_OF_A_WHOLE
        if before and after and before + after >= _DIGITS_AROUND and not whole:
            self._make(index, self._tables.digit_homophones[key], Kind.DIGITS, certain=False)

    def _single_digits(self, index: int | None, step: int) -> int:
        """Count digits said one by one, from a piece on."""
        count = 0
        while index is not None and self.pieces[index].kind is Kind.DIGITS and len(set(self.pieces[index].text)) == 1:
            count += len(self.pieces[index].text)
            index = self._beside(index, step)
        return count

    def space(self, index: int) -> None:
        """Settle "space": said of a code, and no part of it, where code, or what may be code, is on both sides."""
        sides = [self._beside(index, step) for step in (-1, 1)]
        letters = (Open.LETTER, Open.SOUND, Open.SPELLING, Open.ZERO)
        if any(map(self._is_code, sides)) and all(self._is_code(i) or self._is_open(i, *letters) for i in sides):
            self._make(index, "", Kind.FILLER, certain=False)


_RULES: Final[Mapping[Open, Callable[[Settling, int], None]]] = {
    Open.SPELLING: Settling.spelling_word,
    Open.ZERO: Settling.zero,
    Open.LETTER: Settling.lone_letter,
    Open.SOUND: Settling.sound,
    Open.HOMOPHONE: Settling.homophone,
    Open.DIGIT: Settling.digit,
    Open.SPACE: Settling.space,
}
_ORDER: Final = (
    {Open.SPACE},
    {Open.SPELLING, Open.ZERO, Open.LETTER, Open.SOUND},
    {Open.SPELLING, Open.LETTER},  # once more: what follows them is known now
    {Open.HOMOPHONE, Open.DIGIT},
)
