"""Whether a spoken answer is a clear yes or a clear no. Anything else is unclear, and unclear permits nothing.

What was said comes in and goes nowhere: only which of our own phrases it was leaves this file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipeline.model.consent import Outcome
from pipeline.policies.loader import load_scripts

SURE: Final = 0.7
"""The least confidence of the recogniser at which its words count."""
_NOT_WORDS: Final = re.compile(r"[^\w']+")
_NUMBER: Final = re.compile(r"[01](\.[0-9]{1,20})?")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A spoken answer. `phrase` is the one of ours that it was, None where it was none; `confidence` of 0 to 1."""

    outcome: Outcome
    phrase: str | None = None
    confidence: float | None = None


def hear(speech: str, confidence: str, *, locale: str) -> Heard:
    """Take the whole of what was said for one of the locale's phrases, or for nothing.

    Where a yes and a no are both in it, it is a no.

    Args:
        speech: what the recogniser wrote; empty where nobody spoke.
        confidence: as the recogniser gave it; what is not a number of 0 to 1 makes the answer unclear.
        locale: the language that was listened for.

    Raises:
        NotFound: no scripts for that locale.
    """
    said = _fold(speech[:_LONGEST])
    sureness = _sureness(confidence)
    if not said:
        return Heard(outcome=Outcome.NO_ANSWER)
    if sureness is None or sureness < SURE or len(speech) > _LONGEST:
        return Heard(outcome=Outcome.UNCLEAR, confidence=sureness)
    answers = load_scripts(locale).answers
    refusal, agreement = _within(said, answers.refuse), _within(said, answers.agree)
    if refusal is not None and (agreement is not None or _fold(refusal) == said):
        return Heard(outcome=Outcome.DECLINED, phrase=refusal, confidence=sureness)
    if agreement is not None and _fold(agreement) == said:
        return Heard(outcome=Outcome.GRANTED, phrase=agreement, confidence=sureness)
    return Heard(outcome=Outcome.UNCLEAR, confidence=sureness)


def _within(said: str, phrases: Iterable[str]) -> str | None:
    """Find the longest of our phrases that stands in what was said as whole words."""
    found = (phrase for phrase in phrases if f" {_fold(phrase)} " in f" {said} ")
    return max(found, key=len, default=None)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return _NOT_WORDS.sub(" ", folded).strip()


def _sureness(text: str) -> float | None:
    number = float(text) if _NUMBER.fullmatch(text) else None
    return number if number is not None and number <= 1 else None
