"""What a call minute costs, by stage of the line, against bare transcription of the same sound.

`python -m tests.bench.line [--rounds 1]`: the spoken sample calls through every step in this process, as `earmark
process` takes them, with the models of production; processor seconds of each step. Bare transcription is
faster-whisper's `base` as the line uses it, alone. Only ratios within a run count.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.bootstrap import Base, open_base, step_context
from pipeline.redaction.audio import describe
from pipeline.settings import read_settings
from pipeline.steps.context import StepContext
from pipeline.workflows.upload import process_upload
from tests.conftest import make_tenant

SOUNDS = Path(__file__).parents[2] / "samples" / "evaluation" / "spoken"
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_VERIFIED_IN: Final = "redact_audio"
"""The step that renders sound, and hears it again; `bench-verify` takes the two apart."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    rounds = parser.parse_args().rounds
    sounds = [path.read_bytes() for path in sorted(SOUNDS.glob("*.ogg"))]
    minutes = sum(describe(sound).duration_ms for sound in sounds) / 60_000 * rounds
    with _house() as (base, context):
        spent: Counter[str] = Counter()
        before = _database_seconds(base)
        for number in range(rounds):
            for at, sound in enumerate(sounds):
                owner = make_tenant(base.database, base.keys, f"t{number}x{at}")  # type: ignore[arg-type]
                _take_through(context, owner.id, sound, spent)
        spent["the database, for all of it"] = _database_seconds(base) - before
        bare = _bare(context, sounds) * rounds
    _report(spent, bare, minutes)


def _take_through(context: StepContext, tenant: str, sound: bytes, spent: Counter[str]) -> None:
    """Run the line; add the processor seconds of each step to what was spent."""
    begun, step = time.process_time(), "take in and seal"

    def before(name: str) -> None:
        nonlocal begun, step
        now = time.process_time()
        spent[step] += now - begun
        begun, step = now, name

    process_upload(context, tenant, sound, before_step=before)  # type: ignore[arg-type]
    spent[step] += time.process_time() - begun


def _bare(context: StepContext, sounds: list[bytes]) -> float:
    begun = time.process_time()
    for sound in sounds:
        context.transcribers["local"].transcribe(sound, language="en")
    return time.process_time() - begun


def _database_seconds(base: Base) -> float:
    """Give the processor seconds of the embedded server: its own, of its children, and of those that ended."""
    data = base.settings.data_dir.resolve() / "postgres"
    server = int((data / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            used = [int(field) for field in fields[11:15]]
            if int(path.parent.name) == server:
                ticks += sum(used)
            elif int(fields[1]) == server:
                ticks += used[0] + used[1]
    return ticks / _TICKS


def _report(spent: Counter[str], bare: float, minutes: float) -> None:
    total = sum(spent.values())
    print(f"{minutes:.1f} call minutes; bare transcription: {bare / minutes:.2f} processor seconds a minute\n")
    print("| stage | s a call minute | ÷ bare transcription |")
    print("|---|---|---|")
    for step, seconds in spent.most_common():
        print(f"| {step} | {seconds / minutes:.3f} | {seconds / bare:.3f} |")
    print(f"| all | {total / minutes:.3f} | {total / bare:.3f} |")
    print(f"| all but {_VERIFIED_IN} | {(total - spent[_VERIFIED_IN]) / minutes:.3f} |", end="")
    print(f" {(total - spent[_VERIFIED_IN]) / bare:.3f} |")


@contextmanager
def _house() -> Iterator[tuple[Base, StepContext]]:
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as name:
        Path(name).chmod(0o755)  # the database runs as another user, for root
        with open_base(read_settings(data_dir=Path(name) / "data", log_level="error")) as base:
            yield base, step_context(base)


if __name__ == "__main__":
    main()
