"""Takes away what recognisers found and what is not personal: companies, medicines, interjections, clock times; and adds
what only stands out by standing alone: a turn that is nothing but a name or a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.redaction.cues import asks_something_else, find_cues
from pipeline.redaction.normalise import Kind
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.recognizers.number_shapes import likely_type
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import TITLES, Vocabulary, bare_word

_MODELS: Final = frozenset({"spacy", "rampart"})
_LONE_WORDS: Final = 4


class Sieve:
    """Judges a turn's findings by what its words can be at all."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._reader = NameReader(vocabulary)

    def sift(self, view: TurnView, views: Sequence[TurnView]) -> Iterator[Entity]:
        """Give what remains of a turn's findings, and what it is as a whole."""
        for entity in view.found:
            if entity.evidence[0].recognizer not in _MODELS or self._is_credible(view, entity):
                yield entity
        yield from self._lone_name(view)
        yield from self._lone_number(view)

    def _is_credible(self, view: TurnView, entity: Entity) -> bool:
        """Say whether a model's finding holds a word that can be a name or place; numbers are for the digit rules."""
        tokens = [t for t in view.written.tokens if t.start < entity.span.end and entity.span.start < t.end]
        words = [bare_word(t.key) for t in tokens if any(c.isalpha() for c in t.key)]
        if " ".join(words) in self._vocabulary.not_personal:
            return False
        telling = [w for w in words if not self._vocabulary.is_talk(w) and w not in self._vocabulary.not_personal]
        telling = [w for w in telling if w not in TITLES and len(w) > 1]
        if entity.type is EntityType.PERSON:
            talk_names = [w for w in words if self._vocabulary.is_name(w) and entity.score >= 0.75 and len(w) > 3]
            return bool(telling) or bool(talk_names)
        return bool(telling)

    def _lone_name(self, view: TurnView) -> Iterator[Entity]:
        pieces = [i for i, p in enumerate(view.written.pieces) if p.kind is not Kind.FILLER]
        if not pieces or len(pieces) > _LONE_WORDS:
            return
        keys = [self._reader.key(view.written, i) for i in pieces]
        if not all(keys) or not all(self._reader.is_likely(k) or len(k) == 1 for k in keys):
            return
        if any(self._reader.is_certain(k) or self._vocabulary.is_name(k) for k in keys):
            evidence = Evidence(recognizer="LoneAnswer", view="words", pattern="name")
            made = view.entity(pieces[0], pieces[-1] + 1, EntityType.PERSON, 0.6, evidence)
            if made is not None:
                yield made

    def _lone_number(self, view: TurnView) -> Iterator[Entity]:
        runs = view.written.runs
        if len(runs) != 1 or len(runs[0].code) < 4 or is_amount(view.written, runs[0]):
            return
        rest = [p for i, p in enumerate(view.written.pieces) if not runs[0].first <= i < runs[0].last]
        talk = [p for p in rest if p.kind is not Kind.FILLER]
        if runs[0].digits >= 2 and len(talk) <= 2:
            evidence = Evidence(recognizer="LoneAnswer", view="written", pattern="number")
            kind = likely_type(runs[0].code)[0] if len(runs[0].code) >= 7 else EntityType.ID_NUMBER
            made = view.entity(runs[0].first, runs[0].last, kind, 0.45, evidence)
            if made is not None:
                yield made
