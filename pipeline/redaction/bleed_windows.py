"""The stretches of a call on which bleed is measured: about a second each, in which one channel speaks.

Each is read with a second more of the other channel on both sides, at 8 kHz, whatever the call's own rate is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import Samples, decode_frames
from pipeline.redaction.band_powers import RATE
from pipeline.redaction.media_source import Sound
from pipeline.redaction.media_wav import WavLayout

WINDOW: Final = 8_192
"""Samples of a window."""
REACH: Final = 8_000
"""Samples of the other channel before and after it."""
TOGETHER: Final = 16
"""Windows that follow each other and are judged together."""

_WINDOW_MS: Final = WINDOW * 1000 // RATE
_REACH_MS: Final = REACH * 1000 // RATE
_STEP_MS: Final = _WINDOW_MS // 2
_GRID_MS: Final = 16
# A long call is measured at one place in two minutes, at sixty at most.
_PLACE_EVERY_MS: Final = 120_000
_MOST_PLACES: Final = 60
_LEAST_PLACES: Final = 8
_SPEAKS: Final = 0.5
_IS_SOLO: Final = 0.2
# What a vendor's silence may be made of: two steps of 16 bits around its middle.
_STILL: Final = 2.5 / 32768
# Far below hearing, and above nothing at all, so that every likeness is a number.
_FAINT: Final = 2.0**-16

type _Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`is_solo` where the other channel has hardly a word within reach."""

    start_ms: int
    is_solo: bool


def choose_windows(
    words: Sequence[TimeSpan], others: Sequence[TimeSpan], *, duration_ms: int
) -> tuple[tuple[Window, ...], ...]:
    """Choose windows in which words of the one channel take up half or more, in groups that follow each other.

    Args:
        words: of the channel that speaks.
        others: of the other channel.
        duration_ms: of the call.
    """
    spoken, heard = _counted(words, duration_ms), _counted(others, duration_ms)
    found = [
        Window(start_ms=start, is_solo=_share(heard, start - _REACH_MS, start + _WINDOW_MS + _REACH_MS) <= _IS_SOLO)
        for start in range(0, duration_ms - _WINDOW_MS + 1, _STEP_MS)
        if _share(spoken, start, start + _WINDOW_MS) >= _SPEAKS
    ]
    places = min(_MOST_PLACES, max(_LEAST_PLACES, duration_ms // _PLACE_EVERY_MS))
    if len(found) <= places * TOGETHER:
        count = max(1, round(len(found) / TOGETHER))
        return tuple(
            tuple(found[i] for i in part) for part in np.array_split(np.arange(len(found)), count) if len(part)
        )
    firsts = np.linspace(0, len(found) - TOGETHER, places).astype(int)
    return tuple(tuple(found[first : first + TOGETHER]) for first in firsts)


def read_windows(
    wav: Sound, layout: WavLayout, windows: Sequence[Window], *, channel: int, on: int
) -> tuple[Samples, Samples]:
    """Give `(windows, WINDOW)` samples of the one channel and `(windows, REACH + WINDOW + REACH)` of the other.

    Raises:
        InvalidInput: the file has become shorter than its layout says.
    """
    faint = np.random.default_rng(0)
    wide = WINDOW + 2 * REACH
    speaking = np.zeros((len(windows), WINDOW), np.float32)
    other = faint.normal(0, _FAINT, (len(windows), wide)).astype(np.float32)
    for number, window in enumerate(windows):
        first = (window.start_ms - _REACH_MS) * layout.sample_rate // 1000
        last = first + -(-wide * layout.sample_rate // RATE)
        samples = decode_frames(wav, layout, max(0, first), min(last, layout.frames))
        both = np.ascontiguousarray(samples[:, [channel, on]])
        if layout.sample_rate != RATE:
            both = soxr.resample(both, layout.sample_rate, RATE)
        at = max(0, -first) * RATE // layout.sample_rate
        end = min(wide, at + len(both))
        other[number, at:end] += both[: end - at, 1]
        whole = np.zeros(wide, np.float32)
        whole[at:end] = both[: end - at, 0]
        speaking[number] = whole[REACH : REACH + WINDOW]
    return speaking, other


def is_silent_around(wav: Sound, layout: WavLayout, times: Iterable[TimeSpan], *, on: int) -> bool:
    """Say whether a channel is silent while words are said, and for as long before and after as they could be heard."""
    for time in times:
        first = max(0, time.start_ms - _REACH_MS) * layout.sample_rate // 1000
        last = min(layout.frames, (time.end_ms + _REACH_MS) * layout.sample_rate // 1000)
        if first >= last:
            return False
        samples = decode_frames(wav, layout, first, last)[:, on]
        if float(np.abs(samples - np.median(samples)).max()) > _STILL:
            return False
    return True


def _counted(times: Iterable[TimeSpan], duration_ms: int) -> _Counts:
    """Count the steps of a grid, from `_REACH_MS` before the call on, in which something is said."""
    said = np.zeros((duration_ms + 2 * _REACH_MS) // _GRID_MS + 2, dtype=np.int64)
    for time in times:
        said[_step(time.start_ms) + 1 : _step(time.end_ms - 1) + 2] = 1
    return np.cumsum(said)


def _share(counted: _Counts, start_ms: int, end_ms: int) -> float:
    """Say in how much of an interval something is said."""
    first, last = _step(start_ms), min(_step(end_ms), len(counted) - 1)
    return float(counted[last] - counted[first]) / (last - first)


def _step(at_ms: int) -> int:
    return (at_ms + _REACH_MS) // _GRID_MS
