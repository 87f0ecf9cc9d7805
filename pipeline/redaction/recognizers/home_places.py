"""Towns told by how people speak of their lives: "I live in ...", "go to school in ...", "I'm from ..."."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.normalise import Kind, Written
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer
from pipeline.redaction.vocabulary import Vocabulary, bare_word, word_set

_VERBS: Final = word_set(
    "live lives living lived born grew raised moved move moving school college university work works working based "
    "staying stay reside resides residing settled town city home house flat apartment mill office"
)
_PREPOSITIONS: Final = word_set("in at near from to outside around")
_FROM: Final = word_set("i'm im am we're come comes coming originally")
_REACH: Final = 4
_LONGEST: Final = 3


class HomePlaces(SpokenRecognizer):
    """A place after a word of dwelling and a preposition. Never a word of ordinary talk, unless it is a known town."""

    types: ClassVar = (T.LOCATION,)

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        super().__init__()

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find the words that name where somebody lives, learns or works."""
        written = turn.written
        keys = [written.tokens[p.first].key if p.kind is Kind.WORD else "" for p in written.pieces]
        for index, key in enumerate(keys):
            if key not in _PREPOSITIONS or not self._dwells(keys, index):
                continue
            last = index + 1
            while last < len(keys) and last - index <= _LONGEST:
                if not self._may_be_place(written, keys[last], last, is_first=last == index + 1):
                    break
                last += 1
            if last > index + 1:
                yield Found(T.LOCATION, index + 1, last, 1.0, "where somebody lives")

    def _dwells(self, keys: list[str], index: int) -> bool:
        before = keys[max(0, index - _REACH) : index]
        if keys[index] == "from":
            return bool(before) and before[-1] in _FROM
        return any(word in _VERBS for word in before)

    def _may_be_place(self, written: Written, key: str, index: int, *, is_first: bool) -> bool:
        if not key or key in self._vocabulary.not_personal or key in _NO_PLACES:
            return False
        if bare_word(key) in self._vocabulary.place_starts:
            return True
        # A capital inside a sentence is what a recogniser gives a name; without one only an unknown word will do.
        said = written.tokens[written.pieces[index].first].text
        is_capital = said[:1].isupper() and not said.isupper()
        if is_capital or not is_first:
            return is_capital
        return self._vocabulary.is_stranger(key) and not self._vocabulary.is_talk(key)


_NO_PLACES: Final = word_set(
    "i i'm i'll i'd i've monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december english spanish french german marketing sales finance "
    "accounting retail engineering it hr logistics banking nursing construction support insurance"
)
