"""The slots of exchanges: whose data stands in one, and the words that are said there."""

from __future__ import annotations

import re
from random import Random
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.redaction.training.cast import Cast, Said
from pipeline.redaction.training.persona import Persona
from pipeline.redaction.training.slots_personal import PERSONAL
from pipeline.redaction.training.slots_plain import PLAIN

SLOT: Final = re.compile(r"\{([a-z0-9_]+)\}|<([a-z_]+)>")
"""`{personal}` or `<plain>`."""
FAMOUS: Final = "famous"
"""A person whom everybody knows: personal or plain, it is filled in the same way."""
_WHOSE: Final = re.compile(r"((?:wrong_|agent_|another_|other_)*)(.*)")


def whose(slot: str) -> tuple[str, str]:
    """Part a personal slot into whose it is ("wrong_", "other_", ..., "" for the caller's own) and what it is."""
    found = _WHOSE.fullmatch(slot)
    return (found.group(1), found.group(2)) if found else ("", slot)


def is_slot(personal: str, plain: str) -> bool:
    """Say whether there is such a slot."""
    if FAMOUS in (personal, plain):
        return True
    return whose(personal)[1] in PERSONAL if personal else plain in PLAIN


def fill(rng: Random, field: str, who: Persona) -> tuple[Said, ...]:
    """Say what a slot stands for, of one person.

    Raises:
        KeyError: no such slot.
    """
    kind, say = PERSONAL[field]
    words = tuple(say(rng, who).split())
    if field == "title_last" or (kind is EntityType.LOCATION and words[0] == "the"):
        return (Said(words[:1]), Said(words[1:], kind))
    return (Said(words, kind),)


def fill_plain(rng: Random, slot: str, people: Cast) -> tuple[Said, ...]:
    """Say what a slot that is not personal stands for.

    Raises:
        KeyError: no such slot.
    """
    if slot == FAMOUS:
        return (Said(tuple(rng.choice(people.words["famous"]).split()), EntityType.PERSON),)
    say, free = PLAIN[slot]
    return (Said(tuple(say(rng, people.words).split()), None, free),)
