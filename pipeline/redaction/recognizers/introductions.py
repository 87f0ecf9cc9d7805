"""People named by how they are spoken of: "my name is", "this is ... speaking", "thanks ...", "mister ..."."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.normalise import Written
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers.name_words import NameReader
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer
from pipeline.redaction.vocabulary import Vocabulary, read_sections

_PHRASES: Final = {
    title: tuple(tuple(entry.split()) for entry in entries) for title, entries in read_sections("announcements").items()
}
_GREETINGS: Final = frozenset(_PHRASES["greetings"])
_TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "mister", "missus", "dr", "doctor", "prof", "professor", "ma'am"}
)
_AFTER: Final = (("speaking",), ("here",), ("calling",), ("on", "the", "line"))
_GREET_ONLY: Final = frozenset({"to", "for", "from", "with", "about", "by", "and", "so", "well", "it's", "right", "no"})


class Introductions(SpokenRecognizer):
    """Names after or before the words that announce a person."""

    types: ClassVar = (T.PERSON,)

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._reader = NameReader(vocabulary)
        self._sure = _by_first(_PHRASES["sure"])
        self._weak = _by_first(_PHRASES["weak"])
        super().__init__()

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find names by announcement, by title, by "... speaking", and given names that are nothing else."""
        written = turn.written
        keys = [self._reader.key(written, i) for i in range(len(written.pieces))]
        for index, key in enumerate(keys):
            if not key:
                continue
            yield from self._announced(written, keys, index)
            if key in _TITLES and index + 1 < len(keys) and self._may_follow_title(keys[index + 1]):
                yield from self._found(index + 1, self._reader.after_sure_sign(written, index + 1), 0.8, "title")
            if self._reader.is_certain(key):
                yield from self._found(index, self._reader.after_weak_sign(written, index), 0.6, "given name")
            if self._reader.is_likely(key) and any(_starts(keys, index + 1, after) for after in _AFTER):
                yield Found(T.PERSON, index, index + 1, 0.7, "speaking")

    def _may_follow_title(self, key: str) -> bool:
        return self._reader.is_possible(key) and key not in ("will", "may", "can", "so", "do", "he")

    def _announced(self, written: Written, keys: list[str], index: int) -> Iterator[Found]:
        for phrase in self._sure.get(keys[index], ()):
            if _starts(keys, index, phrase):
                first = index + len(phrase)
                yield from self._found(first, self._reader.after_sure_sign(written, first), 0.9, "introduction")
                return
        for phrase in self._weak.get(keys[index], ()):
            if _starts(keys, index, phrase):
                yield from self._weakly(written, keys, index, phrase)
                return

    def _weakly(self, written: Written, keys: list[str], index: int, phrase: tuple[str, ...]) -> Iterator[Found]:
        first = index + len(phrase)
        if phrase[-1] in _GREET_ONLY and not (first < len(keys) and self._reader.vocabulary.is_name(keys[first])):
            return
        if first < len(keys) and phrase[-1] in _GREET_ONLY and self._reader.vocabulary.is_dictionary_word(keys[first]):
            return
        end = self._reader.after_weak_sign(written, first, greeted=phrase in _GREETINGS)
        yield from self._found(first, end, 0.65, "address")

    def _found(self, first: int, last: int, score: float, pattern: str) -> Iterator[Found]:
        if last > first:
            yield Found(T.PERSON, first, last, score, pattern)


def _by_first(phrases: tuple[tuple[str, ...], ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Index phrases by their first word, the longest first."""
    ordered = sorted(phrases, key=len, reverse=True)
    return {phrase[0]: tuple(p for p in ordered if p[0] == phrase[0]) for phrase in phrases}


def _starts(keys: list[str], at: int, phrase: tuple[str, ...]) -> bool:
    return tuple(keys[at : at + len(phrase)]) == phrase
