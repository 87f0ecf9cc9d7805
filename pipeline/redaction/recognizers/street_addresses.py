"""Street addresses: a number, a few words and a street word, and the town, state and code that follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.normalise import Kind, Written
from pipeline.redaction.read_turn import ReadTurn
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

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find addresses by their street word, state or box."""
        written = turn.written
        keys = [self._word(written, i) for i in range(len(written.pieces))]
        yield from self._announced(written, keys)
        for index, key in enumerate(keys):
            first = self._start(written, keys, index) if key in STREET_WORDS else None
            if first is not None:
                if key in _SURE_STREETS or index - first > 1:
                    yield Found(T.STREET_ADDRESS, first, self.tail(written, index + 1), 0.8, "street")
            elif key == "box" and index and keys[index - 1] in ("po", "o", "post", "office"):
                yield Found(T.STREET_ADDRESS, index - 1, self.tail(written, index + 1), 0.8, "box")
            elif self._is_before_code(written, keys, index):
                start = (
                    self._town_start(keys, index)
                    if keys[index] in STATE_CODES or self._is_state_name(keys, index)
                    else index
                )
                yield Found(T.LOCATION, max(start, 0), self.tail(written, index + 1), 0.6, "place and code")
            elif self._is_state(keys, index) and self._is_town_before(written, keys, index):
                yield Found(T.LOCATION, self._town_start(keys, index), self.tail(written, index + 1), 0.6, "state")

    def _announced(self, written: Written, keys: list[str]) -> Iterable[Found]:
        """After "my address is" or "deliver to", and where a turn is only a number and strange words."""
        spoken = [p.kind is not Kind.FILLER and not (k and self._vocabulary.is_talk(k) and k not in _LONE_TALK)
                  for p, k in zip(written.pieces, keys, strict=True)]  # fmt: skip
        first = next(
            (i for i in range(len(keys)) if keys[i] in _ANNOUNCING and keys[i : i + 2] != ["email", "address"]), None
        )
        if first is not None and keys[first - 1 if first else 0] not in ("email", "mail", "ip", "web", "this", "what"):
            start = first + 1
            while start < len(keys) and keys[start] in _AFTER_ANNOUNCING:
                start += 1
            end = self.tail(written, start)
            if self._is_telling(written, keys, start, end):
                yield Found(T.STREET_ADDRESS, start, end, 0.7, "announced")
            return
        numbered = len(keys) <= _LONE and all(spoken) and any(2 <= len(r.code) <= 6 for r in written.runs)
        if numbered and self._is_telling(written, keys, 0, len(keys)):
            yield Found(T.STREET_ADDRESS, 0, len(keys), 0.44, "alone")

    def _is_telling(self, written: Written, keys: list[str], first: int, last: int) -> bool:
        """Say whether a stretch has a number and a word that is no talk, or two strange words."""
        strange = sum(
            self._vocabulary.is_stranger(k) or k in self._vocabulary.places for k in keys[first:last] if len(k) > 2
        )
        code = any(p.is_code for p in written.pieces[first:last])
        other = sum(bool(k) and len(k) > 2 and not self._vocabulary.is_talk(k) for k in keys[first:last])
        return (code and (strange >= 1 or other >= 2)) or strange >= 2

    def tail(self, written: Written, at: int) -> int:
        """Give the end of what follows a street: unit, town, state, code; it ends at a word of ordinary talk."""
        end = at
        for index in range(at, min(at + _TAIL, len(written.pieces))):
            piece, key = written.pieces[index], self._word(written, index)
            if (len(piece.text) < 8 and (piece.is_code or piece.kind is Kind.ORDINAL)) or self._is_place_word(key):
                end = index + 1
            elif piece.kind is not Kind.FILLER and key not in _CONNECTING and not self._state_next(written, index):
                break
        return end

    def _state_next(self, written: Written, index: int) -> bool:
        return index + 1 < len(written.pieces) and self._word(written, index + 1) in _CLEAR_STATES

    def _start(self, written: Written, keys: list[str], street: int) -> int | None:
        """Walk left from a street word over its name to its number; None when neither is there."""
        index = street - 1
        while index >= 0 and street - index <= _NAME_PIECES and self._is_street_name(written, keys, index):
            index -= 1
        if index >= 0 and street - index <= _NAME_PIECES and written.pieces[index].kind is Kind.DIGITS:
            while index and (written.pieces[index - 1].is_code or written.pieces[index - 1].kind is Kind.FILLER):
                index -= 1
            return index - 1 if index and keys[index - 1] in UNIT_WORDS else index
        if index + 1 < street and (written.pieces[index + 1].is_code or written.pieces[index + 1].kind is Kind.ORDINAL):
            return index + 1
        named = index + 1 < street and keys[street] in _SURE_STREETS
        if not named or self._vocabulary.is_talk(keys[street - 1]):
            return None
        first = street - 1
        while first - 1 > index and not self._vocabulary.is_talk(keys[first - 1]):
            first -= 1
        return first

    def _is_street_name(self, written: Written, keys: list[str], index: int) -> bool:
        piece, key = written.pieces[index], keys[index]
        if piece.kind in (Kind.ORDINAL, Kind.LETTER, Kind.FILLER, Kind.MONTH):
            return True
        return piece.kind is Kind.WORD and key not in _NOT_IN_STREETS

    def _is_place_word(self, key: str) -> bool:
        if not key:
            return False
        if key in self._vocabulary.place_starts or key in STATE_CODES or key in COMPASS or key in STREET_WORDS:
            return True
        return key in UNIT_WORDS or key in _STREET_TALK or not self._vocabulary.is_talk(key)

    def _is_before_code(self, written: Written, keys: list[str], index: int) -> bool:
        """Say whether a place is followed by what can be its postal code."""
        if keys[index] not in self._vocabulary.places and not self._is_state_name(keys, index):
            return False
        return any(r.first == index + 1 and 4 <= len(r.code) <= 9 for r in written.runs)

    def _is_state_name(self, keys: list[str], index: int) -> bool:
        two = " ".join(keys[max(0, index - 1) : index + 1])
        return two in self._vocabulary.places or keys[index] in _CLEAR_STATES or keys[index] in _STATES

    def _is_state(self, keys: list[str], index: int) -> bool:
        return keys[index] in _CLEAR_STATES or (
            keys[index] in self._vocabulary.places and index > 0 and keys[index - 1] in self._vocabulary.places
        )

    def _is_town_before(self, written: Written, keys: list[str], index: int) -> bool:
        key = keys[index - 1] if index else ""
        town = key in self._vocabulary.places or " ".join(keys[max(0, index - 2) : index]) in self._vocabulary.places
        return town or self._vocabulary.is_stranger(key)

    def _town_start(self, keys: list[str], index: int) -> int:
        return index - 2 if index > 1 and " ".join(keys[index - 2 : index]) in self._vocabulary.places else index - 1

    def _word(self, written: Written, index: int) -> str:
        piece = written.pieces[index]
        if piece.kind in (Kind.DIGITS, Kind.ORDINAL, Kind.FILLER):
            return ""
        return written.tokens[piece.first].key


