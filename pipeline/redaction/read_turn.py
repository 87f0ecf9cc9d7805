"""A turn as it is first read: its written view, its words as they are compared, and what kinds of data they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from pipeline.redaction.cues import Cue, find_cues, is_asking, is_label_only
from pipeline.redaction.normalise import Written, write


@dataclass(frozen=True)
class ReadTurn:
    """Who speaks, the written view, the tokens' keys in lower case with single spaces, and the cues among them."""

    speaker: str
    written: Written
    text: str = field(repr=False)
    cues: tuple[Cue, ...]

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Say where in the text each word begins."""
        return tuple(accumulate((len(token.key) + 1 for token in self.written.tokens), initial=0))[:-1]

    @cached_property
    def is_asking(self) -> bool:
        """Say whether the turn asks for what it names."""
        return bool(self.cues) and (is_asking(self.text) or is_label_only(self.text))


def read_turn(speaker: str, text: str) -> ReadTurn:
    """Read a turn once, for everyone who looks at it."""
    written = write(text)
    keys = " ".join(token.key for token in written.tokens)
    return ReadTurn(speaker, written, keys, find_cues(keys))
