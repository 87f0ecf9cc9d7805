"""What people call the things they ask for: the words that announce a kind of personal data, and those that do not.

One table, `lexicon/cues.txt`, serves questions ("what is your policy number") and statements ("my policy number is").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import _parser  # type: ignore[attr-defined]  # the standard library's own reading of a pattern
from typing import Any, Final

from pipeline.model.entity import EntityType
from pipeline.redaction.vocabulary import read_sections

_SECTIONS: Final = read_sections("cues")
_ASKS: Final = re.compile("|".join(_SECTIONS["asks"]))
_OTHER_ASKS: Final = re.compile("|".join(_SECTIONS["asks something else"]))
_LEAD_IN: Final = re.compile(r"^(?:(?:okay|ok|and|great|thanks|thank you|perfect|so|alright|sure|now|the|your|a) )*")
_LABEL_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Cue:
    """A kind of personal data named in a turn, and the characters that name it."""

    type: EntityType
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """What names one kind of data; it can only match where one of `needed` stands."""

    type: EntityType
    pattern: re.Pattern[str]
    needed: tuple[str, ...]


def _kinds() -> tuple[_Kind, ...]:
    return tuple(
        _Kind(
            EntityType(name),
            re.compile("|".join(alternatives)),
            tuple(sorted({n for a in alternatives for n in _needed(_parser.parse(a))}, key=len)),
        )
        for name, alternatives in _SECTIONS.items()
        if name in EntityType.__members__
    )


def _needed(parsed: Any) -> set[str]:
    """Give strings of which one stands in whatever a parsed pattern matches: a quick look before the pattern itself."""
    best: set[str] = {""}
    literals = {""}
    for op, value in [*parsed, (None, None)]:
        name = str(op)
        optional = (
            name == "MAX_REPEAT" and value[:2] == (0, 1) and len(value[2]) == 1 and str(value[2][0][0]) == "LITERAL"
        )
        if name == "LITERAL":
            literals = {text + chr(value) for text in literals}
            continue
        if optional:
            literals |= {text + chr(value[2][0][1]) for text in literals}
            continue
        best = max(best, literals, key=_worth)
        literals = {""}
        if name == "SUBPATTERN":
            best = max(best, _needed(value[3]), key=_worth)
        elif name == "BRANCH":
            best = max(best, {n for branch in value[1] for n in _needed(branch)}, key=_worth)
        elif name == "MAX_REPEAT" and value[0] > 0:
            best = max(best, _needed(value[2]), key=_worth)
    return best


def _worth(needed: set[str]) -> float:
    """A set is worth what its shortest string is long: short ones stand in every text."""
    return min(len(n) for n in needed) - len(needed) / 100


_KINDS: Final = _kinds()


def find_cues(text: str) -> tuple[Cue, ...]:
    """Find what a lower-case turn names, in order; where two kinds match, the more special one counts."""
    taken: list[Cue] = []
    for kind in _KINDS:
        if not any(n in text for n in kind.needed):
            continue
        for found in kind.pattern.finditer(text):
            if found.end() > found.start() and not any(c.start < found.end() and found.start() < c.end for c in taken):
                taken.append(Cue(kind.type, found.start(), found.end()))
    return tuple(sorted(taken, key=lambda c: c.start))


def is_asking(text: str) -> bool:
    """Say whether a lower-case turn has the form of a question or request."""
    return bool(_ASKS.search(text))


def is_label_only(text: str) -> bool:
    """Say whether a turn is nothing but the name of what is wanted: "and your zip code"."""
    rest = _LEAD_IN.sub("", text).strip(" ?.,")
    cues = find_cues(rest)
    return bool(cues) and cues[0].start == 0 and cues[-1].end >= len(rest) - 1 and len(rest.split()) <= _LABEL_WORDS


def asks_something_else(text: str) -> bool:
    """Say whether a lower-case turn asks for something that is not personal: an amount, a time, a wish."""
    return bool(_OTHER_ASKS.search(text))
