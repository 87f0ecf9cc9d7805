"""Whether words that were heard give away something hidden. Works in memory, and answers with places alone.

Two comparisons. *Signs*: digits and letters said one by one, number words folded to digits; three digits in a row (or
four signs with letters) near their place give a value away, anywhere else it takes more. *Names*: telling words,
compared as written and as they sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Word
from pipeline.redaction.media_signs import Sign, is_number_word, sign_runs, tokens_of

# How far from its own place a piece of a value still counts as that piece: word times err by half a second.
NEAR_MS: Final = 1_500
_NEAR_DIGITS: Final = 3
_NEAR_SIGNS: Final = 4
_FAR_SIGNS: Final = 5

# Words that tell nothing about a person, though they stand inside names and addresses.
_PLAIN: Final = frozenset(
    (
        "the", "and", "for", "you", "your", "are", "was", "were", "that", "this", "with", "have", "has", "had",
        "not", "but", "can", "would", "yes", "yeah", "okay", "sure", "thanks", "thank", "please", "from", "they",
        "them", "what", "when", "where", "which", "who", "how", "his", "her", "him", "she", "our", "out", "all",
        "one", "any", "just", "like", "know", "mister", "missus", "misses", "miss", "doctor", "professor", "sir",
        "madam", "name", "last", "first", "middle", "hundred", "thousand"
    )
)  # fmt: skip
# Words that tell nothing unless they are somebody's name.
_COMMON: Final = frozenset(
    (
        "will", "may", "march", "april", "june", "august", "sunday", "january", "february", "july", "september",
        "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "street", "road",
        "avenue", "lane", "drive", "court", "place", "square", "terrace", "crescent", "close", "way", "boulevard",
        "highway", "apartment", "suite", "unit", "flat", "floor", "building", "house", "box", "north", "south",
        "east", "west", "upper", "lower", "new", "city", "town", "county", "state", "number", "dot", "com", "net",
        "org", "gmail", "yahoo", "hotmail", "outlook", "icloud", "mail", "email", "www", "http", "https",
        "underscore", "hyphen", "dash", "slash", "account", "card", "order", "policy", "member", "case", "code",
        "password", "user", "plate", "licence", "license", "passport"
    )
)  # fmt: skip
_SOUNDS: Final = (
    ("ph", "f"), ("ght", "t"), ("gh", ""), ("ck", "k"), ("tch", "ch"), ("sch", "sh"), ("dge", "j"), ("kn", "n"),
    ("wr", "r"), ("mb", "m"), ("qu", "k"), ("x", "ks"), ("z", "s"), ("ce", "se"), ("ci", "si"), ("cy", "si"),
    ("ch", "j"), ("c", "k"), ("v", "f"), ("d", "t"), ("b", "p"), ("g", "k"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenValue:
    """Something that must not be heard, and where it was said. The text never leaves memory."""

    kind: EntityType
    text: str = field(repr=False)
    channel: int
    time: TimeSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Where a hidden value was heard, and what kind of value it is.

    `is_rest` says that it lies beside the place where that value was said, on the same channel: a rest of it.
    """

    kind: EntityType
    channel: int
    time: TimeSpan
    is_rest: bool


