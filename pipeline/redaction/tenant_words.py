"""What a tenant wants of what was found: its types and thresholds, its own words hidden always, others never.

A word to hide is found as it is written, spelled letter by letter, with a possessive, or misheard where no dictionary
knows what was written for it. A word to keep clears a finding that is nothing else, and only where the word was not
told as somebody's name in the same call: an assistant is called Nova, and one day a caller will be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.redaction.alike import Sound, sound
from pipeline.redaction.normalise import Kind, Written
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.recognizers.introductions import Introductions
from pipeline.redaction.said_value import SpokenWord, locate_words, spoken_words
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import TITLES, Vocabulary, read_sections

_OWN_SIDE: Final = frozenset({"agent", "assistant", "bot", "system"})
"""Parties whose own introduction tells no caller's name."""
_GIVES_A_NAME: Final = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, read_sections('announcements')['sure']))}|this is|i am|i'm|im|it is|it's"
    r"|called|named|my name)$"
)
"""What somebody says just before giving a name."""
_WAS_A_NAME: Final = re.compile(r"^(?:is|was|'s) (?:my|the) name\b")
"""What somebody says just after giving a name."""
_INTRODUCED: Final = frozenset({"introduction", "speaking"})
"""Patterns of `Introductions` by which somebody gives the own name; the others greet, or speak of somebody."""
_LEAST_HEARD: Final = 5
"""How long a word is at least for a like sound to count: shorter ones sound like too many others."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A word or phrase of a list, as its words, how they sound, and joined."""

    words: tuple[str, ...] = field(repr=False)
    sounds: tuple[Sound, ...] = field(repr=False)
    code: str = field(repr=False)


class _Phrases:
    """A list, by what a word of a turn must be so that a phrase can begin with it: a turn is not held against each."""

    def __init__(self, words: Sequence[str]) -> None:
        self.all = _read(words)
        self._by_beginning: dict[str, list[_Phrase]] = {}
        self._by_word: dict[str, list[_Phrase]] = {}
        self._by_frame: dict[str, list[_Phrase]] = {}
        for phrase in self.all:
            for end in range(1, len(phrase.code) + 1):
                self._by_beginning.setdefault(phrase.code[:end], []).append(phrase)
            self._by_word.setdefault(phrase.words[0], []).append(phrase)
            self._by_frame.setdefault(phrase.sounds[0].frame, []).append(phrase)

    def written(self, word: str) -> Sequence[_Phrase]:
        """Give the phrases that begin with all signs of a word."""
        return self._by_beginning.get(word, ())

    def heard(self, word: str, sound: Sound | None) -> Iterator[_Phrase]:
        """Give the phrases whose first word is this one, or may have been heard as it."""
        yield from self._by_word.get(word, ())
        if sound is not None:
            yield from (phrase for phrase in self._by_frame.get(sound.frame, ()) if phrase.words[0] != word)


class TenantWords:
    """Applies a tenant's profile to what was found in a conversation."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def apply(self, found: Sequence[Entity], views: Sequence[TurnView], profile: RedactionProfile) -> list[Entity]:
        """Give what of the findings is wanted, and the tenant's own words wherever they were said."""
        wanted = [entity for entity in found if profile.hides(entity.type, entity.score)]
        if profile.keep_words:
            wanted = _without_kept(wanted, views, profile.keep_words)
        if not profile.hide_words:
            return wanted
        phrases = _indexed(profile.hide_words)
        return wanted + [entity for view in views for entity in self._said(view, phrases)]

    def _said(self, view: TurnView, phrases: _Phrases) -> Iterator[Entity]:
        words = locate_words(view.written)
        strange = {text: sound(text) for text in {word.text for word in words} if self._is_strange(text)}
        for at, word in enumerate(words):
            for phrase in phrases.written(word.text):
                end = _end_of(phrase, words, at)
                if end is not None:
                    pattern = "spelling" if _is_spelled(view.written, words[at:end]) else "tenant list"
                    yield from _made(view, words[at:end], pattern)
            for phrase in phrases.heard(word.text, strange.get(word.text)):
                heard = words[at : at + len(phrase.words)]
                if _is_misheard(phrase, heard, strange) and _end_of(phrase, words, at) is None:
                    yield from _made(view, heard, "sound")

    def _is_strange(self, word: str) -> bool:
        return len(word) >= _LEAST_HEARD and not self._vocabulary.is_dictionary_word(word)


