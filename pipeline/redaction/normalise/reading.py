"""First pass: each word read on its own grammar, the longest rule first. What only neighbours can tell stays a word
here, and is settled afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from operator import eq
from typing import Final

from pipeline.redaction.normalise.codes import read_codes
from pipeline.redaction.normalise.grammar import Grammar, grammar_of
from pipeline.redaction.normalise.language import Tables
from pipeline.redaction.normalise.letters import (
    explained_end,
    explaining_words,
    letter_of,
    read_cased,
    read_explained,
    read_letter,
    read_letter_name,
    read_spelling_phrase,
)
from pipeline.redaction.normalise.numbers import read_figure, read_number
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
    word, never = Kind.WORD, repeat(False)
    kinds = map(grammar.plain_kinds.get, said.keys, repeat(word)) if said.has_signs else repeat(word)
    joined = never if said.is_spaced else (False, *map(eq, said.starts[1:], said.ends))
    fields = zip(said.words, kinds, range(count), range(1, count + 1), joined, repeat(True))
    return list(map(_make_piece, fields))


def read_pieces(said: Said, plain: list[Piece], grammar: Grammar) -> list[Piece]:
    """Read all tokens, left to right; every token is in exactly one piece."""
    rules = rules_of(grammar.tables)
    given = read_codes(said, grammar) if said.is_odd else {}
    pieces: list[Piece] = []
    done = 0
    for at in _places(said, rules, grammar, given):
        if at < done:
            continue
        piece = given.get(at) or _first(rules.by_word.get(said.keys[at], _STRANGE), said, at, grammar)
        if piece is not None:
            pieces += plain[done:at]
            pieces.append(piece)
            done = piece.last
    pieces += plain[done:]
    return pieces


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Which rules may read a word, in the order in which they are tried, and what must follow it."""

    by_word: Mapping[str, tuple[_Rule, ...]]
    free: frozenset[str]
    """Words that are read whatever follows them."""
    followers: Mapping[str, frozenset[str]]
    """For the other ones, the words one of which follows directly."""


def _places(said: Said, rules: Rules, grammar: Grammar, given: Collection[int]) -> Iterable[int]:
    """Find the tokens that a rule may read."""
    keys, free, followers = said.keys, rules.free, rules.followers
    count = len(keys)
    # Most of the words that begin a phrase are ordinary ones, so that what follows them is looked at first.
    places = [
        at
        for at, key in enumerate(keys)
        if key in free or (key in followers and at + 1 < count and keys[at + 1] in followers[key])
    ]
    if not said.is_odd:
        return places
    known = grammar.plain_kinds
    odd = [at for at, key in enumerate(keys) if key not in known and not (key.isalpha() and key[1:])]
    return sorted({*places, *odd, *given})


def _first(rules: tuple[_Rule, ...], said: Said, at: int, grammar: Grammar) -> Piece | None:
    for rule in rules:
        piece = rule(said, at, grammar)
        if piece is not None:
            return piece
    return None


@cache
def rules_of(tables: Tables) -> Rules:
    """Give the rules of a language; the same value every time."""
    grammar = grammar_of(tables)
    letters = frozenset("abcdefghijklmnopqrstuvwxyz") | tables.ambiguous_letters
    words = tables.letter_homophones.keys() | tables.zero_or_letter.keys() | tables.ambiguous_letters
    by_rule: tuple[tuple[_Rule, Mapping[str, frozenset[str]]], ...] = (
        (_filler, _alone(tables.fillers)),
        (read_letter_name, grammar.letter_names.followers),
        (read_spelling_phrase, grammar.spelling_phrases.followers),
        (_repeated, _alone(tables.repeats)),
        (read_cased, grammar.case_words.followers),
        (read_explained, dict.fromkeys(letters | words, explaining_words(grammar))),
        (_unit, _alone(tables.units)),
        (_figure, _alone(_number_words(tables) | tables.ordinals.keys())),
        (_figure, dict.fromkeys(tables.articles, tables.hundred | tables.thousand)),
        (_figure, dict.fromkeys(tables.bound_units, tables.thousand)),
        (_month, _alone(tables.months)),
        (read_letter, _alone(letters - grammar.open.keys())),
        (_domain_word, _alone(tables.domain_words)),
        (_symbol, grammar.symbols.followers),
        (_note, grammar.notes.followers),
    )
    by_word: dict[str, tuple[_Rule, ...]] = {}
    followers: dict[str, frozenset[str]] = {}
    free: set[str] = set()
    for rule, said in by_rule:
        for word, following in said.items():
            by_word[word] = (*by_word.get(word, ()), rule)
            followers[word] = followers.get(word, frozenset()) | following
            free |= set() if following else {word}
    bound = {word: following for word, following in followers.items() if word not in free}
    return Rules(by_word, frozenset(free), bound)


def _alone(words: Iterable[str]) -> dict[str, frozenset[str]]:
    return dict.fromkeys(words, frozenset())


def _number_words(tables: Tables) -> frozenset[str]:
    alone = tables.thousand if tables.thousand_alone else ()
    return frozenset((*tables.teens, *tables.tens, *tables.hundreds, *alone))


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


def _unit(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read a digit at once where it is one, and leave it to the grammar of numbers where it begins more."""
    keys = said.keys
    if at + 1 < len(keys) and keys[at + 1] in grammar.after_units:
        return _several(said, at, grammar) or _figure(said, at, grammar)
    text = grammar.unit_texts[keys[at]]
    is_sure = text != "1" or not _is_pronoun(said, at, grammar)
    return Piece(text, Kind.DIGITS, at, at + 1, said.is_joined(at), is_sure)


def _several(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read "three zeros"."""
    tables, keys = grammar.tables, said.keys
    times = tables.units[keys[at]]
    if keys[at + 1] not in tables.plurals or times not in _SO_MANY:
        return None
    return Piece(str(tables.plurals[keys[at + 1]]) * times, Kind.DIGITS, at, at + 2, said.is_joined(at))


def _figure(said: Said, at: int, grammar: Grammar) -> Piece | None:
    """Read a number or an ordinal."""
    read = read_figure(said.keys, at, grammar.tables)
    if read is None:
        return None
    text, last, is_ordinal = read
    kind = Kind.ORDINAL if is_ordinal else Kind.DIGITS
    is_sure = not is_ordinal or said.keys[at] not in grammar.tables.ambiguous_ordinals
    return Piece(text, kind, at, last, said.is_joined(at), is_sure)


def _is_pronoun(said: Said, at: int, grammar: Grammar) -> bool:
    """Say whether a "one" counts nothing: "that one"; digits after it make it a digit."""
    after = said.keys[at + 1] if at + 1 < len(said.keys) else ""
    counted = after.isdecimal() or after in grammar.tables.units or after in grammar.tables.repeats
    return at > 0 and said.keys[at - 1] in grammar.tables.pronoun_ones and not counted


def _written_number(said: Said, at: int, grammar: Grammar) -> Piece | None:
    return _figure(said, at, grammar) if said.keys[at][0].isdecimal() else None


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
