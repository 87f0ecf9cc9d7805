"""What people call the things they ask for: the words that announce a kind of personal data, and those that do not.

One table, `lexicon/cues.txt`, serves questions ("what is your policy number") and statements ("my policy number is").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.redaction.vocabulary import read_sections

_SECTIONS: Final = read_sections("cues")
_ASKS: Final = re.compile("|".join(_SECTIONS["asks"]))
_OTHER_ASKS: Final = re.compile("|".join(_SECTIONS["asks something else"]))
_PATTERNS: Final = tuple(
    (EntityType(name), re.compile("|".join(alternatives)))
    for name, alternatives in _SECTIONS.items()
    if name in EntityType.__members__
)
_LEAD_IN: Final = re.compile(r"^(?:(?:okay|ok|and|great|thanks|thank you|perfect|so|alright|sure|now|the|your|a) )*")
_LABEL_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Cue:
    """A kind of personal data named in a turn, and the characters that name it."""

    type: EntityType
    start: int
    end: int


def find_cues(text: str) -> tuple[Cue, ...]:
    """Find what a lower-case turn names, in order; where two kinds match, the more special one counts."""
    taken: list[Cue] = []
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if found.end() > found.start() and not any(c.start < found.end() and found.start() < c.end for c in taken):
                taken.append(Cue(kind, found.start(), found.end()))
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
