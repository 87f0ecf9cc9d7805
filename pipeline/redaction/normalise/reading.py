"""First pass: each word read on its own grammar, the longest rule first. What only neighbours can tell stays a word
here, and is settled afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, partial
from itertools import repeat
from operator import eq
from typing import Final

from pipeline.redaction.normalise.codes import read_codes
from pipeline.redaction.normalise.grammar import Grammar, grammar_of
from pipeline.redaction.normalise.language import Tables
from pipeline.redaction.normalise.letters import (
    explained_end,
    letter_of,
    read_cased,
    read_explained,
    read_letter,
    read_letter_name,
    read_spelling_phrase,
)
from pipeline.redaction.normalise.numbers import read_number, read_ordinal
from pipeline.redaction.normalise.tokens import Said
from pipeline.redaction.normalise.written import Kind, Piece

_Rule = Callable[[Said, int, Grammar], Piece | None]
_SO_MANY: Final = range(2, 7)
"""How many "fours" are read as so many digits."""
_MARK: Final = "[]"
_make_piece: Final = partial(tuple.__new__, Piece)


def word_pieces(said: Said, grammar: Grammar) -> list[Piece]:
    """Give every token as a piece of its own, as it was said."""
    count = len(said.keys)
    kind_of, word = grammar.plain_kinds.get, Kind.WORD
    kinds = [kind_of(key, word) for key in said.keys]
    joined = [False, *map(eq, said.starts[1:], said.ends)]
    firsts, lasts = range(count), range(1, count + 1)
    return list(map(_make_piece, zip(said.words, kinds, firsts, lasts, joined, repeat(True))))


def read_pieces(said: Said, plain: list[Piece], grammar: Grammar) -> list[Piece]:
    """Read all tokens, left to right; every token is in exactly one piece."""
    rules = rules_of(grammar.tables)
    given = read_codes(said, grammar) if said.is_odd else {}
    pieces: list[Piece] = []
    done = 0
    for at in _places(said, rules, grammar, given):
        if at < done:
            continue
        piece = given.get(at) or _first(rules.get(said.keys[at], _STRANGE), said, at, grammar)
        if piece is not None:
            pieces += plain[done:at]
            pieces.append(piece)
            done = piece.last
    pieces += plain[done:]
    return pieces


def _places(
    said: Said, rules: Mapping[str, tuple[_Rule, ...]], grammar: Grammar, given: Collection[int]
) -> Iterable[int]:
    """Find the tokens that a rule may read."""
    if not said.is_odd:
        return [at for at, key in enumerate(said.keys) if key in rules]
    known = grammar.plain_kinds
    return [
        at
        for at, key in enumerate(said.keys)
        if key in rules or at in given or (key not in known and not (key.isalpha() and key[1:]))
    ]


def _first(rules: tuple[_Rule, ...], said: Said, at: int, grammar: Grammar) -> Piece | None:
    for rule in rules:
        piece = rule(said, at, grammar)
        if piece is not None:
            return piece
    return None


@cache
def rules_of(tables: Tables) -> Mapping[str, tuple[_Rule, ...]]:
    """Give the rules that may read a word, in the order in which they are tried."""
    grammar = grammar_of(tables)
    numbers = {*tables.units, *tables.teens, *tables.tens, *tables.hundreds, *tables.articles, *tables.bound_units}
    numbers |= tables.thousand if tables.thousand_alone else frozenset()
    ordinals = {*tables.units, *tables.teens, *tables.tens, *tables.hundreds, *tables.articles, *tables.ordinals}
    letters = {*"abcdefghijklmnopqrstuvwxyz"} | tables.ambiguous_letters
    explained = letters | tables.letter_homophones.keys() | {p[0] for p in tables.letter_names if len(p) == 1}
    by_rule: tuple[tuple[_Rule, Iterable[str]], ...] = (
        (_filler, tables.fillers),
        (read_letter_name, grammar.letter_names.first_words),
        (read_spelling_phrase, grammar.spelling_phrases.first_words),
        (_repeated, tables.repeats),
        (read_cased, grammar.case_words.first_words),
        (read_explained, explained),
        (_several, tables.units),
        (_ordinal, ordinals),
        (_number, numbers),
        (_month, tables.months),
        (read_letter, letters - grammar.open.keys()),
        (_domain_word, tables.domain_words),
        (_symbol, grammar.symbols.first_words),
        (_note, grammar.notes.first_words),
    )
    rules: dict[str, tuple[_Rule, ...]] = {}
    for rule, words in by_rule:
        for word in words:
            rules[word] = (*rules.get(word, ()), rule)
    return rules


def _filler(said: Said, at: int, grammar: Grammar) -> Piece:
    return Piece("", Kind.FILLER, at, at + 1, True)


def _note(said: Said, at: int, grammar: Grammar) -> Piece | None:
    found = grammar.notes.find(said.keys, at)
    return Piece("", Kind.FILLER, at, found[1], True, False) if found else None


def _repeated(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read "double four", "triple 0", "double t as in tango"."""
    times, keys, tables = grammar.tables.repeats[said.keys[at]], said.keys, grammar.tables
    if at + 1 >= len(keys):
        return None
    key = keys[at + 1]
    digits, last = "", at + 2
    if key in tables.units or key.isdecimal():
        digits = str(tables.units.get(key, key))
    elif key in tables.zero_or_letter:
        digits = "0"
    elif (key in tables.teens or key in tables.tens) and (number := read_number(keys, at + 1, tables)):
        digits, last = number
    if digits:
        # A recogniser may have doubled it already: "double 44".
        again = 1 if key.isdecimal() and len(digits) == times and len(set(digits)) == 1 else times
        return Piece(digits * again, Kind.DIGITS, at, last, said.is_joined(at)) if len(digits) < 5 else None
    letter = letter_of(key, grammar)
    if not letter:
        return None
    return Piece(letter * times, Kind.LETTER, at, explained_end(said, at + 1, letter, grammar), said.is_joined(at))


