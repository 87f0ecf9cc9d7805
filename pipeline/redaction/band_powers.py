"""How much of a sound lies in bands of frequency, in steps of 10 ms: what loudness and colour are measured by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.redaction.audio import Samples

RATE: Final = 8_000
"""Of all samples that are looked at here."""
FRAME: Final = 256
HOP: Final = 80

_HANN: Final = np.hanning(FRAME).astype(np.float32)
# So scaled that a full-scale sine has -3 dB, as its RMS.
_SCALE: Final = 2 / (float(np.square(_HANN).sum()) * FRAME)


def band_powers(samples: Samples, bands_hz: Sequence[tuple[int, int]]) -> NDArray[np.floating[Any]]:
    """Give `(windows, bands, frames)` powers, 1 being full scale; a frame is `FRAME` samples, one begins every `HOP`.

    Args:
        samples: `(windows, samples)` at `RATE`.
        bands_hz: from and up to which frequency each band goes.
    """
    frames = sliding_window_view(samples, FRAME, axis=1)[:, ::HOP] * _HANN
    spectra = np.square(np.abs(np.fft.rfft(frames, axis=2)))
    hz = np.fft.rfftfreq(FRAME, 1 / RATE)
    bands = [spectra[:, :, (hz >= low) & (hz < high)].sum(axis=2) for low, high in bands_hz]
    powers: NDArray[np.floating[Any]] = np.stack(bands, axis=1) * _SCALE
    return powers
