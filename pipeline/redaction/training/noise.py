"""What a telephone and a recogniser do to words: hesitations, repeats, homophones, lost words, capitals, signs.

Labels stay with their words throughout: only words that are not personal are lost, whatever is added has a label.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.redaction.training.say_numbers import TENS, UNITS

_FILLERS: Final = ("um", "uh", "er", "uh", "um", "like", "you know", "ah", "hmm")
_HOMOPHONES: Final = {
    "four": "for", "two": "to", "eight": "ate", "one": "won", "three": "tree", "nine": "mine", "six": "sex", "b": "be",
    "c": "see", "r": "are", "u": "you", "y": "why", "oh": "o", "zero": "0", "five": "5", "seven": "7", "for": "four",
    "to": "two", "their": "there", "your": "you're", "i'm": "im", "it's": "its", "that's": "thats",
    "double": "w", "forty": "40", "thirty": "30", "twenty": "20", "fifty": "50", "yes": "yeah",
}  # fmt: skip
_LETTERS: Final = {"a": "eight", "m": "am", "n": "and"}
"""Homophones of letters that a recogniser takes for words only where something is spelled."""
_NEVER_LOST: Final = frozenset({"not", "no", "name", "number", "code", "date", "address"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A word; `type` where it is personal, `free` where it may be hidden or not; `mention` parts neighbours."""

    text: str = field(repr=False)
    type: EntityType | None = None
    free: bool = False
    mention: int = 0


def roughen(rng: Random, words: list[Labelled], *, level: float) -> list[Labelled]:
    """Make words as a recogniser of some level of trouble (0 none, 1 bad) would write them."""
    rough: list[Labelled] = []
    for index, word in enumerate(words):
        inside = index > 0 and word.type is not None and words[index - 1].mention == word.mention
        if rng.random() < 0.025 * level * (1.6 if inside else 1):
            rough += _hesitation(rng, word if inside else None)
        rough += _heard(word, rng.random() / level if level else 1.0, rng)
    return rough


def _hesitation(rng: Random, inside: Labelled | None) -> list[Labelled]:
    """Hesitate; within a value, a single word counts as part of it."""
    filler = rng.choice(_FILLERS).split()
    return [replace(inside, text=f) if inside and len(filler) == 1 else Labelled(text=f) for f in filler]


def _heard(word: Labelled, dice: float, rng: Random) -> list[Labelled]:
    """Write a word down: as it is, twice, not at all, or as another that sounds like it."""
    alike = _HOMOPHONES.get(word.text) or (_LETTERS.get(word.text) if word.type is not None else None)
    if dice < 0.012:
        return [word, word]
    if dice < 0.03:
        return [] if word.type is None and word.text not in _NEVER_LOST else [word]
    if dice < 0.06:
        return [replace(word, text=alike)] if alike else [word]
    if dice < 0.068 and word.type is EntityType.PERSON and len(word.text) > _SHORTEST_MISHEARD:
        return [replace(word, text=part) for part in _misheard(rng, word.text).split()]
    return [word]


def formatted(rng: Random, words: list[Labelled]) -> list[Labelled]:
    """Write words as a smart-formatting recogniser does: capitals, commas, a full stop or question mark at the end."""
    written: list[Labelled] = []
    begins = True
    for index, word in enumerate(words):
        text = word.text
        if begins or _is_capital(rng, word):
            text = text[:1].upper() + text[1:]
        sign = ""
        if index == len(words) - 1:
            sign = "?" if words[0].text.partition("'")[0] in _ASKING else "."
        elif rng.random() < 0.07:
            sign = rng.choice(",,,.")
        begins = sign == "."
        written.append(replace(word, text=text + sign))
    return written


_CAPITAL: Final = frozenset({EntityType.PERSON, EntityType.LOCATION, EntityType.STREET_ADDRESS})
_ASKING: Final = frozenset({
    "what", "who", "where", "when", "which", "how", "can", "could", "may", "do", "does", "is", "are", "whose", "would",
})  # fmt: skip
_SMALL: Final = frozenset({
    *UNITS, *TENS, "hundred", "thousand", "oh", "double", "triple", "as", "in", "for", "like", "no", "number",
    *(word for filler in _FILLERS for word in filler.split()),
})  # fmt: skip
"""What stands in names and addresses without being part of one."""
_ALWAYS_CAPITAL: Final = frozenset({"i", "i'm", "i'll", "i'd", "i've"})
_NAMED: Final = 0.93
_LETTER: Final = 0.7
_SHORTEST_MISHEARD: Final = 4


def _is_capital(rng: Random, word: Labelled) -> bool:
    text = word.text
    if word.type is None:
        return word.free or text in _ALWAYS_CAPITAL
    if not text[:1].isalpha() or text in _SMALL:
        return False
    return rng.random() < (_LETTER if len(text) == 1 else _NAMED if word.type in _CAPITAL else 0.0)


def _misheard(rng: Random, name: str) -> str:
    """Change a letter or two of a name, as happens to names that no recogniser knows."""
    at = rng.randrange(1, len(name) - 1)
    match rng.randrange(4):
        case 0:
            return name[:at] + name[at + 1 :]
        case 1:
            return name[:at] + rng.choice("aeiourlnst") + name[at + 1 :]
        case 2:
            return f"{name[:at]} {name[at:]}" if rng.random() < 0.3 else name[:at] + name[at] + name[at:]
        case _:
            return name[:-1] + rng.choice(("y", "ie", "a", "er", "in", "s"))
