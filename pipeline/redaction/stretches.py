"""Which stretches of a call are heard again, and what of them there is to hear.

Listening around what was muted, and to a sample of the rest, costs less than transcribing the call. Where a channel is
as still as its line nothing is listened to: given long silences, a recogniser skips short words beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan, merge_times
from pipeline.redaction.audio import Samples
from pipeline.redaction.wav_reader import WavReader

AROUND_MS: Final = 3_000
"""How much is heard on both sides of a place: enough for a recogniser to find its feet."""
SHARE: Final = 0.5
"""Of what lies elsewhere, half is heard: to hear all of it would cost up to twice as much, and catch the most."""
_PIECE_MS: Final = 8_000
_GAP_MS: Final = 1_000

_STEP_MS: Final = 20
_STEPS_AT_ONCE: Final = 3_000
# A line is still where it is hardly louder than in the quietest tenth of a stretch, and never above the second figure:
# words mixed in at -60 dB could still be read by a recogniser (measured).
_STILL_DB: Final = 4.0
_NEVER_STILL_DB: Final = -58.0
_LEAST_DB: Final = -75.0
# Stillness is left out from this length on, but for a margin beside what is heard.
_STILL_STEPS: Final = 60
_MARGIN_STEPS: Final = 15
# What is longer is parted where it is quietest within its last twenty seconds, so that no word is cut in two.
_LONGEST_STEPS: Final = 15_000
_SEARCH_STEPS: Final = 1_000


def choose_stretches(
    places: Iterable[TimeSpan], *, duration_ms: int, seed: bytes, share: float = SHARE
) -> tuple[TimeSpan, ...]:
    """Choose what to listen to: around every place given, and a random sample of the call.

    Args:
        places: in any order, within the call.
        duration_ms: of the call.
        seed: of the sample: the same seed gives the same sample, and without it nobody can tell what is heard.
        share: of the whole call that the sample is, 0 to 1; of a short call, one piece at least.

    Raises:
        InvalidInput: a share that is none.
    """
    return merge_times([*around(places, duration_ms=duration_ms), *_sample(duration_ms, seed, share)], gap_ms=_GAP_MS)


def around(places: Iterable[TimeSpan], *, duration_ms: int) -> tuple[TimeSpan, ...]:
    """Give the places with what lies around them, cut at the ends of the call."""
    return merge_times(
        (TimeSpan(max(0, span.start_ms - AROUND_MS), min(duration_ms, span.end_ms + AROUND_MS)) for span in places),
        gap_ms=_GAP_MS,
    )


def _sample(duration_ms: int, seed: bytes, share: float) -> Iterator[TimeSpan]:
    """Give one piece somewhere in each of equal parts of the call; it may reach over the part's ends."""
    if not 0 <= share <= 1:
        raise InvalidInput("a share lies between 0 and 1")
    if share == 1:
        yield TimeSpan(0, duration_ms)
        return
    parts = int(-(-duration_ms * share // _PIECE_MS))
    chance = np.random.default_rng(list(hashlib.sha256(b"what is heard again" + seed).digest()))
    for part in range(parts):
        start = round((part + chance.random()) * duration_ms / parts) - _PIECE_MS // 2
        yield TimeSpan(max(0, start), min(start + _PIECE_MS, duration_ms))


def audible_parts(
    sound: WavReader, channel: int, stretch: TimeSpan, *, muted: Iterable[TimeSpan]
) -> Iterator[TimeSpan]:
    """Give what there is to hear of a stretch of a channel: all but long stillness and what is muted.

    Args:
        sound: the redacted audio.
        channel: of it.
        stretch: of that.
        muted: the spans of the channel that were replaced; what stands in them now is not speech.
    """
    levels = _levels(sound, channel, stretch)
    is_muted = np.zeros(len(levels), dtype=bool)
    for span in muted:
        first, last = (ms - stretch.start_ms for ms in (span.start_ms, span.end_ms))
        is_muted[max(0, -(-first // _STEP_MS)) : max(0, last // _STEP_MS)] = True
    loud = np.flatnonzero((levels > _stillness(levels[~is_muted])) & ~is_muted)
    for run in np.split(loud, np.flatnonzero(np.diff(loud) > _STILL_STEPS) + 1) if len(loud) else ():
        first, last = max(0, int(run[0]) - _MARGIN_STEPS), min(len(levels), int(run[-1]) + 1 + _MARGIN_STEPS)
        for begin, end in _parted(levels, first, last):
            start = stretch.start_ms + begin * _STEP_MS
            yield TimeSpan(start, min(stretch.start_ms + end * _STEP_MS, stretch.end_ms))


def _levels(sound: WavReader, channel: int, stretch: TimeSpan) -> Samples:
    """Measure the RMS of each 20 ms of a stretch, the last piece perhaps shorter."""
    rate, step = sound.layout.sample_rate, sound.layout.sample_rate * _STEP_MS // 1000
    first = stretch.start_ms * rate // 1000
    last = min(-(-stretch.end_ms * rate // 1000), sound.layout.frames)
    levels: list[Samples] = []
    for at in range(first, last, step * _STEPS_AT_ONCE):
        samples = sound.samples(at, min(at + step * _STEPS_AT_ONCE, last))[:, channel]
        whole = np.pad(samples, (0, -len(samples) % step)).reshape(-1, step)
        levels.append(np.sqrt(np.square(whole).mean(axis=1)))
    return np.concatenate(levels)


def _stillness(levels: Samples) -> float:
    """Say up to which level a line is taken for still."""
    line = max(float(np.percentile(levels, 10)), 10 ** (_LEAST_DB / 20)) if len(levels) else 0.0
    return min(line * 10 ** (_STILL_DB / 20), 10 ** (_NEVER_STILL_DB / 20))


def _parted(levels: Samples, first: int, last: int) -> Iterator[tuple[int, int]]:
    while last - first > _LONGEST_STEPS:
        search = first + _LONGEST_STEPS - _SEARCH_STEPS
        seam = search + int(levels[search : first + _LONGEST_STEPS].argmin())
        yield first, seam
        first = seam
    yield first, last
