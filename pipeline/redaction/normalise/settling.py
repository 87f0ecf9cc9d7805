"""Second pass: what a word is that only its neighbours can tell. "oh" is a zero or a sigh, "mike" a letter or a man,
"a", "see" and "you" letters among letters, "to" a two between digits; all else stays the word that was said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Final

from pipeline.redaction.normalise.grammar import Open
from pipeline.redaction.normalise.neighbours import STOPS, Neighbours
from pipeline.redaction.normalise.written import Kind, Piece

_REACH: Final = 8
"""How many pieces from code an open word may stand, commas and hesitations among them."""
_DIGITS_AHEAD: Final = 2
_CODE_AHEAD: Final = 3
"""How many digits, or how much code that begins with one, makes an "oh" before it a zero."""
_DIGITS_AROUND: Final = 4
"""How many single digits, on both sides together, make "to" between them a two."""
_DIGITS_OF_A_WHOLE: Final = 9
"""How many digits are a number by themselves, so that "to" before or after them is no part of it."""
_LETTERS_AROUND: Final = 2
"""How much more code there must be for "bee" to be a letter."""
_LAST_DAY: Final = 31


class Settling(Neighbours):
    """A turn's pieces while its open words are settled, the stronger kinds first."""

    def settle(self) -> list[Piece]:
        """Settle every open word; pieces stay as many as they are."""
        found = self._open_words()
        for kinds in _ORDER if found else ():
            self._all_code = None
            for index, kind in found:
                if kind in kinds and self.is_open(index, kind):
                    _RULES[kind](self, index)
        return self.pieces

    def _open_words(self) -> list[tuple[int, Open]]:
        """Find the open words near code, or near what may be; far from both they are the words that were said."""
        kind_of, keys, word, month = self._grammar.open.get, self._keys, Kind.WORD, Kind.MONTH
        found = [
            (index, kind)
            for index, piece in enumerate(self.pieces)
            if (piece[1] is word or piece[1] is month) and (kind := kind_of(keys[piece[2]])) is not None
        ]
        if not found or not self._tables.letter_cues.isdisjoint(keys):
            return found
        digits, letter = Kind.DIGITS, Kind.LETTER
        code = [index for index, piece in enumerate(self.pieces) if piece[1] is digits or piece[1] is letter]
        code += [index for index, kind in found if kind is Open.SPELLING or kind is Open.SOUND]
        code.sort()
        return [(i, kind) for i, kind in found if bisect_left(code, i - _REACH) < bisect_left(code, i + _REACH)]

    def _make(self, index: int, text: str, kind: Kind, *, certain: bool) -> None:
        piece = self.pieces[index]
        self.pieces[index] = Piece(text, kind, piece.first, piece.last, piece.glued or not text, certain)

    def spelling_word(self, index: int) -> None:
        """Settle "mike": a letter beside code or beside another such word; a month beside a day stays a month."""
        key, sides = self.key(index), [self.beside(index, -1), self.beside(index, 1)]
        lettered = any(self._is_spelled(side) for side in sides)
        if key in self._tables.months:
            numbered = self._is_in_code(index)
        else:
            numbered = any(side is not None and self.is_kind(side, Kind.DIGITS) and self.pieces[side].certain
                           for side in sides)  # fmt: skip
        if lettered or numbered:
            self._make(index, self._tables.spelling_words[key], Kind.LETTER, certain=lettered)

    def _is_spelled(self, index: int | None) -> bool:
        if index is None or not self.is_open(index, Open.SPELLING):
            return self.is_kind(index, Kind.LETTER) and not self.is_lone_letter(index)
        return self.key(index) not in self._tables.months

    def _is_in_code(self, index: int) -> bool:
        """Say whether digits that are no day stand between a month's name and something spelled."""
        for step in (-1, 1):
            beside, beyond = self.beside(index, step), self.past_digits(index, step)
            if beside is None or beside == beyond or not self._is_spelled(beyond):
                continue
            text = self.pieces[beside].text
            if len(text) != 2 or int(text) > _LAST_DAY or self.is_open(beyond, Open.SPELLING):
                return True
        return False

    def zero(self, index: int) -> None:
        """Settle "oh": a zero after digits or before two of them, a letter among letters, else an interjection."""
        key, after = self.key(index), self.pieces[index].last
        if after < len(self._keys) and self._keys[after] in self._tables.zero_never_before:
            return
        digits, code = self._ahead(index)
        sides = [self.past_lone_letters(index, step) for step in (-1, 1)]
        lettered = [self.is_kind(side, Kind.LETTER) for side in sides]
        if self.is_kind(self.beside(index, -1), Kind.DIGITS):
            self._make(index, "0", Kind.DIGITS, certain=digits > 0)
        elif digits >= _DIGITS_AHEAD or (digits and (code >= _CODE_AHEAD or self.is_all_code())):
            self._make(index, "0", Kind.DIGITS, certain=digits > _DIGITS_AHEAD)
        elif any(lettered):
            self._make(index, self._tables.zero_or_letter[key], Kind.LETTER, certain=all(lettered))

    def _ahead(self, index: int) -> tuple[int, int]:
        """Count the digits and all the code that follow directly, if a digit begins it; further "oh"s are digits."""
        digits = zeros = code = 0
        at = self.beside(index, 1)
        while at is not None and code < _CODE_AHEAD:
            if self.is_kind(at, Kind.DIGITS):
                digits += len(self.pieces[at].text)
            elif self.is_open(at, Open.ZERO):
                zeros += 1
            elif not (digits and self.is_code(at)):
                break
            code += 1
            at = self.beside(at, 1)
            if digits and at is not None and self.pieces[at].text in STOPS:
                at = at + 1 if at + 1 < len(self.pieces) else None
        return (digits + zeros, code) if digits else (0, 0)

    def lone_letter(self, index: int) -> None:
        """Settle "a" and "i": spelled where a sure letter stands beside it, or code on both sides."""
        left, right = self.past_lone_letters(index, -1), self.past_lone_letters(index, 1)
        if right is not None and not self.is_code(left) and self.key(right) in self._grammar.case_words.first_words:
            return  # "a capital t": the article of what is said of the letter
        announced = self.pieces[index].first and self._keys[self.pieces[index].first - 1] in self._tables.letter_cues
        sure = bool(announced or self.is_sure_letter(left) or self.is_sure_letter(right) or self._begins_word(right))
        if sure or (self.is_code(left) and self.is_code(right)) or self._ends_code(index):
            self._make(index, self.pieces[index].text, Kind.LETTER, certain=sure)

    def _begins_word(self, index: int | None) -> bool:
        """Say whether "mike" is followed by more that is spelled."""
        if index is None or not self.is_open(index, Open.SPELLING):
            return False
        beyond = self.beside(index, 1)
        return self.is_code(beyond) or self.is_open(beyond, Open.SPELLING)

    def _ends_code(self, index: int) -> bool:
        """Say whether this letter follows a code of several pieces and a letter, or ends the turn, or is said twice."""
        left, beyond = self.beside(index, -1), self.beside(index, 1)
        if left is not None and self.is_kind(left, Kind.LETTER):
            return self.is_code(self.beside(left, -1))
        ends = beyond is None or self.is_open(beyond, Open.LETTER)
        return ends and self.is_code(left) and len(list(self.spelled_on(index, -1))) >= _LETTERS_AROUND

    def sound(self, index: int) -> None:
        """Settle "bee": a letter among letters, digits and other such names, two of them at least ("jay z" is not)."""
        letters = [i for step in (-1, 1) for i in self.spelled_on(index, step)]
        if sum(self._weight(i) for i in letters) >= _LETTERS_AROUND:
            sure = any(not self.is_kind(i, Kind.DIGITS) for i in letters)
            self._make(index, self._letter(index), Kind.LETTER, certain=sure)

    def _weight(self, index: int) -> int:
        """Say for how many letters a piece counts: those it has, and one more where they were named or explained."""
        piece = self.pieces[index]
        return len(piece.text) + (len(self.key(index)) > 1) if piece.kind is Kind.LETTER else 1

    def _letter(self, index: int) -> str:
        """Give the letter that a word sounds like; one in capitals ("AR") is what a recogniser wrote for letters."""
        word = self.pieces[index].text
        is_shouted = len(word) == 1 or not word.isupper() or all(not w.islower() for w in self._said.words)
        return self._tables.letter_homophones[self.key(index)] if is_shouted else word

    def homophone(self, index: int) -> None:
        """Settle "see": a letter between code with a sure letter next to it, or in a turn that is nothing but code."""
        left, right = self.past_misheard(index, -1), self.past_misheard(index, 1)
        inside = self.is_code(left) and self.is_code(right)
        sure = self.is_sure_letter(left) or self.is_sure_letter(right)
        at_edge = self.key(index) not in self._tables.homophones_only_inside
        if (inside and sure) or (at_edge and self.is_all_code()):
            self._make(index, self._letter(index), Kind.LETTER, certain=False)

    def digit(self, index: int) -> None:
        """Settle "to": a digit between single digits, four of them at least."""
        left, right = self.past_misheard(index, -1), self.past_misheard(index, 1)
        before, after = self.single_digits(left, -1), self.single_digits(right, 1)
        key = self.key(index)
        whole = key in self._tables.connecting_homophones and max(before, after) >= _DIGITS_OF_A_WHOLE
        if before and after and before + after >= _DIGITS_AROUND and not whole:
            self._make(index, self._tables.digit_homophones[key], Kind.DIGITS, certain=False)

    def space(self, index: int) -> None:
        """Settle "space": said of a code, and no part of it, where code, or what may be code, is on both sides."""
        sides = [self.beside(index, step) for step in (-1, 1)]
        letters = (Open.LETTER, Open.SOUND, Open.SPELLING, Open.ZERO)
        if any(map(self.is_code, sides)) and all(self.is_code(i) or self.is_open(i, *letters) for i in sides):
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
_STRONG: Final = frozenset({Open.SPELLING, Open.ZERO, Open.LETTER, Open.SOUND})
_ORDER: Final = (
    frozenset({Open.SPACE}),
    _STRONG,
    _STRONG,  # once more: what follows them is known now
    frozenset({Open.HOMOPHONE, Open.DIGIT}),
    _STRONG,
)
