"""Which seconds of a channel sound like speech, judged by loudness and colour alone, without a recogniser.

Speech is loud and quiet by turns within a second, has quiet moments, and changes between dark sounds and bright ones.
Tones, ringing, hum, steady noise and most music miss one of these. What is called speech too often costs a look by a
person; speech that noise less than 10 dB fainter lies under is not seen here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from pipeline.redaction.audio import Samples
from pipeline.redaction.band_powers import RATE, band_powers

_DARK_AND_BRIGHT_HZ: Final = ((250, 1_000), (1_000, 3_500))
# Nothing at all has a level and a colour too.
_FAINTEST: Final = 1e-10
# Measured on 400 s of telephone speech and on tones, ringing, noise and made music (ADR 0018).
_AUDIBLE_DB: Final = -50.0
_LEAST_SWING_DB: Final = 5.0
_LEAST_QUIET: Final = 0.1
_LEAST_COLOUR_DB: Final = 3.0
# Of 795 seconds of speech two were darker; ringing at 400 to 480 Hz, through GSM too, had 18.2 or more.
_DARKEST_DB: Final = 18.0
_QUIET_BELOW_DB: Final = 10.0
_HEARD_BELOW_DB: Final = 15.0


def speech_seconds(blocks: Iterable[Samples], *, sample_rate: int, channel: int) -> NDArray[np.bool_]:
    """Say of each whole second of a channel whether it sounds like speech; a last part of a second is left out.

    Args:
        blocks: the sound from its start, `(frames, channels)` in -1..1.
        sample_rate: of the blocks.
        channel: which of them.
    """
    stream = soxr.ResampleStream(sample_rate, RATE, 1, dtype="float32")
    held = np.zeros(0, np.float32)
    told: list[NDArray[np.bool_]] = []
    for block in blocks:
        held = np.concatenate([held, stream.resample_chunk(np.ascontiguousarray(block[:, channel]))])
        whole = len(held) // RATE
        told.append(_judged(held[: whole * RATE]))
        held = held[whole * RATE :]
    held = np.concatenate([held, stream.resample_chunk(np.zeros(0, np.float32), last=True)])
    told.append(_judged(held[: len(held) // RATE * RATE]))
    return np.concatenate(told)


def _judged(samples: Samples) -> NDArray[np.bool_]:
    if not len(samples):
        return np.zeros(0, dtype=bool)
    powers = band_powers(samples.reshape(-1, RATE), _DARK_AND_BRIGHT_HZ) + _FAINTEST
    dark, bright = powers[:, 0], powers[:, 1]
    level, colour = 10 * np.log10(dark + bright), 10 * np.log10(dark / bright)
    loud = np.percentile(level, 75, axis=1)
    swing = level.std(axis=1)
    quiet = (level < loud[:, None] - _QUIET_BELOW_DB).mean(axis=1)
    heard = level > loud[:, None] - _HEARD_BELOW_DB
    # The loud part is heard in every second, so that none is without a number.
    heard_colour = np.where(heard, colour, np.nan)
    colours, usual_colour = np.nanstd(heard_colour, axis=1), np.nanmedian(heard_colour, axis=1)
    is_speech: NDArray[np.bool_] = (
        (loud > _AUDIBLE_DB)
        & (swing >= _LEAST_SWING_DB)
        & (quiet >= _LEAST_QUIET)
        & (colours >= _LEAST_COLOUR_DB)
        & (usual_colour <= _DARKEST_DB)
    )
    return is_speech
