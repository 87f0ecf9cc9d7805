"""Calls written and labelled by hand, told anew: other names, other digits, other noise, the same course of talk.

One in seven is kept back from the tagger, for learning what each piece of evidence is worth.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.redaction.evaluation.dialogues import parse_dialogues
from pipeline.redaction.evaluation.labelled import Label, LabelledConversation
from pipeline.redaction.training.dialogues import Dialogue, SpokenTurn
from pipeline.redaction.training.exchanges import Material
from pipeline.redaction.training.noise import Labelled, formatted, roughen
from pipeline.redaction.training.shipped import shipped_texts

_KEPT_BACK: Final = 7
_OTHER_NAMES: Final = 0.6
_OTHER_DIGITS: Final = 0.7
_FORMATTED: Final = 0.08
_DIGITS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAME: Final = re.compile(r"([^\W\d_]{3,})('s|[.,?!])?")
_SPELLING: Final = frozenset({"for", "and", "like", "double", "triple", "the", "with", "dash", "hyphen", "capital"})
"""What stands between the letters of a spelled name; the word after "for" or "like" is no name either."""
_EXPLAINING: Final = frozenset({"as", "in", "for", "like"})


def load_by_hand(*, kept_back: bool) -> list[LabelledConversation]:
    """Read the shipped dialogues: those kept back from the tagger, or all others.

    Raises:
        InvalidInput: a file is not as it should be.
    """
    read = [d for name, text in shipped_texts("by_hand") for d in parse_dialogues(text, name=name)]
    return [d for d in read if (zlib.crc32(d.id.encode()) % _KEPT_BACK == 0) == kept_back]


def told_anew(
    dialogues: Sequence[LabelledConversation], material: Material, *, times: int, seed: int
) -> Iterator[Dialogue]:
    """Tell each dialogue some times, the first time nearly as it was written."""
    for time in range(times):
        for dialogue in dialogues:
            rng = Random(f"{seed}:{time}:{dialogue.id}")
            yield _told(rng, dialogue, material, is_first=time == 0)


@dataclass(slots=True, kw_only=True)
class _Changes:
    """What one telling has instead of what was written: names as they come up, digits from the beginning."""

    rng: Random
    material: Material = field(repr=False)
    digits: dict[str, str] = field(repr=False)
    names: dict[str, str] | None = field(repr=False)

    def of(self, word: Labelled, before: str) -> Labelled:
        """Give the word that stands here now; `before` is the one said before it."""
        if word.type is None:
            return word
        if word.type is not EntityType.PERSON:
            return replace(word, text=self.digits.get(word.text, word.text))
        name = _NAME.fullmatch(word.text)
        if self.names is None or name is None or word.text in _SPELLING or before.lower() in _EXPLAINING:
            return word
        said, ending = name.group(1), name.group(2) or ""
        key = said.lower()
        if key not in self.names:
            known = self.material.words[self.rng.choice(("given_names", "given_names", "surnames"))]
            self.names[key] = self.rng.choice(known).split()[0]
        other = self.names[key].title() if said[0].isupper() else self.names[key]
        return replace(word, text=other + ending)


def _told(rng: Random, dialogue: LabelledConversation, material: Material, *, is_first: bool) -> Dialogue:
    has_names = not is_first and rng.random() < _OTHER_NAMES
    has_digits = not is_first and rng.random() < _OTHER_DIGITS
    digits = dict(zip(_DIGITS, rng.sample(_DIGITS, len(_DIGITS)), strict=True)) if has_digits else {}
    changes = _Changes(rng=rng, material=material, digits=digits, names={} if has_names else None)
    level = 0.0 if is_first else rng.choice((0.0, 0.5, 1.0, 1.5))
    is_formatted = not is_first and rng.random() < _FORMATTED
    turns: list[SpokenTurn] = []
    mention = 0
    for turn, labels in ((t.turn, t.labels) for t in dialogue.turns):
        written = list(_words(turn.text, labels, mention))
        before = ["", *(word.text for word in written)]
        words = [changes.of(word, last) for word, last in zip(written, before, strict=False)]
        mention += len(labels) + 1
        words = roughen(rng, words, level=level)
        turns.append(SpokenTurn(speaker=turn.speaker, words=tuple(formatted(rng, words) if is_formatted else words)))
    return Dialogue(id=f"{dialogue.id}-anew", turns=tuple(t for t in turns if t.words))


def _words(text: str, labels: Sequence[Label], mention: int) -> Iterator[Labelled]:
    at = 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        touched = [(i, label) for i, label in enumerate(labels) if label.span.start < at and start < label.span.end]
        if not touched:
            yield Labelled(text=word, mention=mention)
            continue
        index, label = touched[0]
        # To hide a public figure's name is never wrong, and whose name is public is not for a tagger to know.
        is_free = label.is_optional and label.type != EntityType.PERSON.value
        kind = None if is_free else EntityType(label.type)
        yield Labelled(text=word, type=kind, free=is_free, mention=mention + 1 + index)
