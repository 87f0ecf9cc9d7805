"""Counts, conversation by conversation, what of the labelled data a detector covered, and what else it covered.

A *word* is a run of characters without white space; its part inside a label is *telling* when it holds a letter or a
digit and is no filler. It is *covered* when at least half of its characters lie inside what was found, of any type.
A label *leaks* when a telling word of it is not covered, and is *missed* when none is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.model.entity import Entity
from pipeline.model.span import CharSpan
from pipeline.redaction.evaluation.kinds import accepted_kinds
from pipeline.redaction.evaluation.labelled import LabelledConversation, LabelledTurn

type Counts = npt.NDArray[np.int64]

SPANS, LEAKED, MISSED, TELLING, COVERED, TYPED = range(6)
"""Columns of `Tally.labels`: labels, those that leak, those missed; telling words, those covered, by the right type."""
HIDDEN, RIGHT, HOLDS, LEAKS = range(4)
"""Columns of `Tally.calls`: words covered, those of them inside a label; is there a label, does one leak."""

_WORD: Final = re.compile(r"\S+")
_SIGN: Final = re.compile(r"\w")
_NOT_SPOKEN: Final = re.compile(r"[^\w']")
_FILLERS: Final = frozenset((
    "a's", "ah", "and", "at", "com", "comma", "dot", "er", "hmm", "in", "is", "it's", "mhm", "mm", "of", "state",
    "street's", "that's", "the", "uh", "uhm", "um",
))  # fmt: skip


class Spanned(Protocol):
    """Anything with a place in a text."""

    @property
    def span(self) -> CharSpan:
        """Where it stands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a detector found: in which turn, where, under which name, how surely."""

    turn: int
    span: CharSpan
    type: str
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of a whole set of conversations, in their order.

    `labels` is `(conversations, kinds, 6)` and `calls` is `(conversations, 4)`, columns as named above. For each thing
    found outside what nobody may judge, `scores` holds its score and `touches` whether it touches a label.
    """

    ids: tuple[str, ...]
    sources: tuple[str, ...]
    kinds: tuple[str, ...]
    labels: Counts
    calls: Counts
    scores: npt.NDArray[np.float64]
    touches: npt.NDArray[np.bool_]
    wrong: dict[str, int]


def found_of(entities: Iterable[Entity], *, dropped: Collection[str] = ()) -> tuple[Found, ...]:
    """Write entities as what is counted, leaving out those of the types `dropped`."""
    return tuple(
        Found(turn=e.turn, span=e.span, type=e.type.value, score=e.score)
        for e in entities
        if e.type.value not in dropped
    )


def tally(conversations: Sequence[LabelledConversation], found: Sequence[Sequence[Found]]) -> Tally:
    """Count; `found[i]` is what was found in `conversations[i]`."""
    kinds = sorted({label.type for c in conversations for t in c.turns for label in t.labels if not label.is_optional})
    labels = np.zeros((len(conversations), len(kinds), 6), np.int64)
    calls = np.zeros((len(conversations), 4), np.int64)
    judged: list[tuple[float, bool]] = []
    wrong: dict[str, int] = {}
    for row, (conversation, its) in enumerate(zip(conversations, found, strict=True)):
        for labelled in conversation.turns:
            view = _TurnView(labelled, [f for f in its if f.turn == labelled.turn.index])
            for kind, counts in view.labels():
                labels[row, kinds.index(kind)] += counts
            if conversation.is_partial or labelled.is_reconstructed:
                continue
            for right, type in view.hidden():
                calls[row, [HIDDEN, RIGHT]] += (1, right)
                if not right:
                    wrong[type] = wrong.get(type, 0) + 1
            judged += view.touching()
        calls[row, [HOLDS, LEAKS]] = labels[row, :, [SPANS, LEAKED]].sum(axis=1) > 0
    return Tally(
        ids=tuple(c.id for c in conversations),
        sources=tuple(c.source for c in conversations),
        kinds=tuple(kinds),
        labels=labels,
        calls=calls,
        scores=np.array([score for score, _ in judged], np.float64),
        touches=np.array([touches for _, touches in judged], np.bool_),
        wrong=wrong,
    )


class _TurnView:
    """One turn: its words, what had to be found, what may be, what was."""

    def __init__(self, labelled: LabelledTurn, found: Sequence[Found]) -> None:
        self._text = labelled.turn.text
        self._words = [CharSpan(*match.span()) for match in _WORD.finditer(self._text)]
        self._found = found
        self._required = [label for label in labelled.labels if not label.is_optional]
        self._optional = [label for label in labelled.labels if label.is_optional]

    def labels(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Give each required label's kind and counts; one without a telling word is none."""
        covered = _Cover(self._found, self._text) if self._required else None
        for label in self._required:
            parts = [part for word in self._words if (part := self._telling(word, label.span))]
            if not parts or covered is None:
                continue
            kinds = accepted_kinds(label.type)
            typed = _Cover([f for f in self._found if f.type in kinds], self._text)
            hit = sum(covered.holds_half_of(part) for part in parts)
            by_type = sum(typed.holds_half_of(part) for part in parts)
            yield label.type, (1, int(hit < len(parts)), int(hit == 0), len(parts), hit, by_type)

    def hidden(self) -> Iterator[tuple[bool, str]]:
        """Give each covered word that may be judged: is it in a label, and if not, as what was it found."""
        covered = _Cover(self._found, self._text)
        required, optional = _Cover(self._required, self._text), _Cover(self._optional, self._text)
        for word in self._words:
            if not covered.holds_half_of(word) or not _SIGN.search(self._text, word.start, word.end):
                continue
            if required.touches(word):
                yield True, ""
            elif not optional.touches(word):
                yield False, next(f.type for f in self._found if f.span.touches(word))

    def touching(self) -> Iterator[tuple[float, bool]]:
        """Give each found thing's score and whether it touches a label, unless it touches optional ones alone."""
        for found in self._found:
            touches = any(found.span.touches(label.span) for label in self._required)
            if touches or not any(found.span.touches(label.span) for label in self._optional):
                yield found.score, touches

    def _telling(self, word: CharSpan, label: CharSpan) -> CharSpan | None:
        """Give the part of a word inside a label when it tells something."""
        if not word.touches(label):
            return None
        part = CharSpan(max(word.start, label.start), min(word.end, label.end))
        said = _NOT_SPOKEN.sub("", self._text[word.start : word.end].lower())
        is_telling = said not in _FILLERS and _SIGN.search(self._text, part.start, part.end)
        return part if is_telling else None


class _Cover:
    """Which characters of a text lie in any of some spans; what of a span lies beyond the text is left out."""

    def __init__(self, spanned: Iterable[Spanned], text: str) -> None:
        flags = bytearray(len(text))
        for one in spanned:
            start, end = min(one.span.start, len(text)), min(one.span.end, len(text))
            flags[start:end] = b"\1" * (end - start)
        self._before = (0, *accumulate(flags))

    def holds_half_of(self, span: CharSpan) -> bool:
        return 2 * self._inside(span) >= span.end - span.start

    def touches(self, span: CharSpan) -> bool:
        return self._inside(span) > 0

    def _inside(self, span: CharSpan) -> int:
        return self._before[span.end] - self._before[span.start]
