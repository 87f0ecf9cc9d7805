"""Recordings whose redaction an older detector made, and the newer one that finds it anew."""

from __future__ import annotations

from typing import ClassVar

from pipeline.model.entity import EntityType
from pipeline.model.recording import Recording
from tests.corrections import published
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import WordDetector


class Second(WordDetector):
    """The next version: it finds one word more."""

    version = "2"
    _WORDS: ClassVar = {**WordDetector._WORDS, "thanks": EntityType.LOCATION}


class First(WordDetector):
    """The version that made what there is."""

    version = "1"


class SecondAlike(WordDetector):
    """The next version, which finds the very same."""

    version = "2"


class SecondLess(WordDetector):
    """The next version, which no longer takes one word for a name."""

    version = "2"
    _WORDS: ClassVar = {"5551234": EntityType.PHONE_NUMBER}


def made_by_first(line: Line, *, spoken: str | None = None) -> Recording:
    """A published recording that the first version detected."""
    older = line.with_parts(detector=First())
    return published(older) if spoken is None else published(older, spoken=spoken)
