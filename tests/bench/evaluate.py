"""`make eval`: scores detection on labelled files, beside stock Presidio in the same run.

    python -m tests.bench.evaluate [--brief] [--json OUT] [--memory TURNS] [FILE ...]

FILE is labelled JSONL (`pipeline/redaction/evaluation/labelled.py`) or a text file of dialogues
(`samples/evaluation/read_dialogues.py`); without one, the dialogues that come with the project. All files of a run are
one set; how they differ shows by source. Everything runs on one core. What is printed is Markdown and holds no word of
the files; `--brief` prints what `infra/benchmarks.md` keeps.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ONE_CORE = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")}


def _stay_on_one_core() -> None:
    """Begin again with one thread for every library: they read it once, when they are loaded."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if any(os.environ.get(name) != value for name, value in ONE_CORE.items()):
        os.environ.update(ONE_CORE)
        os.execv(sys.executable, [sys.executable, "-m", "tests.bench.evaluate", *sys.argv[1:]])


if __name__ == "__main__":
    _stay_on_one_core()

from pipeline.model.errors import PipelineError  # noqa: E402 - the threads have to be set before
from pipeline.redaction.detect import Detector  # noqa: E402
from pipeline.redaction.evaluation.calibration import calibrate  # noqa: E402
from pipeline.redaction.evaluation.figures import score  # noqa: E402
from pipeline.redaction.evaluation.labelled import LabelledConversation  # noqa: E402
from pipeline.redaction.evaluation.report import Measured, details, document, overview, table  # noqa: E402
from pipeline.redaction.evaluation.tally import Found, found_of, tally  # noqa: E402
from pipeline.redaction.models import load_models  # noqa: E402
from samples.evaluation.read_dialogues import DIALOGUES, read_files  # noqa: E402
from tests.bench.evaluate_stock import StockPresidio  # noqa: E402

DROPPED = frozenset({"DATE_TIME", "ORGANIZATION", "NRP", "URL"})
"""Not personal by themselves: left out of what either detector found."""
BLOCK_TURNS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Words, and the processor seconds that both detectors took for them."""

    words: int
    our_s: float
    stock_s: float

    @property
    def ratio(self) -> float:
        """How many times stock's speed ours is."""
        return self.stock_s / self.our_s


type Findings = list[tuple[Found, ...]]


def run_both(conversations: Sequence[LabelledConversation]) -> tuple[Findings, Findings, dict[str, Speed]]:
    """Let both detectors find, block after block in turn, so that whatever else the machine does meets both alike.

    Returns:
        What ours and what stock found in each conversation, and the speed on each source.
    """
    detector, stock = Detector(load_models()), StockPresidio(dropped=DROPPED)
    _warm_up(detector, stock, conversations)
    ours: dict[str, tuple[Found, ...]] = {}
    theirs: dict[str, tuple[Found, ...]] = {}
    times: dict[str, list[tuple[int, float, float]]] = {}
    for block in _blocks(conversations):
        begun = time.process_time()
        for one, entities in detector.detect_each([labelled.conversation for labelled in block]):
            ours[one.id] = found_of(entities, dropped=DROPPED)
        between = time.process_time()
        theirs |= {labelled.id: stock.find(labelled) for labelled in block}
        taken = (sum(c.words for c in block), between - begun, time.process_time() - between)
        times.setdefault(block[0].source, []).append(taken)
    speeds = {source: _speed(taken) for source, taken in times.items()}
    return [ours[c.id] for c in conversations], [theirs[c.id] for c in conversations], speeds


def _warm_up(detector: Detector, stock: StockPresidio, conversations: Sequence[LabelledConversation]) -> None:
    some = conversations[:5]
    list(detector.detect_each([labelled.conversation for labelled in some]))
    for labelled in some:
        stock.find(labelled)


def _blocks(conversations: Sequence[LabelledConversation]) -> Iterator[list[LabelledConversation]]:
    """Give blocks of conversations of one source, large enough for batches to fill."""
    for source in dict.fromkeys(c.source for c in conversations):
        block: list[LabelledConversation] = []
        for conversation in (c for c in conversations if c.source == source):
            block.append(conversation)
            if sum(len(c.turns) for c in block) >= BLOCK_TURNS:
                yield block
                block = []
        if block:
            yield block


def _speed(taken: Iterable[tuple[int, float, float]]) -> Speed:
    words, our_s, stock_s = (sum(column) for column in zip(*taken, strict=True))
    return Speed(words=round(words), our_s=our_s, stock_s=stock_s)


def measure_memory(files: Sequence[Path], turns: int) -> dict[int, float]:
    """Measure in a process of its own what detection holds after many turns."""
    command = [sys.executable, "-m", "tests.bench.evaluate_memory", str(turns), *map(str, files)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return {int(mark): float(mib) for mark, mib in json.loads(done.stdout).items()}


def told(measured: Sequence[Measured], speeds: Mapping[str, Speed], memory: Mapping[int, float], *, brief: bool) -> str:
    """Write the report."""
    speed = total(speeds)
    parts = [
        f"{measured[0].score.conversations:,} conversations, {speed.words:,} words. {where_it_ran()}.",
        overview(measured),
        table(
            ("words a second, one core", "words", "Earmark, whole calls", "stock Presidio, by turns", "ratio"),
            [_speed_row("all", speed), *(_speed_row(source, speeds[source]) for source in sorted(speeds))],
        ),
    ]
    if memory:
        head = ("after turns", *(f"{mark:,}" for mark in memory))
        parts.append(table(head, [("resident MiB", *(f"{mib:.0f}" for mib in memory.values()))]))
    if not brief:
        parts.append(details(measured))
    return "\n\n".join(parts)


def total(speeds: Mapping[str, Speed]) -> Speed:
    """Add up the sources."""
    return _speed([(s.words, s.our_s, s.stock_s) for s in speeds.values()])


def _speed_row(name: str, speed: Speed) -> tuple[str, ...]:
    rates = (speed.words / speed.our_s, speed.words / speed.stock_s)
    return (name, f"{speed.words:,}", *(f"{rate:,.0f}" for rate in rates), f"{speed.ratio:.2f}")


def where_it_ran() -> str:
    """Say on what the figures were measured: they count together with it."""
    day = time.strftime("%d %B %Y", time.gmtime()).lstrip("0")
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {day}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluate", description="Score detection.")
    parser.add_argument("files", nargs="*", type=Path, help="labelled JSONL, or dialogues as text")
    parser.add_argument("--brief", action="store_true", help="only what infra/benchmarks.md keeps")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures there")
    parser.add_argument("--memory", type=int, default=100_000, metavar="TURNS", help="0: do not measure it")
    asked = parser.parse_args()
    files = asked.files or sorted(DIALOGUES.glob("*.txt"))
    if not files:
        parser.error(f"no FILE given, and no dialogues in {DIALOGUES.name}/")
    try:
        conversations = read_files(files)
        ours, theirs, speeds = run_both(conversations)
    except PipelineError as error:
        parser.error(str(error))
    measured = [
        Measured(name=name, score=score(counts), calibration=calibrate(counts))
        for name, counts in (
            ("Earmark", tally(conversations, ours)),
            ("stock Presidio", tally(conversations, theirs)),
        )
    ]
    memory = measure_memory(files, asked.memory) if asked.memory else {}
    print(told(measured, speeds, memory, brief=asked.brief))
    if asked.json:
        speed = {source: asdict(speed) for source, speed in speeds.items()}
        figures = document(measured) | {"speed": speed, "memory_mib": memory, "ran_on": where_it_ran()}
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
