"""Whether words that were heard give away something hidden. Works in memory, and answers with places alone.

Two comparisons. *Signs*: digits and letters said one by one, number words folded to digits; three digits in a row (or
four signs with letters) near their place give a value away, anywhere else it takes more. *Names*: telling words,
compared as written and as they sound. It is our own small folding, apart from the one that detection uses, so that one
mistake does not pass both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Word

# How far from its own place a piece of a value still counts as that piece: word times err by half a second.
NEAR_MS: Final = 1_500
_NEAR_DIGITS: Final = 3
_NEAR_SIGNS: Final = 4
_FAR_SIGNS: Final = 5

_UNITS: Final = {
    "zero": 0, "oh": 0, "o": 0, "nought": 0, "naught": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "niner": 9,
}  # fmt: skip
_TEENS: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_SCALES: Final = {"hundred": 100, "thousand": 1000}
# Misheard digits; taken for digits only between digits.
_HOMOPHONES: Final = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "tree": "3"}
_FILLERS: Final = frozenset(["um", "uh", "er", "erm", "and", "dash", "hyphen", "space", "then", "dot", "point"])
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
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
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
    """Where a hidden value was heard, and what kind of value it is."""

    kind: EntityType
    channel: int
    time: TimeSpan


@dataclass(frozen=True, slots=True)
class _Sign:
    """A digit or a letter that stood alone, and the word it came from."""

    sign: str
    word: int


def find_hidden(words: Sequence[Word], hidden: Sequence[HiddenValue]) -> tuple[Heard, ...]:
    """Say where hidden values are heard in the words of one channel, in order of time, each place once."""
    runs = list(_sign_runs([word.text for word in words]))
    tokens = [(token, index) for index, word in enumerate(words) for token in _tokens(word.text)]
    found: dict[tuple[int, int], Heard] = {}
    for value in hidden:
        for first, last in (*_shared_signs(runs, value, words), *_shared_names(tokens, value, words)):
            time = TimeSpan(words[first].time.start_ms, max(word.time.end_ms for word in words[first : last + 1]))
            found.setdefault((first, last), Heard(kind=value.kind, channel=words[first].channel, time=time))
    return tuple(found[key] for key in sorted(found))


def _shared_signs(
    runs: Sequence[Sequence[_Sign]], value: HiddenValue, words: Sequence[Word]
) -> Iterator[tuple[int, int]]:
    """Find stretches of signs that the value has too: short ones near its place, longer ones anywhere."""
    wanted = ["".join(sign.sign for sign in run) for run in _sign_runs([value.text])]
    wanted += [token for token in _tokens(value.text) if token.isalpha() and len(token) >= _NEAR_DIGITS]
    for run in runs:
        said = "".join(sign.sign for sign in run)
        for target in wanted:
            match = SequenceMatcher(None, said, target, autojunk=False).find_longest_match()
            shared = said[match.a : match.a + match.size]
            owners = [sign.word for sign in run[match.a : match.a + match.size]]
            if len(shared) >= _NEAR_DIGITS and _is_telling(
                shared, target, is_near=_is_near(value, words[owners[0]], words[owners[-1]])
            ):
                yield owners[0], owners[-1]


def _is_telling(shared: str, target: str, *, is_near: bool) -> bool:
    if not is_near:
        return len(shared) >= min(max(len(target), _NEAR_SIGNS), _FAR_SIGNS)
    return shared == target or len(shared) >= (_NEAR_DIGITS if shared.isdigit() else _NEAR_SIGNS)


def _shared_names(
    tokens: Sequence[tuple[str, int]], value: HiddenValue, words: Sequence[Word]
) -> Iterator[tuple[int, int]]:
    """Find the value's telling words; near its place also common ones that are somebody's name."""
    spelled = ["".join(sign.sign for sign in run) for run in _sign_runs([value.text])]
    wanted = [name for name in (*_tokens(value.text), *spelled) if _is_name(name)]
    for token, index in tokens:
        is_near = _is_near(value, words[index], words[index])
        is_somebody = is_near and value.kind is EntityType.PERSON
        if not _is_name(token) or (token in _COMMON and not is_somebody):
            continue
        is_there = value.channel == words[index].channel and value.time.touches(words[index].time)
        if any(
            token == name or _sounds_like(token, name, is_near=is_near) or (is_there and _sounds_within(token, name))
            for name in wanted
        ):
            yield index, index


def _is_name(token: str) -> bool:
    is_number = token in _UNITS or token in _TEENS or token in _TENS or token in _TIMES
    return len(token) >= _NEAR_DIGITS and token.isalpha() and token not in _PLAIN and not is_number


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


def _tokens(text: str) -> list[str]:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return _TOKEN.findall(bare.replace("’", "'").replace("'s", "").replace("'", ""))


def _sign_runs(texts: Sequence[str]) -> Iterator[list[_Sign]]:
    """Give the runs of digits and single letters, number words folded; any other word but a filler ends a run."""
    tokens = [(token, index) for index, text in enumerate(texts) for token in _tokens(text)]
    run: list[_Sign] = []
    at = 0
    while at < len(tokens):
        signs, used = _fold([token for token, _ in tokens[at : at + 6]], is_in_run=bool(run))
        if signs:
            run += [_Sign(sign, tokens[at][1]) for sign in signs]
        elif tokens[at][0] not in _FILLERS and run:
            yield run
            run = []
        at += used
    if run:
        yield run


def _fold(tokens: Sequence[str], *, is_in_run: bool) -> tuple[str, int]:
    """Read the digits or the letter that the first tokens say, and how many tokens that took."""
    token, following = tokens[0], tokens[1] if len(tokens) > 1 else ""
    if token.isdigit():
        return token, 1
    if token in _TIMES and (following in _UNITS or (following.isalnum() and len(following) == 1)):
        return str(_UNITS.get(following, following)) * _TIMES[token], 2
    number, used = _number(tokens)
    if used:
        return str(number), used
    if token in _HOMOPHONES and is_in_run and (following.isdigit() or following in _UNITS):
        return _HOMOPHONES[token], 1
    return (token, 1) if len(token) == 1 else ("", 1)


def _number(tokens: Sequence[str]) -> tuple[int, int]:
    """Read a number below 100 and what `hundred` or `thousand` makes of it: `two thousand and eighteen` is 2018."""
    value, used = _small(tokens)
    if not used or used >= len(tokens) or tokens[used] not in _SCALES:
        return value, used
    value, used = value * _SCALES[tokens[used]], used + 1
    joiner = 1 if tokens[used : used + 1] == ["and"] else 0
    more, more_used = _small(tokens[used + joiner :])
    return (value + more, used + joiner + more_used) if more_used else (value, used)


def _small(tokens: Sequence[str]) -> tuple[int, int]:
    if not tokens:
        return 0, 0
    if tokens[0] in _TENS:
        unit = _UNITS.get(tokens[1], 0) if len(tokens) > 1 else 0
        return (_TENS[tokens[0]] + unit, 2) if unit else (_TENS[tokens[0]], 1)
    for known in (_UNITS, _TEENS):
        if tokens[0] in known:
            return known[tokens[0]], 1
    return 0, 0
