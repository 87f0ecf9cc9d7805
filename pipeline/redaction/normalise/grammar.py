"""A language's tables turned into what reading looks up: phrases by their first word, and which words decide what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from string import ascii_lowercase, punctuation
from typing import Final

from pipeline.redaction.normalise.language import Phrase, Tables
from pipeline.redaction.normalise.tokens import Cutter
from pipeline.redaction.normalise.written import Kind


class Open(StrEnum):
    """Words that are code only where their neighbours support it."""

    SPELLING = "mike"
    ZERO = "oh"
    LETTER = "a"
    SOUND = "bee"
    HOMOPHONE = "see"
    DIGIT = "to"
    SPACE = "space"


class PhraseIndex[T]:
    """Phrases by their first word, the longest first."""

    def __init__(self, phrases: Mapping[Phrase, T]) -> None:
        self._by_first: dict[str, tuple[tuple[Phrase, T], ...]] = {}
        for phrase, value in sorted(phrases.items(), key=lambda item: -len(item[0])):
            self._by_first[phrase[0]] = (*self._by_first.get(phrase[0], ()), (phrase, value))

    @property
    def first_words(self) -> frozenset[str]:
        """The words that begin a phrase."""
        return frozenset(self._by_first)

    @property
    def followers(self) -> dict[str, frozenset[str]]:
        """For each first word, those one of which must follow it; none where it is a phrase by itself."""
        return {
            word: frozenset() if any(len(p) == 1 for p, _ in phrases) else frozenset(p[1] for p, _ in phrases)
            for word, phrases in self._by_first.items()
        }

    def find(self, keys: Sequence[str], at: int) -> tuple[T, int] | None:
        """Give the value of the longest phrase that begins at `at`, and the position after it."""
        if at >= len(keys):
            return None
        for phrase, value in self._by_first.get(keys[at], ()):
            end = at + len(phrase)
            if len(phrase) == 1 or tuple(keys[at:end]) == phrase:
                return value, end
        return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grammar:
    """What is looked up while reading."""

    tables: Tables
    cutter: Cutter
    letter_names: PhraseIndex[str]
    spelling_phrases: PhraseIndex[str]
    case_words: PhraseIndex[bool]
    as_in: PhraseIndex[bool]
    """Ways to explain a letter; true for those that are nothing else."""
    notes: PhraseIndex[bool]
    symbols: PhraseIndex[str]
    unit_texts: Mapping[str, str]
    after_units: frozenset[str]
    """Words that make more of a digit before them."""
    open: Mapping[str, Open]
    anchors: frozenset[str]
    """Words without which a turn holds no code and no sign: one that has none of them is written as it is."""
    as_in_texts: tuple[str, ...]
    """The sure ways to explain a letter, as they stand in a text."""
    plain_kinds: Mapping[str, Kind]
    """Punctuation, which is a sign and joins nothing."""


@cache
def grammar_of(tables: Tables) -> Grammar:
    """Build a language's grammar; the same value every time."""
    return Grammar(
        tables=tables,
        cutter=Cutter(tables.clitics, tables.glued_suffixes, dict(tables.fold)),
        letter_names=PhraseIndex(tables.letter_names),
        spelling_phrases=PhraseIndex(tables.spelling_phrases),
        case_words=PhraseIndex(tables.case_words),
        as_in=PhraseIndex(dict.fromkeys(tables.weak_as_in, False) | dict.fromkeys(tables.as_in, True)),
        notes=PhraseIndex(dict.fromkeys(tables.notes, True)),
        symbols=PhraseIndex(tables.symbols),
        unit_texts={word: str(digit) for word, digit in tables.units.items()},
        after_units=tables.hundred | tables.thousand | tables.plurals.keys() | tables.ordinal_suffixes,
        open=_open_words(tables),
        anchors=_anchors(tables),
        as_in_texts=tuple(sorted({" ".join(phrase) for phrase in tables.as_in})),
        plain_kinds=dict.fromkeys(punctuation, Kind.SYMBOL),
    )


_JOINING: Final = frozenset("@_")
"""Written signs that join words, not only code."""
_JOINING_WORDS: Final = frozenset("._")
"""Said signs that do: an "at" does only with a host or a dot after it."""


def _open_words(tables: Tables) -> dict[str, Open]:
    classes: tuple[tuple[Open, Iterable[str]], ...] = (
        (Open.HOMOPHONE, tables.letter_homophones),
        (Open.SPACE, tables.spaces),
        (Open.DIGIT, tables.digit_homophones),
        (Open.SOUND, tables.letter_sounds),
        (Open.LETTER, tables.ambiguous_letters),
        (Open.SPELLING, tables.spelling_words),
        (Open.ZERO, tables.zero_or_letter),
    )
    return {word: kind for kind, words in classes for word in words}


def _anchors(tables: Tables) -> frozenset[str]:
    never = tables.ambiguous_letters | frozenset(tables.zero_or_letter)
    numbers = {*tables.units, *tables.teens, *tables.tens, *tables.hundred, *tables.hundreds, *tables.thousand}
    others = {*tables.ordinals, *tables.months, *tables.repeats, *tables.fillers, *tables.domain_words}
    letters = {*tables.spelling_words, *tables.letter_sounds, *tables.letter_cues, *ascii_lowercase}
    hosts = tables.mail_hosts - tables.mail_hosts_with_dot
    signs = [p for p, sign in tables.symbols.items() if sign in _JOINING_WORDS or p in tables.sure_symbols]
    phrases = (*signs, *tables.letter_names, *tables.case_words)
    # The last word of a phrase is the rarest, but for "double you": "at sign", "full stop", "i griega".
    ordinary = never | tables.letter_homophones.keys()
    told = {next((w for w in reversed(p) if w not in ordinary), p[0]) for p in phrases}
    return frozenset((numbers | others | letters | hosts | told | _JOINING) - never)
