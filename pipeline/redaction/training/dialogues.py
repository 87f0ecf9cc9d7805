"""Invented calls: exchanges put together, filled with one cast, interrupted, read back, corrected, made rough.

The same seed gives the same calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from pipeline.redaction.training.cast import Cast, Said, cast
from pipeline.redaction.training.exchanges import Exchange, Material
from pipeline.redaction.training.filling import Draft, Filling
from pipeline.redaction.training.noise import Labelled, formatted, roughen
from pipeline.redaction.training.pieces import OTHER, in_pieces

_BACK: Final = (
    "so that's {x}", "{x}", "okay {x}", "{x} is that right", "let me read that back {x}", "i have {x}",
    "just to confirm {x}", "{x} correct", "that's {x} yes", "did you say {x}",
)  # fmt: skip
_SLIPS: Final = (
    "no sorry {x}", "sorry {x}", "i mean {x}", "no wait {x}", "no it's {x}", "actually {x}", "oh sorry {x}",
    "not that {x}",
)  # fmt: skip
_ANSWERS: Final = ("yes", "yep", "correct", "that's right", "yeah", "perfect", "yes please", "right", "that's it")
_LONE: Final = 0.25
"""How often nothing but one turn is heard: a command, a message, an answer that was cut out."""
_WHOLE: Final = 0.4
_FRAGMENT: Final = 0.35
_PARTED: Final = 0.22
_SWAPPED: Final = 0.03
_READ_BACK: Final = 0.1
_READ_WRONG: Final = 0.15
_ANSWERED: Final = 0.4
_CORRECTED: Final = 0.055
_ONE_CHANNEL: Final = 0.12
_SMART: Final = 0.22
_LEVELS: Final = (0.0, 0.5, 1.0, 1.0, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTurn:
    """One turn: who speaks, and labelled words."""

    speaker: str
    words: tuple[Labelled, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """An invented call."""

    id: str
    turns: tuple[SpokenTurn, ...] = field(repr=False)


def invent_dialogues(material: Material, *, count: int, seed: int) -> Iterator[Dialogue]:
    """Give calls, one after another, each from its own seed."""
    for index in range(count):
        rng = Random(f"{seed}:{index}")
        yield Dialogue(id=f"invented-{seed}-{index}", turns=tuple(_turns(rng, material)))


def _turns(rng: Random, material: Material) -> Iterator[SpokenTurn]:
    people = cast(rng, material.words)
    drafts = [draft for exchange in _plan(rng, material) for draft in _played(rng, exchange, people, material)]
    if rng.random() < _ONE_CHANNEL:
        drafts = [d for d in drafts if d.speaker == "C"] or drafts
    level, is_smart = rng.choice(_LEVELS), rng.random() < _SMART
    mention = 0
    for draft in drafts:
        words = roughen(rng, _words(draft.said, mention), level=level)
        mention += len(draft.said)
        words = formatted(rng, words) if is_smart else words
        if words:
            yield SpokenTurn(speaker="agent" if draft.speaker == "A" else "customer", words=tuple(words))


def _words(said: Sequence[Said], mention: int) -> list[Labelled]:
    return [
        Labelled(text=word, type=one.type, free=one.free, mention=index)
        for index, one in enumerate(said, mention + 1)
        for word in one.words
    ]


def _plan(rng: Random, material: Material) -> list[Exchange]:
    """Choose a whole call with a few things more, or a call put together of parts."""
    known = material.exchanges
    if rng.random() < _LONE:
        return [rng.choice([exchange for exchange in known["topics"] if len(exchange.turns) == 1])]
    if known["calls"] and rng.random() < _WHOLE:
        plan = [rng.choice(known["calls"])]
        parts = rng.choice((0, 0, 1, 2))
    else:
        plan = []
        parts = rng.randrange(2, 9)
    for _ in range(parts):
        folder = "fragments" if known["fragments"] and rng.random() < _FRAGMENT else "topics"
        plan.insert(rng.randrange(len(plan) + 1), rng.choice(known[folder]))
    return plan


def _played(rng: Random, exchange: Exchange, people: Cast, material: Material) -> list[Draft]:
    """Fill an exchange's turns; now and then a value is interrupted, read back, or said again."""
    drafts: list[Draft] = []
    filling = Filling(rng, people)
    is_swapped = rng.random() < _SWAPPED
    for speaker, line in exchange.turns:
        who = OTHER[speaker] if is_swapped else speaker
        draft = filling.line(who, line)
        if draft.slots and rng.random() < _PARTED:
            drafts += in_pieces(rng, draft, filling, material.exchanges.get("interruptions", ()))
        else:
            drafts.append(draft)
        own = [s for s in draft.slots if not s.startswith(("agent_", "wrong_", "other_", "another_", "part_"))]
        if who == "C" and own:
            drafts += _echoed(rng, own[-1], filling)
    return drafts


def _echoed(rng: Random, slot: str, filling: Filling) -> list[Draft]:
    """Read a value back, rightly or wrongly, or let the caller say it once more; mostly neither."""
    slip = rng.choice(_SLIPS)
    if rng.random() >= _READ_BACK:
        return [filling.line("C", slip.replace("{x}", f"{{{slot}}}"))] if rng.random() < _CORRECTED else []
    dice = rng.random()
    heard = f"wrong_{slot}" if dice < _READ_WRONG else slot
    told = [filling.line("A", rng.choice(_BACK).replace("{x}", f"{{{heard}}}"))]
    if dice < 2 * _READ_WRONG:
        told.append(filling.line("C", slip.replace("{x}", f"{{{slot}}}")))
    elif dice < 2 * _READ_WRONG + _ANSWERED:
        told.append(filling.line("C", rng.choice(_ANSWERS)))
    return told
