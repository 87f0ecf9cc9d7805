"""Takes away what is not personal after all (companies, medicines, interjections), and adds what stands out by
standing alone: a turn that is nothing but a name or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.redaction.normalise import Kind, Run
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.recognizers.number_shapes import likely_type
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import TITLES, Vocabulary, bare_word, word_set

_MODELS: Final = frozenset({"spacy", "rampart"})
_COMPANY_NEXT: Final = re.compile(
    r"\b(?:(?:thanks|thank you) for (?:calling|choosing|contacting)|through to|reached|welcome to|works? for"
    r"|employed by)(?: the)?$"
)
"""What is said just before a company's name."""
_LONE_WORDS: Final = 4
_LONE_TALK: Final = 3
_LABELS: Final = word_set("ssn dob ph mob acct ac zip num pnr nhs cvv")


class Sieve:
    """Judges a turn's findings by what its words can be at all."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._reader = NameReader(vocabulary)

    def sift(self, view: TurnView, views: Sequence[TurnView]) -> Iterator[Entity]:
        """Give what remains of a turn's findings, and what it is as a whole."""
        for entity in view.found:
            if entity.evidence[0].recognizer not in _MODELS:
                yield entity
            elif (credible := self._credible(view, entity)) is not None:
                yield credible
        yield from self._lone_name(view)
        yield from self._lone_numbers(view)

    def _credible(self, view: TurnView, entity: Entity) -> Entity | None:
        """Cut a model's finding to the words that can be a name or place; numbers are for the digit rules."""
        tokens = [t for t in view.written.tokens if t.start < entity.span.end and entity.span.start < t.end]
        before = " ".join(t.key for t in view.written.tokens if t.end <= entity.span.start)
        if " ".join(t.key for t in tokens) in self._vocabulary.not_personal or _COMPANY_NEXT.search(before):
            return None
        person = entity.type is EntityType.PERSON
        telling = [t for t in tokens if self._is_telling(bare_word(t.key), entity.score, person=person)]
        known = (
            any(self._vocabulary.is_known(t.key) for t in telling)
            or len({e.recognizer for e in _seen_by(view, entity)}) > 1
        )
        if not telling or not known:
            return None
        return replace(entity, span=CharSpan(telling[0].start, telling[-1].end))

    def _is_telling(self, word: str, score: float, *, person: bool) -> bool:
        if len(word) < 2 or not word[0].isalpha() or word in self._vocabulary.not_personal or word in _LABELS:
            return len(word) == 1 and word.isalpha() and person and word not in ("a", "i")
        if word in TITLES:
            return False
        if not self._vocabulary.is_talk(word):
            return True
        return person and self._vocabulary.is_name(word) and score >= 0.75 and len(word) > 3

    def _lone_name(self, view: TurnView) -> Iterator[Entity]:
        pieces = [i for i, p in enumerate(view.written.pieces) if p.kind is not Kind.FILLER]
        if not pieces or len(pieces) > _LONE_WORDS:
            return
        keys = [self._reader.key(view.written, i) for i in pieces]
        if not all(keys) or not all(self._reader.is_likely(k) or len(k) == 1 for k in keys):
            return
        lone = (
            len(keys) == 1
            and len(keys[0]) >= 4
            and self._vocabulary.is_stranger(keys[0])
            and set(keys[0]) & set("aeiouy")
        )
        if lone or any(self._vocabulary.is_name(k) for k in keys):
            evidence = Evidence(recognizer="LoneAnswer", view="words", pattern="name")
            made = view.entity(pieces[0], pieces[-1] + 1, EntityType.PERSON, 0.6, evidence)
            if made is not None:
                yield made

    def _lone_numbers(self, view: TurnView) -> Iterator[Entity]:
        """A turn that is hardly more than numbers answers something, asked or not; a strange word in it is a name."""
        written = view.written
        runs = [r for r in written.runs if len(r.code) >= 4 and r.digits >= 2 and not is_amount(written, r)]
        inside = {i for run in written.runs for i in range(run.first, run.last)}
        rest = [i for i, p in enumerate(written.pieces) if i not in inside and p.kind not in (Kind.FILLER, Kind.SYMBOL)]
        if not runs or len(rest) > _LONE_TALK or any(_is_year(r) for r in runs if len(runs) == 1):
            return
        for run in runs:
            evidence = Evidence(recognizer="LoneAnswer", view="written", pattern="number")
            kind = likely_type(run.code)[0] if len(run.code) >= 7 else EntityType.ID_NUMBER
            yield from _made(view, run.first, run.last, kind, evidence)
        for index in rest:
            key = self._reader.key(written, index)
            if self._vocabulary.is_name(key) or (self._reader.is_likely(key) and key not in _LABELS):
                kind = EntityType.LOCATION if key in self._vocabulary.places else EntityType.PERSON
                evidence = Evidence(recognizer="LoneAnswer", view="words", pattern="beside a number")
                yield from _made(view, index, index + 1, kind, evidence)
            elif key in self._vocabulary.places:
                evidence = Evidence(recognizer="LoneAnswer", view="words", pattern="place beside a number")
                yield from _made(view, index, index + 1, EntityType.LOCATION, evidence)


def _seen_by(view: TurnView, entity: Entity) -> list[Evidence]:
    return [o.evidence[0] for o in view.found if o.evidence[0].recognizer in _MODELS and o.span.touches(entity.span)]


def _made(view: TurnView, first: int, last: int, kind: EntityType, evidence: Evidence) -> Iterator[Entity]:
    made = view.entity(first, last, kind, 0.45, evidence)
    if made is not None:
        yield made


def _is_year(run: Run) -> bool:
    return len(run.code) == 4 and run.code[:2] in ("19", "20")
