"""How the muting of a call fits its true words: which were found, which lie wholly in silence, what is muted besides.

A recogniser writes other words than were said. Both are laid beside each other, channel by channel, so that what it did
not hear, what was not found in what it heard, and what was found but is still heard can be told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from pipeline.model.entity import Entity
from pipeline.model.span import TimeSpan, merge_times
from pipeline.model.transcript import Conversation, Word
from pipeline.redaction.evaluation.heard import Secret
from pipeline.redaction.evaluation.labelled import LabelledConversation
from pipeline.redaction.evaluation.signs import fold

_NEAR_MS: Final = 1_000
"""A recogniser's word times err by half a second; what is farther away than this is not the same word."""

type Place = tuple[int, int]
"""A turn's number, and the place of a word in it."""


class Fate(StrEnum):
    """What became of a true word before any sound was changed."""

    HIDDEN = "hidden"
    NOT_FOUND = "not found"
    NOT_TRANSCRIBED = "not transcribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A muted span, and how long the hidden words inside it last by themselves."""

    channel: int
    time: TimeSpan
    hidden_ms: int

    @property
    def extra_ms(self) -> int:
        """How much is muted besides."""
        return self.time.duration_ms - self.hidden_ms


def fates(call: LabelledConversation, heard: Conversation, entities: Sequence[Entity]) -> dict[Place, Fate]:
    """Say of every true word whether it was transcribed and found.

    Args:
        call: what was truly said, its words with times.
        heard: what a recogniser made of it.
        entities: what was found in `heard`.
    """
    told: dict[Place, Fate] = {}
    for channel in {labelled.turn.channel for labelled in call.turns}:
        true = [
            ((labelled.turn.index, at), word)
            for labelled in call.turns
            if labelled.turn.channel == channel
            for at, word in enumerate(labelled.turn.words)
        ]
        written = [
            (word, any(entity.turn == turn.index and entity.span.touches(span) for entity in entities))
            for turn in heard.turns
            if turn.channel == channel
            for word, span in zip(turn.words, turn.word_spans, strict=True)
        ]
        beside = _beside([word for _, word in true], [word for word, _ in written])
        for (place, _), partners in zip(true, beside, strict=True):
            told[place] = _fate([written[partner][1] for partner in partners])
    return told


def fate_of(secret: Secret, told: Mapping[Place, Fate]) -> Fate:
    """Give what became of a value: of its words the least fortunate."""
    its = {told[secret.turn, at] for at in secret.words}
    return next(fate for fate in (Fate.NOT_FOUND, Fate.NOT_TRANSCRIBED, Fate.HIDDEN) if fate in its)


def is_inside(word: Word, muted: Iterable[TimeSpan]) -> bool:
    """Say whether a word lies wholly inside a muted span of its channel."""
    return any(span.start_ms <= word.time.start_ms and word.time.end_ms <= span.end_ms for span in muted)


def muted_runs(muted: Mapping[int, Sequence[TimeSpan]], hidden: Collection[Word]) -> tuple[Run, ...]:
    """Give every muted span with the time that hidden words take of it."""
    return tuple(
        Run(channel=channel, time=span, hidden_ms=sum(_overlap(span, part) for part in _spoken(hidden, channel)))
        for channel, spans in sorted(muted.items())
        for span in spans
    )


def _spoken(words: Collection[Word], channel: int) -> tuple[TimeSpan, ...]:
    return merge_times(word.time for word in words if word.channel == channel)


def _overlap(one: TimeSpan, other: TimeSpan) -> int:
    return max(0, min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms))


def _fate(are_hidden: Sequence[bool]) -> Fate:
    if not are_hidden:
        return Fate.NOT_TRANSCRIBED
    return Fate.HIDDEN if all(are_hidden) else Fate.NOT_FOUND


def _beside(true: Sequence[Word], written: Sequence[Word]) -> list[set[int]]:
    """Give for each true word the words written for it, maybe none; compared as signs, so `42` is `forty two`."""
    ours, theirs = fold([word.text for word in true]), fold([word.text for word in written])
    matcher = SequenceMatcher(None, [s.text for s in ours], [s.text for s in theirs], autojunk=False)
    beside: list[set[int]] = [set() for _ in true]
    for block in matcher.get_matching_blocks():
        pairs = zip(ours[block.a : block.a + block.size], theirs[block.b : block.b + block.size], strict=True)
        for sign, partner in pairs:
            # The same digit elsewhere in the call is another digit.
            if _apart_ms(true[sign.word], written[partner.word]) <= _NEAR_MS:
                beside[sign.word].add(partner.word)
    for at, word in enumerate(true):
        if not beside[at]:
            # Another word was written for it, the one that was heard at its time; if there is none, nothing was.
            there = [place for place, other in enumerate(written) if _overlap(word.time, other.time)]
            beside[at] = set(sorted(there, key=lambda place: -_overlap(word.time, written[place].time))[:1])
    return beside


def _apart_ms(one: Word, other: Word) -> int:
    return max(one.start_ms - other.end_ms, other.start_ms - one.end_ms, 0)