_CLEAR_STATES: Final = STATE_CODES - word_set("in or me hi oh ok id us act co pa ma la de al")
_STATES: Final = word_set(
    "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois "
    "indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri "
    "montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington "
    "wisconsin wyoming jersey hampshire york mexico carolina dakota"
)
_LONE: Final = 14
_ANNOUNCING: Final = frozenset({"address", "adress", "deliver", "delivered", "ship", "shipped"})
_AFTER_ANNOUNCING: Final = word_set(
    "is it it's to the at as was my new no number will be would that its a your his her this"
)
_LONE_TALK: Final = word_set(
    "no in near opposite of back house flat apartment unit room building road street town city main new old"
)
_CONNECTING: Final = word_set("in the of , . comma - # oh zip zipcode code postcode near opposite back")
_NOT_IN_STREETS: Final = word_set(
    "is are was were am be i you he she it we they my your his her our their and to for with from this "
    "that these those "
    "have has had do does did can could will would want need please yes yeah no nope okay ok on at in by "
    "about or but so "
    "if then what where when how which who not just going get got live lives living moved new address it's its i'm "
    "that's there here number dollars minutes hours days weeks months years percent pm am"
)
_STREET_TALK: Final = word_set(
    "high main church school park mill station bridge market garden green white black red blue brown long old new "
    "church spring summer autumn winter sunset lake river valley forest hill oak west east front center centre king "
    "queen state county city town saint st lower upper middle first second third fourth fifth road apartment apt unit "
    "flat suite house mall room box hotel"
)
