"""Values told piece by piece, the other side acknowledging, repeating or interrupting between."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from pipeline.redaction.training.cast import Said
from pipeline.redaction.training.exchanges import Exchange
from pipeline.redaction.training.filling import Draft, Filling

OTHER: Final = {"A": "C", "C": "A"}
"""Who listens while one speaks."""
_MORE: Final = (
    "mm hmm", "okay", "yes", "go ahead", "uh huh", "yeah", "right", "got it", "and", "sure", "yep", "carry on",
)  # fmt: skip
_ASKED: Final = ("", "", "", "yes", "is that right", "okay")
_THENS: Final = ("", "", "", "", "then", "and then", "and", "uh", "and", "then it's")
_NOES: Final = ("no", "no sorry", "not that", "no no", "sorry", "nope")
_SLIPPED: Final = 0.06
_SHORTEST: Final = 3
_SIZES: Final = (1, 2, 3, 3, 4, 4, 6)


def in_pieces(rng: Random, draft: Draft, filling: Filling, interruptions: Sequence[Exchange]) -> list[Draft]:
    """Tell a turn's longest value in pieces; a turn without a value of three words or more stays as it is."""
    longest = max(range(len(draft.said)), key=lambda i: len(draft.said[i].words) * (draft.said[i].type is not None))
    value = draft.said[longest]
    if len(value.words) < _SHORTEST or value.type is None:
        return [draft]
    first, *rest = (Said(words, value.type) for words in _cut(rng, value.words))
    told = [Draft(draft.speaker, [*draft.said[:longest], first], draft.slots)]
    before = first
    for piece in rest:
        told += _between(rng, OTHER[draft.speaker], before, filling, interruptions)
        if rng.random() < _SLIPPED:
            told.append(_told(draft, rng.choice(_NOES), before))
        told.append(_told(draft, rng.choice(_THENS), piece))
        before = piece
    told[-1].said += draft.said[longest + 1 :]
    return told


def _told(draft: Draft, opening: str, piece: Said) -> Draft:
    said = [Said(tuple(opening.split())), piece] if opening else [piece]
    return Draft(draft.speaker, said, draft.slots)


def _cut(rng: Random, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    size = rng.choice(_SIZES)
    cuts: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        end = at + max(1, size + rng.choice((-1, 0, 0, 1)))
        cuts.append(words[at:end])
        at = end
    return cuts


def _between(rng: Random, other: str, said: Said, filling: Filling, interruptions: Sequence[Exchange]) -> list[Draft]:
    dice = rng.random()
    if dice < 0.12:
        return []
    if dice < 0.3:
        return [Draft(other, [said, Said(tuple(rng.choice(_ASKED).split()))], [])]
    if interruptions and dice < 0.5:
        return [filling.line(other, line) for _, line in rng.choice(interruptions).turns[:1]]
    return [Draft(other, [Said(tuple(rng.choice(_MORE).split()))], [])]
