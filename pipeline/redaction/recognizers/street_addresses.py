"""Street addresses: a number, a few words and a street word, and the town, state and code that follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.normalise import Kind, Written
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer
from pipeline.redaction.vocabulary import COMPASS, STATE_CODES, STREET_WORDS, UNIT_WORDS, Vocabulary, word_set

_SURE_STREETS: Final = word_set(
    "street st road rd avenue ave lane ln boulevard blvd terrace crescent parkway highway nagar salai drive dr"
)
_NAME_PIECES: Final = 5
_TAIL: Final = 12


class StreetAddresses(SpokenRecognizer):
    """Addresses with a street word, post boxes, and towns followed by a state and a code."""

    types: ClassVar = (T.STREET_ADDRESS, T.LOCATION)

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._reader = NameReader(vocabulary)
        super().__init__()

    def find(self, written: Written) -> Iterable[Found]:
        """Find addresses by their street word, state or box."""
        keys = [self._word(written, i) for i in range(len(written.pieces))]
        for index, key in enumerate(keys):
            if key in STREET_WORDS:
                first = self._start(written, keys, index)
                if first is not None:
                    yield Found(T.STREET_ADDRESS, first, self.tail(written, index + 1), 0.8, "street")
            elif key == "box" and index and keys[index - 1] in ("po", "o", "post", "office"):
                yield Found(T.STREET_ADDRESS, index - 1, self.tail(written, index + 1), 0.8, "box")
            elif self._is_state(keys, index) and self._is_town_before(written, keys, index):
                yield Found(T.LOCATION, self._town_start(keys, index), self.tail(written, index + 1), 0.6, "state")

    def tail(self, written: Written, at: int) -> int:
        """Give the end of what follows a street: unit, town, state, code; it ends at a word of ordinary talk."""
        end = at
        for index in range(at, min(at + _TAIL, len(written.pieces))):
            piece, key = written.pieces[index], self._word(written, index)
            belongs = piece.is_code or piece.kind is Kind.ORDINAL or self._is_place_word(key)
            if belongs:
                end = index + 1
            elif piece.kind is not Kind.FILLER and key not in ("in", "the", "of", ",", ".", "comma", "-", "#", "oh"):
                break
        return end

    def _start(self, written: Written, keys: list[str], street: int) -> int | None:
        """Walk left from a street word over its name to its number; None when neither is there."""
        index = street - 1
        while index >= 0 and street - index <= _NAME_PIECES and self._is_street_name(written, keys, index):
            index -= 1
        if index >= 0 and street - index <= _NAME_PIECES and written.pieces[index].kind is Kind.DIGITS:
            while index and (written.pieces[index - 1].is_code or written.pieces[index - 1].kind is Kind.FILLER):
                index -= 1
            return index - 1 if index and keys[index - 1] in UNIT_WORDS else index
        named = index + 1 < street and keys[street] in _SURE_STREETS
        return index + 1 if named and not self._vocabulary.is_talk(keys[street - 1]) else None

    def _is_street_name(self, written: Written, keys: list[str], index: int) -> bool:
        piece, key = written.pieces[index], keys[index]
        if piece.kind in (Kind.ORDINAL, Kind.LETTER, Kind.FILLER, Kind.MONTH):
            return True
        colour = key in _STREET_TALK or key in COMPASS
        return piece.kind is Kind.WORD and (colour or key in ("'s", ",") or not self._vocabulary.is_talk(key))

    def _is_place_word(self, key: str) -> bool:
        if not key:
            return False
        if key in self._vocabulary.place_starts or key in STATE_CODES or key in COMPASS or key in STREET_WORDS:
            return True
        return key in UNIT_WORDS or key in _STREET_TALK or not self._vocabulary.is_talk(key)

    def _is_state(self, keys: list[str], index: int) -> bool:
        return keys[index] in STATE_CODES - {
            "in",
            "or",
            "me",
            "hi",
            "oh",
            "ok",
            "id",
            "us",
            "act",
            "co",
            "pa",
            "ma",
            "la",
            "de",
            "al",
        } or (keys[index] in self._vocabulary.places and index > 0 and keys[index - 1] in self._vocabulary.places)

    def _is_town_before(self, written: Written, keys: list[str], index: int) -> bool:
        return index > 0 and bool(keys[index - 1]) and not self._vocabulary.is_talk(keys[index - 1])

    def _town_start(self, keys: list[str], index: int) -> int:
        return index - 2 if index > 1 and " ".join(keys[index - 2 : index]) in self._vocabulary.places else index - 1

    def _word(self, written: Written, index: int) -> str:
        piece = written.pieces[index]
        if piece.kind in (Kind.DIGITS, Kind.ORDINAL, Kind.FILLER):
            return ""
        return written.tokens[piece.first].key


_STREET_TALK: Final = word_set(
    "high main church school park mill station bridge market garden green white black red blue brown long old new "
    "church spring summer autumn winter sunset lake river valley forest hill oak west east front center centre king "
    "queen state county city town saint st lower upper middle first second third fourth fifth road apartment apt unit "
    "flat suite house mall room box hotel"
)
