"""How alike two channels are while one of them speaks, at every delay of up to a second.

Two likenesses. *Waveform*: both are whitened, so that a low voice weighs no more than a hiss, and correlated; the means
over many windows leave what always comes at the same delay. *Loudness*: the levels of four bands in steps of 10 ms;
it also finds an echo that a codec or an echo canceller has made another sound of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.redaction.audio import Samples
from pipeline.redaction.band_powers import HOP, RATE, band_powers
from pipeline.redaction.bleed_windows import REACH, WINDOW

# The longest sound that is looked at, 24,192 samples, and room for what smoothing spreads it by; a quick length.
_FFT: Final = 3 << 13
_LOWEST_HZ: Final = 300
_HIGHEST_HZ: Final = 3_400
# Spectra are smoothed over 35 Hz.
_SMOOTH_BINS: Final = 107
# The sound of one echo is spread over so many samples on both sides of its delay.
_SPREAD: Final = 256
# Two voices may sing the same note for a window; so far does it count at most.
_MOST_OUT: Final = 6.0
_BANDS_HZ: Final = ((300, 600), (600, 1_200), (1_200, 2_000), (2_000, 3_400))
# Far below hearing, so that stillness has a level too.
_FAINTEST: Final = 1e-12

type _Alike = NDArray[np.floating[Any]]
type _Spectra = NDArray[np.complexfloating[Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The greatest likeness and where it lies.

    `stands_out` is how many times the usual deviation of the other delays it is; `share` is, of a waveform, how much of
    the other channel's sound is the one's speech, of loudness the correlation itself.
    """

    delay_ms: int
    stands_out: float
    share: float


def waveform_likenesses(speaking: Samples, other: Samples, choices: Sequence[NDArray[np.intp]]) -> tuple[Likeness, ...]:
    """Search the sound of windows in what the other channel has around them, for several choices of the windows.

    Args:
        speaking: `(windows, WINDOW)` samples at 8 kHz.
        other: `(windows, REACH + WINDOW + REACH)` samples; never exactly zero throughout.
        choices: which windows are judged together, once for each answer.
    """
    said = np.fft.rfft(speaking * np.hanning(WINDOW).astype(np.float32), _FFT)
    around = np.fft.rfft(other, _FFT)
    return tuple(_waveform_likeness(said[chosen], around[chosen]) for chosen in choices)


def _waveform_likeness(said: _Spectra, around: _Spectra) -> Likeness:
    band = _whole_band()
    x, y = _whitened(said, band), _whitened(around, band)
    energy = np.cumsum(np.square(np.fft.irfft(y, _FFT)[:, : WINDOW + 2 * REACH]), axis=1, dtype=np.float64)
    # Three eighths: the mean of the window's own square.
    local = (energy[:, WINDOW - 1 :] - np.pad(energy, ((0, 0), (1, 0)))[:, :-WINDOW]) * 0.375
    own = np.square(np.abs(x)).sum(axis=1, keepdims=True) * 2 / _FFT
    alike = np.fft.irfft(np.conj(x) * y, _FFT)[:, : 2 * REACH + 1] / np.sqrt(own * local + 1e-30)
    return _peak(alike)


def loudness_likeness(speaking: Samples, other: Samples) -> Likeness:
    """Hold the loudness of windows, band by band, against that of the other channel around them.

    Args:
        speaking: as `waveform_likenesses`.
        other: as `waveform_likenesses`.
    """
    x, y = _levels(speaking), _levels(other)
    length = x.shape[2]
    x = x - x.mean(axis=2, keepdims=True)  # so that what y is around its own mean need not be made for each delay
    y = y - y.mean(axis=2, keepdims=True)
    together = np.einsum("wbf,wblf->wl", x, sliding_window_view(y, length, axis=2))
    varied = _running(np.square(y), length) - np.square(_running(y, length)) / length
    alike = together / np.sqrt(np.square(x).sum(axis=(1, 2))[:, None] * varied.clip(0).sum(axis=1) + 1e-12)
    means = alike.mean(axis=0)
    at = int(np.argmax(means))
    return Likeness(
        delay_ms=(at - REACH // HOP) * HOP * 1000 // RATE,
        stands_out=float(means[at] / (_usual(means) + 1e-12)),
        share=float(means[at]),
    )


def quieter_half(other: Samples) -> NDArray[np.intp]:
    """Give the windows in which the other channel is quietest: there a bleed is not lost under its own speech."""
    loud = np.square(other).mean(axis=1)
    return np.sort(np.argsort(loud)[: -(-len(loud) // 2)])


def _peak(alike: _Alike) -> Likeness:
    """Find the delay at which most windows are alike; one that is very much so for itself counts for little."""
    usual = _usual(alike)[:, None] + 1e-12
    out = np.clip(alike / usual, -_MOST_OUT, _MOST_OUT).sum(axis=0) / np.sqrt(len(alike))
    at = int(np.argmax(np.abs(out)))
    means = alike.mean(axis=0)
    near = means[max(0, at - _SPREAD) : at + _SPREAD + 1]
    return Likeness(
        delay_ms=round((at - REACH) * 1000 / RATE),
        stands_out=float(abs(out[at])),
        share=float(np.square(near).sum() - len(near) * float(_usual(means)) ** 2),
    )


def _usual(alike: _Alike) -> _Alike:
    """Give the usual deviation along the last axis, which a single peak does not move."""
    return 1.4826 * _middle(np.abs(alike - _middle(alike)[..., None]))


def _middle(values: _Alike) -> _Alike:
    """Give the median along the last axis, the upper one of an even number: NumPy's own takes seven times as long."""
    half = values.shape[-1] // 2
    return np.partition(values, half, axis=-1)[..., half]


def _whole_band() -> NDArray[np.bool_]:
    hz = np.fft.rfftfreq(_FFT, 1 / RATE)
    return (hz >= _LOWEST_HZ) & (hz <= _HIGHEST_HZ)


def _whitened(spectra: _Spectra, band: NDArray[np.bool_]) -> _Spectra:
    power = np.square(np.abs(spectra)).mean(axis=0)
    smooth = np.convolve(power, np.full(_SMOOTH_BINS, 1 / _SMOOTH_BINS, np.float32), "same")
    white: _Spectra = spectra * (band / np.sqrt(smooth + smooth[band].mean() * 1e-6 + 1e-30))
    return white


def _running(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Add up every stretch of a length along the last axis."""
    sums = np.cumsum(np.pad(values, ((0, 0), (0, 0), (1, 0))), axis=2)
    return sums[:, :, length:] - sums[:, :, :-length]


def _levels(samples: Samples) -> NDArray[np.float64]:
    """Give `(windows, bands, frames)` levels in dB."""
    return 10 * np.log10(band_powers(samples, _BANDS_HZ).astype(np.float64) + _FAINTEST)
