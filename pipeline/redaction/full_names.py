"""Surnames that are ordinary words ("brown", "cook"), told by the given name that stands before them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.redaction.normalise import Kind
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import Vocabulary, bare_word

_A_NAME: Final = 0.5
"""From this chance of the tagger's on, the word before is taken for somebody's name."""
_SCORE: Final = 0.6


class FullNames:
    """Finds full names whose second word may be any word."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._given = vocabulary.given_names | vocabulary.known_given
        self._surnames = vocabulary.surnames | vocabulary.known_surnames

    def find(self, view: TurnView) -> Iterator[Entity]:
        """Give names whose second word is on a list of surnames, with nothing said or written between the two."""
        pieces, tokens = view.written.pieces, view.written.tokens
        for at, (piece, following) in enumerate(pairwise(pieces)):
            if piece.kind is not Kind.WORD or following.kind is not Kind.WORD:
                continue
            given, surname = tokens[piece.first].key, bare_word(tokens[following.first].key)
            if surname not in self._surnames or given not in self._given or 1 - view.shares[piece.first, 0] < _A_NAME:
                continue
            evidence = Evidence(recognizer="FullNames", view="words", pattern="surname after a given name")
            made = view.entity(at, at + 2, EntityType.PERSON, _SCORE, evidence)
            if made is not None:
                yield made
