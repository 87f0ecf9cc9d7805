"""What a person says a turn should have said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.errors import InvalidInput

MOST: Final = 200
LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a turn should have said."""

    turn: int
    text: str = field(repr=False)


def read_corrections(document: object) -> tuple[Correction, ...]:
    """Read a list of `{"turn", "text"}`.

    Raises:
        InvalidInput: another shape, a turn named twice, nothing at all, or too much.
    """
    if not isinstance(document, list) or not 0 < len(document) <= MOST:
        raise InvalidInput(f'corrections are a list of 1 to {MOST} objects of "turn" and "text"')
    made = tuple(_correction(one) for one in document)
    if len({one.turn for one in made}) != len(made):
        raise InvalidInput("a turn is corrected twice")
    return made


def plain_corrections(corrections: Sequence[Correction]) -> list[dict[str, object]]:
    """Give what `read_corrections` reads."""
    return [{"turn": one.turn, "text": one.text} for one in corrections]


def _correction(one: object) -> Correction:
    if not isinstance(one, Mapping) or set(one) != {"turn", "text"}:
        raise InvalidInput('a correction is an object of "turn" and "text"')
    turn, text = one["turn"], one["text"]
    if type(turn) is not int or not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        raise InvalidInput(f"a correction names a turn by its number and has 1 to {LONGEST} characters")
    return Correction(turn=turn, text=" ".join(text.split()))
