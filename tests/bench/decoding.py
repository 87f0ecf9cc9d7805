"""What decoding in a process of its own costs beside decoding here, and how much memory whoever asks needs for it.

Noise as loud as speech, stereo at 8 kHz; three hours are made for MP3 alone. Each round decodes here with soundfile,
then apart, in turn; a figure is the median of the rounds' own ratios.

Usage: python -m tests.bench.decoding [MINUTES]
"""

from __future__ import annotations

import io
import resource
import statistics
import sys
import time
from collections.abc import Callable

import soundfile

from pipeline.redaction.audio import describe
from pipeline.redaction.decoding.process import Decoder
from tests.pipeline.redaction.sounds import COMPRESSED, noise

RATE = 8_000
ROUNDS = 3


def make_call(minutes: int, form: str, subtype: str) -> bytes:
    """Write a minute again and again: what is heard does not matter to a decoder."""
    out = io.BytesIO()
    minute = noise(60 * RATE)
    with soundfile.SoundFile(out, "w", RATE, 2, format=form, subtype=subtype) as file:
        for _ in range(minutes):
            for at in range(0, len(minute), 1 << 14):
                file.write(minute[at : at + (1 << 14)])
    return out.getvalue()


def here(audio: bytes) -> int:
    """Decode as a plain user of soundfile does, a block at a time."""
    with soundfile.SoundFile(io.BytesIO(audio)) as file:
        return sum(len(block) for block in file.blocks(1 << 16, dtype="float32", always_2d=True))


def apart(audio: bytes) -> int:
    """Decode as the product does."""
    with Decoder(audio) as decoder:
        return sum(len(block) for block in decoder.read())


def seconds(work: Callable[[bytes], int], audio: bytes) -> float:
    """Time one decoding."""
    begun = time.perf_counter()
    assert work(audio) > 0
    return time.perf_counter() - begun


def main(minutes: int) -> None:
    """Print the table."""
    print(f"{'call':34} {'here':>8} {'apart':>8} {'ratio':>6}   most memory of the asker above its start")
    for form, subtype, long in (
        *((form, subtype, minutes) for form, subtype in COMPRESSED),
        ("MP3", "MPEG_LAYER_III", 180),
    ):
        audio = make_call(long, form, subtype)
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        describe(audio)
        apart(audio)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun
        pairs = [(seconds(here, audio), seconds(apart, audio)) for _ in range(ROUNDS)]
        ratio = statistics.median(second / first for first, second in pairs)
        took = [statistics.median(pair[at] for pair in pairs) for at in (0, 1)]
        name = f"{form} {subtype}, {long} min"
        print(f"{name:34} {took[0]:7.2f}s {took[1]:7.2f}s {ratio:6.2f}   {grown / 1024:.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
