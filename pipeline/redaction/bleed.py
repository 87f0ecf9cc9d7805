"""Whether the speech of one channel can be heard on another, so that what is hidden is hidden there too.

Measured on stretches of about a second in which the one channel speaks, in two ways that fail differently: its sound is
searched in the other channel, and its loudness, band by band, is held against the other's. Each is looked for up to a
second earlier and later. Where too little is said to tell, it counts as heard, unless the other channel is silent.
Source: infra/decisions/0017-what-is-heard-on-another-channel.md
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Final

import numpy as np

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.span import TimeSpan
from pipeline.redaction.audio import Samples
from pipeline.redaction.band_powers import RATE
from pipeline.redaction.bleed_signs import loudness_likeness, quieter_half, waveform_likenesses
from pipeline.redaction.bleed_windows import REACH, Window, choose_windows, is_silent_around, read_windows
from pipeline.redaction.media_source import Sound
from pipeline.redaction.media_wav import WavLayout, read_wav_layout

# How far the likeness at one delay must stand out of that at all others. Without bleed 10.3 was the most that was seen.
_STANDS_OUT: Final = 11.0
# The least share of a channel's sound that is the other's speech: 12 dB below what a recogniser read anything of.
_SHARE: Final = 0.05
# The least likeness of loudness. Without bleed 0.29 was the most seen; a recogniser read something from 0.57 on.
_LOUDNESS: Final = 0.4
# With fewer windows than these (two and a half seconds of speech) hearing nothing means nothing.
_ENOUGH: Final = 4
# Where nothing is known, it may be heard wherever bleed is looked for; a tenant's padding may add next to nothing.
_FARTHEST_MS: Final = REACH * 1000 // RATE
# Groups and signs that differ by no more than this have found one and the same echo.
_SAME_DELAY_MS: Final = 50


def measure_bleed(wav: Sound, speech: Sequence[Sequence[TimeSpan]]) -> tuple[Bleed, ...]:
    """Say which channels' speech is heard on which others, and with what delays.

    Args:
        wav: the call, as WAV.
        speech: for each channel of it, the times of its words, in any order.

    Raises:
        InvalidInput: it is no WAV file.
    """
    layout = read_wav_layout(wav)
    pairs = permutations(range(min(layout.channels, len(speech))), 2)
    return tuple(
        bleed for channel, on in pairs if speech[channel] for bleed in _measured(wav, layout, speech, channel, on)
    )


def _measured(
    wav: Sound, layout: WavLayout, speech: Sequence[Sequence[TimeSpan]], channel: int, on: int
) -> tuple[Bleed, ...]:
    duration_ms = layout.frames * 1000 // layout.sample_rate
    groups = choose_windows(speech[channel], speech[on], duration_ms=duration_ms)
    found = [
        sign for group in groups for sign in _signs(*read_windows(wav, layout, group, channel=channel, on=on), group)
    ]
    if found:
        return tuple(
            Bleed(channel=channel, on=on, delay_ms=delay_ms, sign=sign) for delay_ms, sign in _outermost(found)
        )
    if sum(len(group) for group in groups) >= _ENOUGH or is_silent_around(wav, layout, speech[channel], on=on):
        return ()
    return tuple(
        Bleed(channel=channel, on=on, delay_ms=delay_ms, sign=BleedSign.TOO_LITTLE_SPEECH)
        for delay_ms in (-_FARTHEST_MS, _FARTHEST_MS)
    )


def _signs(speaking: Samples, other: Samples, group: Sequence[Window]) -> list[tuple[int, BleedSign]]:
    """Give the delays at which one channel is heard on the other in a group of windows, and how that is known."""
    if len(group) < _ENOUGH:
        return []
    sounds = waveform_likenesses(speaking, other, (np.arange(len(group)), quieter_half(other)))
    signs = [
        (sound.delay_ms, BleedSign.WAVEFORM)
        for sound in sounds
        if sound.stands_out >= _STANDS_OUT and sound.share >= _SHARE
    ]
    # Where the other speaks too, loudness tells less; but words that it is said to speak may be the echo itself.
    solo = [number for number, window in enumerate(group) if window.is_solo]
    heard = solo if len(solo) * 2 >= len(group) else list(range(len(group)))
    loudness = loudness_likeness(speaking[heard], other[heard])
    if loudness.share >= _LOUDNESS:
        signs.append((loudness.delay_ms, BleedSign.LOUDNESS))
    return signs


def _outermost(found: Sequence[tuple[int, BleedSign]]) -> tuple[tuple[int, BleedSign], ...]:
    """Give the earliest and the latest delay, one where they are about the same; what lies between is covered too."""
    earliest, latest = min(found), max(found)
    if latest[0] - earliest[0] > _SAME_DELAY_MS:
        return earliest, latest
    return (latest if latest[0] >= 0 else earliest,)
