"""How people say where they live: house, unit, street, town, postcode, together or one by one."""

from __future__ import annotations

from random import Random

from pipeline.redaction.training.persona import Persona
from pipeline.redaction.training.say_letters import code
from pipeline.redaction.training.say_numbers import amount, digits


def address(rng: Random, who: Persona) -> str:
    """Say an address, with as much of it as people give."""
    front = rng.choice(("no ", "number ", "number ")) if rng.random() < 0.1 else ""
    parts = [f"{front}{house(rng, who)} {who.street_bare if rng.random() < 0.12 else street(who)}"]
    if rng.random() < 0.3:
        parts.insert(rng.choice((0, 1)), f"{who.unit_word} {unit(rng, who)}")
    tails = (
        (), (who.town,), (who.town, who.region), (who.town, who.region, postcode(rng, who)),
        (who.town, postcode(rng, who)),
    )  # fmt: skip
    return " ".join([*parts, *rng.choice(tails)])


def street(who: Persona) -> str:
    """Say the street with its kind."""
    return f"{who.street_bare} {who.street_word}"


def house(rng: Random, who: Persona) -> str:
    """Say the number of the house."""
    if len(who.house) <= 3 and rng.random() < 0.4:
        return amount(rng, int(who.house))
    return " ".join(digits(rng, who.house, rng.choice(("pairs", "single", "figures", "pairs"))))


def unit(rng: Random, who: Persona) -> str:
    """Say the number or letter of the flat."""
    if who.unit.isdecimal():
        return " ".join(digits(rng, who.unit, rng.choice(("pairs", "single", "figures"))))
    return " ".join(code(rng, who.unit))


def postcode(rng: Random, who: Persona) -> str:
    """Say the postcode."""
    return " ".join(digits(rng, who.zip) if who.zip.isdecimal() else code(rng, who.zip))
