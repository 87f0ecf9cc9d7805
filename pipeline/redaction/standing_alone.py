"""What stands out by standing alone: a turn that is nothing but a name or a number, whether or not it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.redaction.normalise import Kind, Run
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.recognizers.number_shapes import likely_type
from pipeline.redaction.recognizers.spoken import Found
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import Vocabulary, word_set

_LONE_WORDS: Final = 4
_LONE_TALK: Final = 3
_BESIDE: Final = 0.45
"""How sure a number that stands alone is, and what stands beside it."""
_LABELS: Final = word_set("ssn dob ph mob acct ac zip num pnr nhs cvv")


class StandingAlone:
    """Finds turns that are nothing but a name or a number: they answer something, asked or not."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._reader = NameReader(vocabulary)

    def find(self, view: TurnView) -> Iterator[Entity]:
        """Give what a turn is as a whole."""
        yield from self._lone_name(view)
        yield from self._lone_numbers(view)

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
            yield from _made(view, "words", Found(EntityType.PERSON, pieces[0], pieces[-1] + 1, 0.6, "name"))

    def _lone_numbers(self, view: TurnView) -> Iterator[Entity]:
        """A turn that is hardly more than numbers answers something, asked or not; a strange word in it is a name."""
        written = view.written
        runs = [r for r in written.runs if len(r.code) >= 4 and r.digits >= 2 and not is_amount(written, r)]
        inside = {i for run in written.runs for i in range(run.first, run.last)}
        rest = [i for i, p in enumerate(written.pieces) if i not in inside and p.kind not in (Kind.FILLER, Kind.SYMBOL)]
        if not runs or len(rest) > _LONE_TALK or any(_is_year(r) for r in runs if len(runs) == 1):
            return
        for run in runs:
            kind = likely_type(run.code)[0] if len(run.code) >= 7 else EntityType.ID_NUMBER
            yield from _made(view, "written", Found(kind, run.first, run.last, _BESIDE, "number"))
        for index in rest:
            key = self._reader.key(written, index)
            if self._vocabulary.is_name(key) or (self._reader.is_likely(key) and key not in _LABELS):
                kind = EntityType.LOCATION if key in self._vocabulary.places else EntityType.PERSON
                yield from _made(view, "words", Found(kind, index, index + 1, _BESIDE, "beside a number"))
            elif key in self._vocabulary.places:
                place = Found(EntityType.LOCATION, index, index + 1, _BESIDE, "place beside a number")
                yield from _made(view, "words", place)


def _made(view: TurnView, read: str, found: Found) -> Iterator[Entity]:
    evidence = Evidence(recognizer="LoneAnswer", view=read, pattern=found.pattern)
    made = view.entity(found.first, found.last, found.type, found.score, evidence)
    if made is not None:
        yield made


def _is_year(run: Run) -> bool:
    return len(run.code) == 4 and run.code[:2] in ("19", "20")
