"""Detection while a call is still going on: final words come in turn by turn, decisions come out.

Each turn is judged as soon as it is said and again with each of the next turns, for an answer is understood by what
follows too; after `SETTLED_AFTER` turns it is settled, and `SEEN_BEFORE` turns later its words are dropped. A decision
may only widen: what was once hidden stays hidden. What the call has taught (names, numbers) is kept until the call
ends, in memory only.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.model.entity import Entity
from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Conversation, Turn
from pipeline.redaction.detect import Detector
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.propagate import Learned
from pipeline.redaction.resolve import resolve

SETTLED_AFTER: Final = 8
"""How many turns later a turn is judged for the last time."""
SEEN_BEFORE: Final = 24
"""How many settled turns are still looked at, for what they ask; the words of older ones are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is hidden in one turn as things stand; `is_settled` when it will not change any more."""

    turn: int
    entities: tuple[Entity, ...]
    is_settled: bool


@dataclass(slots=True)
class _Heard:
    turn: Turn
    entities: tuple[Entity, ...] = ()
    is_settled: bool = False


@dataclass(slots=True, kw_only=True)
class StreamingDetector:
    """One call's detection. `profile` as for `Detector.detect`; a language without a detector is refused."""

    detector: Detector
    profile: RedactionProfile | None = None
    language: str = "en"
    _heard: deque[_Heard] = field(default_factory=deque, repr=False)
    _learned: Learned = field(default_factory=Learned, repr=False)
    _count: int = 0

    def hear(self, speaker: str, text: str, *, channel: int = 0) -> tuple[Decision, ...]:
        """Take a turn's final words.

        Returns:
            The decision on this turn, on every earlier one that widened, and on the one that is now settled.

        Raises:
            Withheld: `language`, when there is no detector for it.
        """
        self._heard.append(_Heard(Turn(index=self._count, speaker=speaker, text=text, channel=channel)))
        self._count += 1
        return self._judge(settle_up_to=self._count - 1 - SETTLED_AFTER)

    def finish(self) -> tuple[Decision, ...]:
        """Settle what is left at the end of the call, and forget it."""
        decisions = self._judge(settle_up_to=self._count)
        self._heard.clear()
        self._learned = Learned()
        return decisions

    def _judge(self, *, settle_up_to: int) -> tuple[Decision, ...]:
        conversation = Conversation(id="stream", turns=tuple(h.turn for h in self._heard), language=self.language)
        by_turn: dict[int, list[Entity]] = {}
        for entity in self.detector.detect(conversation, profile=self.profile, learned=self._learned):
            by_turn.setdefault(entity.turn, []).append(entity)
        decisions: list[Decision] = []
        for heard in self._heard:
            if heard.is_settled:
                continue
            wider = _widened(heard, by_turn.get(heard.turn.index, []))
            settles = heard.turn.index <= settle_up_to
            if _places(wider) != _places(heard.entities) or settles or heard.turn.index == self._count - 1:
                decisions.append(Decision(turn=heard.turn.index, entities=wider, is_settled=settles))
            heard.entities, heard.is_settled = wider, settles
        while len(self._heard) > SEEN_BEFORE + SETTLED_AFTER:
            self._heard.popleft()
        return tuple(decisions)


def _places(entities: tuple[Entity, ...]) -> list[tuple[int, int, str]]:
    return [(e.span.start, e.span.end, e.type) for e in entities]


def _widened(heard: _Heard, found: list[Entity]) -> tuple[Entity, ...]:
    """Join what was hidden before with what is found now; nothing that was hidden is shown."""
    kept = [replace(entity, group=None) for entity in heard.entities]
    new = [replace(entity, group=None) for entity in found]
    if any(not 0 <= e.span.start < e.span.end <= len(heard.turn.text) for e in new):
        raise InvalidInput("an entity lies outside its turn")
    return resolve([*kept, *new], heard.turn.text)