def _several(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read "three zeros"."""
    tables, keys = grammar.tables, said.keys
    if at + 1 >= len(keys) or keys[at + 1] not in tables.plurals:
        return None
    times = tables.units.get(keys[at], -1)
    if times not in _SO_MANY:
        return None
    return Piece(str(tables.plurals[keys[at + 1]]) * times, Kind.DIGITS, at, at + 2, said.is_joined(at))


def _ordinal(said: Said, at: int, grammar: Grammar) -> Piece | None:
    read = read_ordinal(said.keys, at, grammar.tables)
    if read is None:
        return None
    is_sure = said.keys[at] not in grammar.tables.ambiguous_ordinals
    return Piece(read[0], Kind.ORDINAL, at, read[1], said.is_joined(at), is_sure)


def _number(said: Said, at: int, grammar: Grammar) -> Piece | None:
    read = read_number(said.keys, at, grammar.tables)
    if read is None:
        return None
    is_sure = read[0] != "1" or not _is_pronoun(said, at, grammar)
    return Piece(read[0], Kind.DIGITS, at, read[1], said.is_joined(at), is_sure)


def _is_pronoun(said: Said, at: int, grammar: Grammar) -> bool:
    """Say whether a "one" counts nothing: "that one"; digits after it make it a digit."""
    after = said.keys[at + 1] if at + 1 < len(said.keys) else ""
    counted = after.isdecimal() or after in grammar.tables.units or after in grammar.tables.repeats
    return at > 0 and said.keys[at - 1] in grammar.tables.pronoun_ones and not counted


def _written_number(said: Said, at: int, grammar: Grammar) -> Piece | None:
    key = said.keys[at]
    if not key[0].isdecimal():
        return None
    if not key.isdecimal():
        return _ordinal(said, at, grammar)
    return (
        _ordinal(said, at, grammar)
        or _number(said, at, grammar)
        or Piece(key, Kind.DIGITS, at, at + 1, said.is_joined(at))
    )


def _month(said: Said, at: int, grammar: Grammar) -> Piece:
    return Piece(said.keys[at], Kind.MONTH, at, at + 1, said.is_joined(at))


def _symbol(said: Said, at: int, grammar: Grammar) -> Piece | None:
    found = grammar.symbols.find(said.keys, at)
    if found is None:
        return None
    is_sure = tuple(said.keys[at : found[1]]) in grammar.tables.sure_symbols
    return Piece(found[0], Kind.SYMBOL, at, found[1], said.is_joined(at), is_sure)


def _domain_word(said: Said, at: int, grammar: Grammar) -> Piece:
    return Piece(grammar.tables.domain_words[said.keys[at]], Kind.SYMBOL, at, at + 1, said.is_joined(at), False)


def _single(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read a letter or sign of no language's tables, and the marks that redaction left."""
    key = said.keys[at]
    if len(key) > 1:
        return Piece(_MARK, Kind.SYMBOL, at, at + 1, said.is_joined(at)) if key[0] == "[" else None
    if key.isalpha():
        return Piece(said.words[at], Kind.LETTER, at, at + 1, said.is_joined(at))
    return None if key.isalnum() else Piece(key, Kind.SYMBOL, at, at + 1, said.is_joined(at))


_STRANGE: Final[tuple[_Rule, ...]] = (_written_number, _single)
