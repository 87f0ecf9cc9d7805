"""The Rampart model over turns: names and parts of addresses in uncased text, decided a word at a time.

Long turns are read in overlapping windows; what a window says near its edge is trusted least. Batches have a few fixed
shapes, so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.redaction.models import DetectionModels

_WINDOW: Final = 128
_STEP: Final = 96
_LENGTHS: Final = (8, 16, 32, 64, _WINDOW)
_BATCH_TOKENS: Final = 2048
_TYPES: Final = {
    "GIVEN_NAME": "PERSON", "SURNAME": "PERSON", "BUILDING_NUMBER": "STREET_ADDRESS", "STREET_NAME": "STREET_ADDRESS",
    "SECONDARY_ADDRESS": "STREET_ADDRESS", "CITY": "LOCATION", "STATE": "LOCATION", "ZIP_CODE": "ZIP_CODE",
}  # fmt: skip

Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of words of one type; `score` is the least sure word's chance of being personal."""

    start: int
    end: int
    type: str
    score: float


@dataclass(frozen=True, slots=True)
class _Window:
    text: int
    first: int
    ids: tuple[int, ...]


class RampartFinder:
    """Finds names and address parts."""

    def __init__(self, models: DetectionModels, *, threshold: float = 0.3) -> None:
        self._session = models.rampart
        self._tokenizer = models.tokenizer
        self._types = tuple(_TYPES.get(label.partition("-")[2]) for label in models.labels)
        self._threshold = threshold

    def find(self, texts: Sequence[str]) -> list[tuple[Part, ...]]:
        """Give the parts of each text, in order of the texts."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        start, end = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        windows = [
            _Window(index, first, (start, *encoding.ids[first : first + _WINDOW - 2], end))
            for index, encoding in enumerate(encodings)
            for first in _window_starts(len(encoding.ids))
        ]
        seen = self._read(windows, [len(encoding.ids) for encoding in encodings])
        return [self._parts(encoding, chances) for encoding, chances in zip(encodings, seen, strict=True)]

    def _read(self, windows: Sequence[_Window], lengths: Sequence[int]) -> list[Probabilities]:
        """Run the model over all windows, batched by length, and keep for each token its most central reading."""
        chances = [np.zeros((n, len(self._types)), dtype=np.float32) for n in lengths]
        margins = [np.full(n, -1) for n in lengths]
        ordered = sorted(windows, key=lambda w: len(w.ids))
        at = 0
        while at < len(ordered):
            width = next(n for n in _LENGTHS if n >= len(ordered[at].ids))
            batch = ordered[at : at + _BATCH_TOKENS // width]
            batch = [w for w in batch if len(w.ids) <= width]
            at += len(batch)
            for window, read in zip(batch, self._run(batch, width), strict=True):
                count = len(window.ids) - 2
                margin = np.minimum(np.arange(count), np.arange(count)[::-1])
                place = slice(window.first, window.first + count)
                better = margin > margins[window.text][place]
                chances[window.text][place][better] = read[1 : count + 1][better]
                margins[window.text][place][better] = margin[better]
        return chances

    def _run(self, batch: Sequence[_Window], width: int) -> Probabilities:
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, window in enumerate(batch):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        logits: Probabilities = self._session.run(None, inputs)[0]
        odds: Probabilities = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares: Probabilities = odds / odds.sum(axis=-1, keepdims=True)
        return shares

    def _parts(self, encoding: Any, chances: Probabilities) -> tuple[Part, ...]:
        parts: list[Part] = []
        word = -1
        for index, ((start, end), owner) in enumerate(zip(encoding.offsets, encoding.word_ids, strict=True)):
            part = self._part(start, end, chances[index])
            if owner == word and parts and parts[-1].end == start:
                # A word is personal when any of its pieces is.
                parts[-1] = replace(parts[-1], end=end)
            elif part is not None and owner == word:
                parts.append(replace(part, start=_word_start(encoding, owner)))
            elif part is not None:
                parts.append(part)
            word = owner
        return _merged(parts)

    def _part(self, start: int, end: int, chances: Probabilities) -> Part | None:
        personal = float(1 - chances[0])
        if personal < self._threshold:
            return None
        kind = self._types[1 + int(np.argmax(chances[1:]))]
        return None if kind is None else Part(start, end, kind, round(personal, 3))


def _window_starts(length: int) -> range:
    room = _WINDOW - 2
    return range(0, max(1, length - room + _STEP), _STEP) if length > room else range(min(1, length))


def _word_start(encoding: Any, word: int) -> int:
    start: int = encoding.word_to_chars(word)[0]
    return start


def _merged(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Join words of one type that stand next to each other."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last is not None and last.type == part.type and part.start - last.end <= 1:
            merged[-1] = replace(last, end=max(last.end, part.end), score=min(last.score, part.score))
        else:
            merged.append(part)
    return tuple(merged)
