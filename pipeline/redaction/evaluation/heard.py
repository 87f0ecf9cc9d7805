"""What of a call's labelled data is telling when it is heard: names, and three or more digits or letters in a row.

Works on words with their true times, and says of each such value whether a recogniser still makes it out at its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Turn, Word
from pipeline.redaction.evaluation.labelled import Label, LabelledConversation
from pipeline.redaction.evaluation.signs import Sign, fold, runs

NEAR_MS: Final = 500
"""How far from its place a value still counts as heard there."""
_IN_A_ROW: Final = 3
_ALIKE: Final = 0.8
_NAMED: Final = frozenset(["PERSON", "EMAIL_ADDRESS", "USERNAME", "STREET_ADDRESS", "LOCATION"])
_PLAIN: Final = frozenset((
    "and", "apartment", "avenue", "com", "dot", "drive", "example", "flat", "hundred", "lane", "net", "org", "road",
    "street", "the", "thousand", "unit",
))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A value that must not be heard: a name, or a run of signs; `words` are the places of its words in its turn."""

    is_name: bool
    text: str = field(repr=False)
    turn: int
    words: tuple[int, ...]
    channel: int
    time: TimeSpan


def secrets_of(call: LabelledConversation) -> tuple[Secret, ...]:
    """List what must not be heard of a call whose words have times; optional labels hold none."""
    return tuple(
        secret
        for labelled in call.turns
        for label in labelled.labels
        if not label.is_optional
        for secret in _secrets(labelled.turn, label)
    )


def is_heard(secret: Secret, words: Iterable[Word]) -> bool:
    """Say whether a value is made out in what a recogniser heard of the audio, at its place on its channel."""
    place = TimeSpan(max(0, secret.time.start_ms - NEAR_MS), secret.time.end_ms + NEAR_MS)
    heard = [w.text for w in words if w.channel == secret.channel and w.time.touches(place)]
    signs = fold(heard)
    said = [sign.text for sign in signs if not sign.is_single]
    if secret.is_name:
        return any(_is_alike(token, secret.text) for token in said)
    if secret.text.isalpha() and any(_is_alike(token, secret.text) for token in said):
        return True
    return any(_shares(_joined(run), secret.text) for run in runs(signs))


def _secrets(turn: Turn, label: Label) -> Iterator[Secret]:
    inside = [at for at, place in enumerate(turn.word_spans) if place.touches(label.span)]
    signs = fold([_part(turn, at, label) for at in inside])
    found = [run for run in runs(signs) if len(run) >= _IN_A_ROW]
    if label.type in _NAMED:
        found += [[sign] for sign in signs if len(sign.text) >= _IN_A_ROW and sign.text not in _PLAIN]
    for run in found:
        words = tuple(dict.fromkeys(inside[sign.word] for sign in run))
        spoken = [turn.words[at] for at in words]
        yield Secret(
            is_name=not run[0].is_single,
            text=_joined(run),
            turn=turn.index,
            words=words,
            channel=turn.channel,
            time=TimeSpan(min(w.time.start_ms for w in spoken), max(w.time.end_ms for w in spoken)),
        )


def _part(turn: Turn, at: int, label: Label) -> str:
    place = turn.word_spans[at]
    return turn.text[max(place.start, label.span.start) : min(place.end, label.span.end)]


def _joined(signs: Sequence[Sign]) -> str:
    return "".join(sign.text for sign in signs)


def _is_alike(token: str, name: str) -> bool:
    if token == name:
        return True
    if min(len(token), len(name)) <= _IN_A_ROW:
        return False
    return name in token or SequenceMatcher(None, token, name, autojunk=False).ratio() >= _ALIKE


def _shares(heard: str, secret: str) -> bool:
    return any(secret[at : at + _IN_A_ROW] in heard for at in range(len(secret) - _IN_A_ROW + 1))