class _Said:
    """The words of one channel, laid out so that only what may match is compared."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.by_sound: dict[str, list[tuple[str, int]]] = {}
        self.names: list[list[str]] = []
        for index, word in enumerate(words):
            names = [token for token in tokens_of(word.text) if _is_name(token)]
            self.names.append(names)
            for token in names:
                self.by_sound.setdefault(_sound(token), []).append((token, index))
        self.runs = list(sign_runs([word.text for word in words]))
        self._by_start: dict[str, dict[int, None]] = {}
        for number, run in enumerate(self.runs):
            for start in _starts("".join(sign.sign for sign in run)):
                self._by_start.setdefault(start, {})[number] = None

    def runs_like(self, target: str) -> list[Sequence[Sign]]:
        """Give the runs that share three signs in a row with the target."""
        numbers = sorted({number for start in _starts(target) for number in self._by_start.get(start, ())})
        return [self.runs[number] for number in numbers]

    def during(self, value: HiddenValue) -> Iterator[tuple[str, int]]:
        """Give the names heard where and while the value was said."""
        for index, word in enumerate(self.words):
            if self.names[index] and word.channel == value.channel and value.time.touches(word.time):
                yield from ((token, index) for token in self.names[index])


def find_hidden(words: Sequence[Word], hidden: Sequence[HiddenValue]) -> tuple[Heard, ...]:
    """Say where hidden values are heard in the words of one channel, in order of time, each place once."""
    said = _Said(words)
    found: dict[tuple[int, int], Heard] = {}
    for value in hidden:
        for first, last in (*_shared_signs(said, value), *_shared_names(said, value)):
            channel = words[first].channel
            time = TimeSpan(words[first].start_ms, max(word.time.end_ms for word in words[first : last + 1]))
            is_rest = channel == value.channel and _is_near(value, words[first], words[last])
            known = found.get((first, last))
            if known is None or (is_rest and not known.is_rest):
                found[first, last] = Heard(kind=value.kind, channel=channel, time=time, is_rest=is_rest)
    return tuple(found[key] for key in sorted(found))


def name_tokens(text: str) -> list[str]:
    """Give the words of a text that may tell who somebody is: none of those that stand in any talk or address."""
    return [token for token in tokens_of(text) if _is_name(token) and token not in _COMMON]


def _shared_signs(said: _Said, value: HiddenValue) -> Iterator[tuple[int, int]]:
    """Find stretches of signs that the value has too: short ones near its place, longer ones anywhere."""
    wanted = ["".join(sign.sign for sign in run) for run in sign_runs([value.text])]
    wanted += [token for token in tokens_of(value.text) if token.isalpha() and len(token) >= _NEAR_DIGITS]
    for target in wanted:
        for run in said.runs_like(target):
            signs = "".join(sign.sign for sign in run)
            match = SequenceMatcher(None, signs, target, autojunk=False).find_longest_match()
            shared = signs[match.a : match.a + match.size]
            owners = [sign.word for sign in run[match.a : match.a + match.size]]
            if _is_telling(shared, target, is_near=_is_near(value, said.words[owners[0]], said.words[owners[-1]])):
                yield owners[0], owners[-1]


def _is_telling(shared: str, target: str, *, is_near: bool) -> bool:
    if not is_near:
        return len(shared) >= min(max(len(target), _NEAR_SIGNS), _FAR_SIGNS)
    return shared == target or len(shared) >= (_NEAR_DIGITS if shared.isdigit() else _NEAR_SIGNS)


def _shared_names(said: _Said, value: HiddenValue) -> Iterator[tuple[int, int]]:
    """Find the value's telling words; near its place also common ones that are somebody's name."""
    spelled = ["".join(sign.sign for sign in run) for run in sign_runs([value.text])]
    for name in (*tokens_of(value.text), *spelled):
        if not _is_name(name):
            continue
        for token, index in said.by_sound.get(_sound(name), ()):
            is_near = _is_near(value, said.words[index], said.words[index])
            if _may_tell(token, value, is_near=is_near) and (
                token == name or _sounds_like(token, name, is_near=is_near)
            ):
                yield index, index
        for token, index in said.during(value):
            if _may_tell(token, value, is_near=True) and _sounds_within(token, name):
                yield index, index


def _may_tell(token: str, value: HiddenValue, *, is_near: bool) -> bool:
    return token not in _COMMON or (is_near and value.kind is EntityType.PERSON)


def _starts(signs: str) -> Iterator[str]:
    return (signs[at : at + _NEAR_DIGITS] for at in range(len(signs) - _NEAR_DIGITS + 1))


def _is_name(token: str) -> bool:
    return len(token) >= _NEAR_DIGITS and token.isalpha() and token not in _PLAIN and not is_number_word(token)


def _sounds_like(token: str, name: str, *, is_near: bool) -> bool:
    if min(len(token), len(name)) < (4 if is_near else 5) or _sound(token) != _sound(name):
        return False
    return SequenceMatcher(None, token, name).ratio() >= (0.5 if is_near else 0.75)


def _sounds_within(token: str, name: str) -> bool:
    """Say whether a longer word holds the name's sounds: `Calibrin` for `Tyler Brennan`."""
    sound = _sound(name)
    return len(token) >= 6 and len(sound) >= 3 and sound in _sound(token)


def _sound(token: str) -> str:
    """Write a word as it sounds: consonants by class, vowels dropped but for a first one."""
    for written, sound in _SOUNDS:
        token = token.replace(written, sound)
    first = "a" if token[:1] in "aeiouy" else token[:1]
    rest = re.sub(r"[aeiouyhw]", "", token[1:])
    return re.sub(r"(.)\1+", r"\1", first + rest)


def _is_near(value: HiddenValue, first: Word, last: Word) -> bool:
    return first.start_ms < value.time.end_ms + NEAR_MS and value.time.start_ms < last.end_ms + NEAR_MS
