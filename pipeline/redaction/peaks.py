"""How loud a sound file is along its length, as few numbers: what a waveform is drawn from."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.redaction.audio import blocks, describe

LOUDEST: Final = 127
_A_SECOND: Final = 20
_FEWEST: Final = 400
_MOST: Final = 9000


def find_peaks(sound: bytes) -> tuple[tuple[int, ...], ...]:
    """Give for each channel the highest level in each of some hundred or thousand equal stretches, 0 to `LOUDEST`.

    Levels are relative to the loudest of the file; a silent file is all zeros.

    Raises:
        InvalidInput: no sound file of ours.
    """
    facts = describe(sound)
    wanted = min(_MOST, max(_FEWEST, facts.duration_ms * _A_SECOND // 1000))
    each = max(1, -(-facts.frames // wanted))
    found = np.zeros((-(-facts.frames // each), facts.channels), np.float32)
    at = 0
    for block in blocks(sound):
        starts = np.unique(np.concatenate(([0], np.arange(-at % each, len(block), each))))
        tops = np.maximum.reduceat(np.abs(block), starts, axis=0)
        place = slice(at // each, at // each + len(tops))
        found[place] = np.maximum(found[place], tops)
        at += len(block)
    loudest = float(found.max())
    levels = np.rint(found * (LOUDEST / loudest if loudest else 0.0)).astype(int)
    return tuple(tuple(channel) for channel in levels.T.tolist())
