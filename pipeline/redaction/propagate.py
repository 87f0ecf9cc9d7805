"""What was learned once is hidden everywhere: names in both channels, misheard or spelled; numbers read back in part.

Learned values live for one conversation and are never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.redaction.normalise import Kind, Piece
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.name_words import AMBIGUOUS_NAMES, NameReader
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import TITLES, UNIT_WORDS, Vocabulary, bare_word, word_set

_SURE: Final = 0.6
_LEAST_DIGITS: Final = 3


@dataclass(slots=True)
class Learned:
    """What a call has taught so far, each with the turn it was learned from."""

    names: dict[str, int] = field(default_factory=dict, repr=False)
    sounds: dict[str, int] = field(default_factory=dict, repr=False)
    numbers: dict[str, tuple[EntityType, int]] = field(default_factory=dict, repr=False)
    places: dict[str, int] = field(default_factory=dict, repr=False)


class Propagation:
    """Finds again what is known to be personal in a conversation."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._reader = NameReader(vocabulary)

    def find(
        self, views: Sequence[TurnView], entities: Sequence[Entity], learned: Learned | None = None
    ) -> list[Entity]:
        """Give further entities: the same names and numbers wherever else they are said.

        Args:
            views: a conversation's turns.
            entities: found in them so far.
            learned: what the call taught before these turns; what these teach is added to it.
        """
        learned = self._learn(views, entities, Learned() if learned is None else learned)
        return [entity for view in views for entity in self._again(view, learned)]

    def _learn(self, views: Sequence[TurnView], entities: Sequence[Entity], learned: Learned) -> Learned:
        by_turn = {view.turn.index: view for view in views}
        for entity in entities:
            said = by_turn[entity.turn].turn.text[entity.span.start : entity.span.end]
            if entity.type is EntityType.PERSON and entity.score >= _SURE:
                for word in said.lower().split():
                    self._learn_name(bare_word(word.strip(".,?!'")), entity.turn, learned)
            elif entity.type is EntityType.STREET_ADDRESS and entity.score >= _SURE:
                for piece in _pieces_of(by_turn[entity.turn], entity):
                    learned.places.setdefault(piece.text.lower(), entity.turn)
            elif entity.type in NUMBER_TYPES:
                code = _code_of(by_turn[entity.turn], entity)
                if len(code) >= 4:
                    learned.numbers.setdefault(code, (entity.type, entity.turn))
        return learned

    def _learn_name(self, word: str, turn: int, learned: Learned) -> None:
        if len(word) < 3 or not word.isalpha() or word in TITLES:
            return
        if self._vocabulary.is_talk(word) or word in self._vocabulary.not_personal or word in AMBIGUOUS_NAMES:
            return
        if not self._vocabulary.is_name(word) and not self._vocabulary.is_stranger(word):
            return
        learned.names.setdefault(word, turn)
        if not self._vocabulary.is_dictionary_word(word) and word not in AMBIGUOUS_NAMES and len(word) > 3:
            learned.sounds.setdefault(sound_of(word), turn)

    def _address_again(self, view: TurnView, learned: Learned) -> Iterator[Entity]:
        """Two or more pieces of a known address in a row, one of them no word of talk, are that address again."""
        pieces = view.written.pieces
        at = 0
        while at < len(pieces):
            end = at
            while end < len(pieces) and (pieces[end].text.lower() in learned.places or pieces[end].kind is Kind.FILLER):
                end += 1
            telling = [p for p in pieces[at:end] if p.is_code or not self._vocabulary.is_talk(p.text.lower())]
            unit = pieces[at].text.lower() in UNIT_WORDS
            if end - at >= 2 and (unit or any(len(p.text) > 1 for p in telling)):
                turn = learned.places.get(pieces[at].text.lower(), view.turn.index)
                if turn != view.turn.index:
                    yield from _made(view, at, end, EntityType.STREET_ADDRESS, turn, "address")
            at = max(end, at + 1)

    def _again(self, view: TurnView, learned: Learned) -> Iterator[Entity]:
        if learned.places:
            yield from self._address_again(view, learned)
        yield from self._names_again(view, learned)
        for run in view.written.runs:
            known = _known_number(run.code, learned)
            if known is not None and known[1] != view.turn.index and not is_amount(view.written, run):
                yield from _made(view, run.first, run.last, known[0], known[1], "number")
            elif run.letters >= 3 and not run.digits and run.code.lower() in learned.names:
                turn = learned.names[run.code.lower()]
                yield from _made(view, run.first, run.last, EntityType.PERSON, turn, "spelling")

    def _names_again(self, view: TurnView, learned: Learned) -> Iterator[Entity]:
        for index, piece in enumerate(view.written.pieces):
            if piece.kind is not Kind.WORD:
                continue
            key = bare_word(view.written.tokens[piece.first].key)
            turn = learned.names.get(key)
            if turn is None and len(key) > 3 and self._vocabulary.is_stranger(key):
                turn = learned.sounds.get(sound_of(key))
            if turn is not None and turn != view.turn.index:
                yield from _made(view, index, index + 1, EntityType.PERSON, turn, "name")


def sound_of(word: str) -> str:
    """Write a name as it sounds, roughly: spellings of one name (Catherine, Kathryn) come out alike."""
    text = word.lower()
    for spelled, heard in _SOUNDS:
        text = text.replace(spelled, heard)
    first, rest = text[:1], "".join(c for c in text[1:] if c not in "aeiouyhw'")
    squeezed = first + "".join(c for i, c in enumerate(rest) if i == 0 or rest[i - 1] != c)
    return squeezed


def _pieces_of(view: TurnView, entity: Entity) -> list[Piece]:
    tokens = view.written.tokens
    return [
        p
        for p in view.written.pieces
        if tokens[p.first].start >= entity.span.start and tokens[p.last - 1].end <= entity.span.end
    ]


def _code_of(view: TurnView, entity: Entity) -> str:
    return "".join(p.text for p in _pieces_of(view, entity) if p.is_code).lower()


def _known_number(code: str, learned: Learned) -> tuple[EntityType, int] | None:
    code = code.lower()
    if len(code) < _LEAST_DIGITS:
        return None
    for known, source in learned.numbers.items():
        if code in known or (len(known) >= 4 and known in code):
            return source
    return None


def _made(view: TurnView, first: int, last: int, type: EntityType, turn: int, pattern: str) -> Iterator[Entity]:
    evidence = Evidence(recognizer="Propagation", view="conversation", pattern=pattern, learned_from_turn=turn)
    made = view.entity(first, last, type, 0.6, evidence)
    if made is not None:
        yield made


_SOUNDS: Final = tuple(
    tuple(pair.split("="))
    for pair in sorted(
        word_set(
            "ph=f ck=k gh=g kn=n wr=r sch=sk tch=c ch=c sh=c th=t ce=se ci=si cy=si c=k q=k x=ks z=s dg=j v=f j=g"
        ),
        key=lambda pair: (-len(pair), pair),
    )
)
