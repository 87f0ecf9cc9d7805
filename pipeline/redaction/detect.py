"""Finds personal data in a whole conversation: recognisers turn by turn, the dialogue over turns, then what is known
already said again.

Fails closed: a language it has no recognisers for is withheld, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.model.entity import Entity, EntityType
from pipeline.model.errors import Withheld
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation
from pipeline.redaction.context import Dialogue
from pipeline.redaction.groups import number_groups
from pipeline.redaction.languages import is_detected
from pipeline.redaction.models import DetectionModels
from pipeline.redaction.profile import DEFAULT_PROFILE, RedactionProfile
from pipeline.redaction.propagate import Propagation
from pipeline.redaction.resolve import resolve
from pipeline.redaction.sifting import Sieve
from pipeline.redaction.tenant_words import TenantWords
from pipeline.redaction.turn_view import TurnReader, TurnView
from pipeline.redaction.vocabulary import load_vocabulary

VERSION: Final = "1"
_TURNS_AT_ONCE: Final = 512
_INSIDE_WORD: Final = re.compile(r"\w|(?<=\w)-(?=\w)")
_POSSESSIVE: Final = re.compile(r" ?['’]s\b")


class Detector:
    """The detector, built once from loaded models."""

    version: str = VERSION

    def __init__(self, models: DetectionModels, *, profile: RedactionProfile = DEFAULT_PROFILE) -> None:
        vocabulary = load_vocabulary(models.dictionary)
        self._profile = profile
        self._reader = TurnReader(models, vocabulary)
        self._dialogue = Dialogue(vocabulary)
        self._sieve = Sieve(vocabulary)
        self._propagation = Propagation(vocabulary)
        self._tenant_words = TenantWords(vocabulary)

    def detect(self, conversation: Conversation, *, profile: RedactionProfile | None = None) -> tuple[Entity, ...]:
        """Find what is personal in a conversation.

        Args:
            conversation: its turns in order, all channels.
            profile: the tenant's; the detector's own when absent.

        Returns:
            Entities sorted by turn and place, disjoint within a turn; those that name the same thing share `group`.

        Raises:
            Withheld: `language`, when there is no detector for the conversation's language.
        """
        return next(entities for _, entities in self.detect_each([conversation], profile=profile))

    def detect_each(
        self, conversations: Iterable[Conversation], *, profile: RedactionProfile | None = None
    ) -> Iterator[tuple[Conversation, tuple[Entity, ...]]]:
        """Detect in many conversations, in order, a few hundred turns at a time: quicker than one by one."""
        wanted = profile or self._profile
        for batch in _batches(conversations):
            for conversation in batch:
                _check_language(conversation)
            views = self._reader.read([turn for c in batch for turn in c.turns])
            at = 0
            for conversation in batch:
                own = views[at : at + len(conversation.turns)]
                at += len(own)
                yield conversation, self._decide(own, wanted)

    def _decide(self, views: Sequence[TurnView], profile: RedactionProfile) -> tuple[Entity, ...]:
        texts = {view.turn.index: view.turn.text for view in views}
        found = [entity for view in views for entity in self._sieve.sift(view, views)]
        found += self._dialogue.read(views)
        found += self._propagation.find(views, found)
        found = [_with_possessive(_whole_words(e, texts[e.turn]), texts) for e in found]
        found = self._tenant_words.apply(found, views, profile)
        by_turn: dict[int, list[Entity]] = {}
        for entity in found:
            by_turn.setdefault(entity.turn, []).append(entity)
        resolved = [e for turn in texts if turn in by_turn for e in resolve(by_turn[turn], texts[turn])]
        return number_groups(resolved, [texts[e.turn][e.span.start : e.span.end] for e in resolved])


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