@lru_cache(maxsize=16)
def _indexed(words: tuple[str, ...]) -> _Phrases:
    """Read a list once: a conversation comes turn by turn, too."""
    return _Phrases(words)


def _without_kept(found: list[Entity], views: Sequence[TurnView], keep_words: tuple[str, ...]) -> list[Entity]:
    """Drop what is nothing but a word to keep, unless somebody in this call is called by it."""
    turns = {view.turn.index: view for view in views}
    told = {word for entity in found if _tells_a_name(entity, turns) for word in _words(entity, turns)}
    kept = {phrase.code for phrase in _indexed(keep_words).all if not set(phrase.words) <= told}
    return [entity for entity in found if "".join(_words(entity, turns)) not in kept]


def _tells_a_name(entity: Entity, turns: Mapping[int, TurnView]) -> bool:
    """Say whether a finding answers a question, or is how somebody on the other side gives a name."""
    if any(evidence.question_turn is not None for evidence in entity.evidence):
        return True
    view = turns[entity.turn]
    if view.turn.speaker.lower() in _OWN_SIDE:
        return False
    if any(e.recognizer == Introductions.__name__ and e.pattern in _INTRODUCED for e in entity.evidence):
        return True
    before = " ".join(token.key for token in view.written.tokens if token.end <= entity.span.start)
    after = " ".join(token.key for token in view.written.tokens if token.start >= entity.span.end)
    return bool(_GIVES_A_NAME.search(before) or _WAS_A_NAME.match(after))


def _words(entity: Entity, turns: Mapping[int, TurnView]) -> list[str]:
    said = turns[entity.turn].turn.text[entity.span.start : entity.span.end]
    return [word for word in spoken_words(said) if word not in TITLES]


def _read(words: Sequence[str]) -> tuple[_Phrase, ...]:
    spoken = (tuple(spoken_words(word)) for word in words)
    return tuple(_Phrase(w, tuple(map(sound, w)), "".join(w)) for w in dict.fromkeys(spoken) if w)


def _is_misheard(phrase: _Phrase, words: Sequence[SpokenWord], strange: Mapping[str, Sound]) -> bool:
    return len(words) == len(phrase.words) and all(
        word.text == wanted
        or (len(wanted) >= _LEAST_HEARD and word.text in strange and strange[word.text].is_like(its_sound))
        for word, wanted, its_sound in zip(words, phrase.words, phrase.sounds, strict=True)
    )


def _end_of(phrase: _Phrase, words: Sequence[SpokenWord], at: int) -> int | None:
    """Give where a phrase that begins with a word ends, however its letters are parted; None where it does not."""
    joined = ""
    for end in range(at, len(words)):
        joined += words[end].text
        if joined == phrase.code:
            return end + 1
        if not phrase.code.startswith(joined):
            return None
    return None


def _is_spelled(written: Written, words: Sequence[SpokenWord]) -> bool:
    pieces = written.pieces[words[0].first : words[-1].last]
    return any(piece.kind is Kind.LETTER for piece in pieces)


def _made(view: TurnView, words: Sequence[SpokenWord], pattern: str) -> Iterator[Entity]:
    evidence = Evidence(recognizer="TenantWords", view="words", pattern=pattern)
    made = view.entity(words[0].first, words[-1].last, EntityType.TENANT_WORD, 1.0, evidence)
    if made is not None:
        yield made
