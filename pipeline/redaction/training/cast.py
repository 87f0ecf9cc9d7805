"""The people of a call, and what they say in a slot."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from pipeline.model.entity import EntityType
from pipeline.redaction.training.persona import Persona, Words, invent


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one kind; `type` None for words that are not personal, `free` for those that may be hidden or not."""

    words: tuple[str, ...] = field(repr=False)
    type: EntityType | None = None
    free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who takes part in one call, and what the call is about; `wrong` is whose data is given by mistake."""

    caller: Persona
    wrong: Persona
    agent: Persona
    others: tuple[Persona, ...]
    words: Words = field(repr=False)


def cast(rng: Random, words: Words) -> Cast:
    """Invent the people of a call."""
    return Cast(
        caller=invent(rng, words),
        wrong=invent(rng, words),
        agent=invent(rng, words),
        others=tuple(invent(rng, words) for _ in range(3)),
        words=words,
    )
