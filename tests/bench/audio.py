"""How long muting takes beside a plain copy of the same file, and how much memory it needs above what imports cost.

Two made calls of 8 kHz stereo, 16 bits: half an hour with 60 spans, three hours with 360. Each round copies, then
renders, in turn; a figure is the median of the rounds' own ratios, so that a busy machine weighs on both. Memory is
read in a process of its own, as the most it ever held, and once more in one that only imports and copies. The peer
is pydub as its documentation shows it: the call cut apart and put together again around every span.

Usage: python -m tests.bench.audio [FOLDER]   (1.5 GB on the disk for a while)
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.model.span import TimeSpan
from pipeline.redaction.media_wav import Encoding, wav_header
from pipeline.redaction.profile import AudioStyle
from pipeline.redaction.render_file import render_audio_file

RATE = 8_000
ROUNDS = 9
CALLS = {"30 min, 60 spans": (30, 60), "3 h, 360 spans": (180, 360)}
STYLES: tuple[AudioStyle, ...] = ("silence", "beep")


def make_call(path: Path, minutes: int) -> None:
    """Write noise as loud as speech, a minute at a time."""
    generator = np.random.default_rng(5)
    size = minutes * 60 * RATE * 4
    with path.open("wb") as file:
        file.write(wav_header(encoding=Encoding.PCM_16, channels=2, sample_rate=RATE, data_bytes=size))
        for _ in range(minutes):
            file.write(generator.integers(-3_000, 3_000, 60 * RATE * 2, dtype=np.int16).tobytes())


def spread(minutes: int, count: int) -> dict[int, list[TimeSpan]]:
    """Two seconds on one channel, then on the other, evenly over the call."""
    gap = minutes * 60_000 // count
    starts = [number * gap + 1_234 for number in range(count)]
    return {channel: [TimeSpan(at, at + 2_000) for at in starts[channel::2]] for channel in (0, 1)}


def copy(source: Path, target: Path) -> None:
    """The plain copy that everything is held against."""
    shutil.copyfile(source, target)


def slice_with_pydub(source: Path, target: Path, muted: dict[int, list[TimeSpan]]) -> None:
    """Mute as pydub's users do; it cannot leave one channel as it is without parting them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment

    call = AudioSegment.from_wav(str(source))
    for span in sorted(span for spans in muted.values() for span in spans):
        silence = AudioSegment.silent(span.duration_ms, frame_rate=RATE).set_channels(2)
        call = call[: span.start_ms] + silence + call[span.end_ms :]
    call.export(str(target), format="wav").close()


def seconds(work: Callable[[], None], target: Path) -> float:
    """Time one piece of work that makes a file that is not there yet."""
    target.unlink(missing_ok=True)
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def ratios(source: Path, target: Path, work: Callable[[], None], *, rounds: int) -> tuple[float, float]:
    """Give the median of how many times a copy it takes, and the copy's own median in seconds."""
    seconds(work, target)  # imports and first touches are not what is measured
    pairs = [
        (seconds(lambda: copy(source, target), target), seconds(work, target)) for _ in range(rounds)
    ]  # fmt: skip
    return statistics.median(b / a for a, b in pairs), statistics.median(a for a, _ in pairs)


def peak_mib(name: str, source: Path, target: Path, call: str) -> float:
    """Do one thing in a process of its own and ask how much it held at most."""
    target.unlink(missing_ok=True)
    asked = [sys.executable, "-m", "tests.bench.audio", "--child", name, str(source), str(target), call]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def child(name: str, source: Path, target: Path, call: str) -> None:
    """What `peak_mib` starts."""
    if name in STYLES:
        render_audio_file(source, target, spread(*CALLS[call]), style=name)
    else:
        copy(source, target)
    # Of this process alone: ru_maxrss would also count what its parent held while it was started.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--child"]:
        name, source, target, call = sys.argv[2:]
        child(name, Path(source), Path(target), call)
        return
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        source, target = Path(folder, "call.wav"), Path(folder, "redacted.wav")
        print("| call | method | ÷ copy | copy ms | MiB above imports and copy | MiB of the process |")
        print("|---|---|---|---|---|---|")
        for call, (minutes, count) in CALLS.items():
            make_call(source, minutes)
            muted = spread(minutes, count)
            imports = peak_mib("copy", source, target, call)
            for style in STYLES:
                many, base = ratios(
                    source,
                    target,
                    lambda style=style, muted=muted: render_audio_file(source, target, muted, style=style),
                    rounds=ROUNDS,
                )
                peak = peak_mib(style, source, target, call)
                print(f"| {call} | {style} | {many:.2f} | {base * 1000:.0f} | {peak - imports:.1f} | {peak:.0f} |")
            if minutes == 30:
                many, base = ratios(source, target, lambda m=muted: slice_with_pydub(source, target, m), rounds=1)
                print(f"| {call} | pydub slicing | {many:.0f} | {base * 1000:.0f} | | |")


if __name__ == "__main__":
    main()
