"""Finds personal data in a whole conversation: recognisers turn by turn, the dialogue over turns, then what is known
already said again.

Fails closed: a language it has no recognisers for is withheld, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.model.entity import Entity, EntityType
from pipeline.model.errors import Withheld
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation
from pipeline.redaction.context import Dialogue
from pipeline.redaction.full_names import FullNames
from pipeline.redaction.fusion import FusionWeights, decide, load_fusion, tagger_odds, weigh
from pipeline.redaction.groups import number_groups
from pipeline.redaction.languages import is_detected
from pipeline.redaction.models import DetectionModels
from pipeline.redaction.profile import DEFAULT_PROFILE, RedactionProfile
from pipeline.redaction.propagate import Learned, Propagation
from pipeline.redaction.resolve import resolve
from pipeline.redaction.standing_alone import StandingAlone
from pipeline.redaction.tenant_words import TenantWords
from pipeline.redaction.turn_view import TurnReader, TurnView
from pipeline.redaction.vocabulary import load_vocabulary

VERSION: Final = "3"
_TURNS_AT_ONCE: Final = 512
_TEACHES: Final = 0.6
_INSIDE_WORD: Final = re.compile(r"\w|(?<=\w)-(?=\w)")
_POSSESSIVE: Final = re.compile(r" ?['’]s\b")


class Detector:
    """The detector, built once from loaded models."""

    version: str = VERSION

    def __init__(
        self,
        models: DetectionModels,
        *,
        profile: RedactionProfile = DEFAULT_PROFILE,
        weights: FusionWeights | None = None,
    ) -> None:
        vocabulary = load_vocabulary(models.dictionary)
        self._profile = profile
        self._reader = TurnReader(models, vocabulary)
        self._dialogue = Dialogue(vocabulary)
        self._standing_alone = StandingAlone(vocabulary)
        self._full_names = FullNames(vocabulary)
        self._weights = weights or load_fusion()
        self._propagation = Propagation(vocabulary)
        self._tenant_words = TenantWords(vocabulary)

    def detect(
        self,
        conversation: Conversation,
        *,
        profile: RedactionProfile | None = None,
        learned: Learned | None = None,
    ) -> tuple[Entity, ...]:
        """Find what is personal in a conversation.

        Args:
            conversation: its turns in order, all channels.
            profile: the tenant's; the detector's own when absent.
            learned: what the call taught before these turns, if they are not all of it.

        Returns:
            Entities sorted by turn and place, disjoint within a turn; those that name the same thing share `group`.

        Raises:
            Withheld: `language`, when there is no detector for the conversation's language.
        """
        _check_language(conversation)
        (views,) = self.read([conversation])
        return self._decide(views, profile or self._profile, learned)

    def detect_each(
        self, conversations: Iterable[Conversation], *, profile: RedactionProfile | None = None
    ) -> Iterator[tuple[Conversation, tuple[Entity, ...]]]:
        """Detect in many conversations, in order, a few hundred turns at a time: quicker than one by one."""
        wanted = profile or self._profile
        for batch in _batches(conversations):
            for conversation in batch:
                _check_language(conversation)
            for conversation, views in zip(batch, self.read(batch), strict=True):
                yield conversation, self._decide(views, wanted)

    def read(self, conversations: Sequence[Conversation]) -> list[list[TurnView]]:
        """Give conversations' turns as recognisers saw them."""
        return self._reader.read([conversation.turns for conversation in conversations])

    def find(self, views: Sequence[TurnView], *, learned: Learned | None = None) -> list[Entity]:
        """Give all that recognisers, the dialogue and propagation find in a conversation, not yet weighed.

        Only what is likely on its own teaches what to look for elsewhere.
        """
        found = [entity for view in views for entity in self._in_turn(view)]
        found += self._dialogue.read(views)
        likely = [entity for turn in self._weigh(views, found) for entity in turn.decide(_TEACHES)]
        return found + self._propagation.find(views, likely, learned)

    def _in_turn(self, view: TurnView) -> Iterator[Entity]:
        yield from view.found
        yield from self._standing_alone.find(view)
        yield from self._full_names.find(view)

    def _decide(
        self, views: Sequence[TurnView], profile: RedactionProfile, learned: Learned | None = None
    ) -> tuple[Entity, ...]:
        texts = {view.turn.index: view.turn.text for view in views}
        wanted = self._wanted(views, self.find(views, learned=learned), profile)
        found = [_with_possessive(_whole_words(e, texts[e.turn]), texts) for e in wanted]
        found = self._tenant_words.apply(found, views, profile)
        by_turn: dict[int, list[Entity]] = {}
        for entity in found:
            by_turn.setdefault(entity.turn, []).append(entity)
        resolved = [e for turn in texts if turn in by_turn for e in resolve(by_turn[turn], texts[turn])]
        return number_groups(resolved, [texts[e.turn][e.span.start : e.span.end] for e in resolved])

    def _wanted(
        self, views: Sequence[TurnView], found: Sequence[Entity], profile: RedactionProfile
    ) -> Iterator[Entity]:
        """Cut findings at each type's own threshold: unlikely words beside likely ones would make all unlikely."""
        weighed = self._weigh(views, found)
        for least in profile.levels:
            for entity in (entity for turn in weighed for entity in turn.decide(least)):
                if profile.threshold_of(entity.type) == least:
                    yield entity

    def _weigh(self, views: Sequence[TurnView], found: Sequence[Entity]) -> list[_Weighed]:
        by_turn: dict[int, list[Entity]] = {view.turn.index: [] for view in views}
        for entity in found:
            by_turn[entity.turn].append(entity)
        odds = tagger_odds(views, self._weights)
        return [
            _Weighed(view, own := by_turn[view.turn.index], weigh(view, own, base, self._weights))
            for view, base in zip(views, odds, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A turn, its findings, and each of its words' chance to be personal: weighed once, cut at every threshold."""

    view: TurnView
    found: Sequence[Entity]
    chances: Sequence[float]

    def decide(self, least: float) -> list[Entity]:
        return decide(self.view, self.found, self.chances, least=least)


def _whole_words(entity: Entity, text: str) -> Entity:
    """Widen to the written words touched, dashes included: half a code ("AX-" before "449") is telling."""
    start, end = entity.span.start, entity.span.end
    while start > 0 and _INSIDE_WORD.match(text, start - 1):
        start -= 1
    while end < len(text) and _INSIDE_WORD.match(text, end):
        end += 1
    return replace(entity, span=CharSpan(start, end))


def _with_possessive(entity: Entity, texts: Mapping[int, str]) -> Entity:
    """Hide the "'s" with the name: left alone it would tell that a name stood there."""
    if entity.type is not EntityType.PERSON:
        return entity
    ending = _POSSESSIVE.match(texts[entity.turn], entity.span.end)
    return replace(entity, span=CharSpan(entity.span.start, ending.end())) if ending else entity


def _check_language(conversation: Conversation) -> None:
    if not is_detected(conversation.language):
        raise Withheld("language")


def _batches(conversations: Iterable[Conversation]) -> Iterator[list[Conversation]]:
    """Gather conversations up to a number of turns; a longer one comes alone."""
    source = iter(conversations)
    batch: list[Conversation] = []
    turns = 0
    for conversation in source:
        batch.append(conversation)
        turns += len(conversation.turns)
        if turns >= _TURNS_AT_ONCE:
            yield batch
            batch, turns = [], 0
    if batch:
        yield batch
