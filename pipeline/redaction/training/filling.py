"""Fills the lines of an exchange: alternatives chosen, slots said, words made to fit those before them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from pipeline.redaction.training.cast import Cast, Said
from pipeline.redaction.training.persona import Persona
from pipeline.redaction.training.say_dates import MONTHS
from pipeline.redaction.training.slots import FAMOUS, SLOT, fill, fill_plain, whose

_EITHER: Final = re.compile(r"\(([^()]*\|[^()]*)\)")
_ARTICLES: Final = frozenset({"a", "an", "the"})
_NAMES: Final = frozenset({"first", "full", "title_last"})
"""Slots of which a line has one a person."""
_VOWEL: Final = re.compile(r"(?!one\b|once\b|uni|use|eu)[aeiou]|hour|8|11\b|18\b|[fhlmnrsx]$")
"""How words begin that "an" stands before; of single letters, those whose names begin so."""
_TRIES: Final = 8


@dataclass(slots=True)
class Draft:
    """A turn before noise: its words, and the personal slots that stood in it."""

    speaker: str
    said: list[Said] = field(repr=False)
    slots: list[str]


class Filling:
    """Fills an exchange's lines, one after another; who "other" is stays the same from line to line.

    Where a line names several others, the second and third are other people; `{another_...}` is always the next one.
    """

    def __init__(self, rng: Random, people: Cast) -> None:
        self._rng = rng
        self._people = people
        self._others = rng.sample(people.others, len(people.others))
        self._at = 0
        self._told: set[str] = set()

    def line(self, speaker: str, text: str) -> Draft:
        """Say a line."""
        while found := _EITHER.search(text):
            text = text[: found.start()] + self._rng.choice(found.group(1).split("|")) + text[found.end() :]
        self._at, self._told = 0, set()
        draft = Draft(speaker, [], [])
        at = 0
        for slot in SLOT.finditer(text):
            _say(draft, text[at : slot.start()])
            draft.said += self._slot(draft, *slot.groups())
            at = slot.end()
        _say(draft, text[at:])
        draft.said = [said for said in draft.said if said.words]
        return draft

    def _slot(self, draft: Draft, personal: str | None, plain: str | None) -> tuple[Said, ...]:
        last = draft.said[-1] if draft.said else Said(())
        if FAMOUS in (personal, plain):
            return fill_plain(self._rng, FAMOUS, self._people)
        if personal:
            draft.slots.append(personal)
            marks, name = whose(personal)
            said = fill(self._rng, name, self._who(marks, name))
        else:
            said = fill_plain(self._rng, plain or "", self._people)
            for _ in range(_TRIES):
                if last.words[-1:] != ("the",) or said[0].words[0] not in MONTHS:
                    break
                said = fill_plain(self._rng, plain or "", self._people)
        if not last.words or last.type is not None or said[0].type is not None:
            return said
        draft.said[-1], first = _fitted(last, said[0])
        return (first, *said[1:])

    def _who(self, marks: str, name: str) -> Persona:
        if not marks:
            return self._people.caller
        if "wrong_" in marks:
            return self._people.wrong
        if "agent_" in marks:
            return self._people.agent
        if "another_" in marks or name in self._told or (name in _NAMES and self._told & _NAMES):
            self._at += 1
            self._told = set()
        self._told.add(name)
        return self._others[self._at % len(self._others)]


def _say(draft: Draft, text: str) -> None:
    """Add an exchange's own words; what follows a slot without a space, such as "'s", is part of the slot's word."""
    if draft.said and draft.said[-1].words and text[:1].strip():
        ending, _, text = text.partition(" ")
        last = draft.said[-1]
        draft.said[-1] = replace(last, words=(*last.words[:-1], last.words[-1] + ending))
    draft.said.append(Said(tuple(text.split())))


def _fitted(before: Said, filled: Said) -> tuple[Said, Said]:
    """Say an article once, and "an" before a vowel."""
    article, first = before.words[-1], filled.words[0]
    if article not in _ARTICLES:
        return before, filled
    if first in _ARTICLES and len(filled.words) > 1 and not filled.free:
        filled = replace(filled, words=filled.words[1:])
    if article != "the":
        article = "an" if _VOWEL.match(filled.words[0]) else "a"
    return replace(before, words=(*before.words[:-1], article)), filled
