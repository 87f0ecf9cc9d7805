"""How long an export for training takes beside a plain tar of the same bytes, and how much memory it needs.

Three things in turn, each round: a plain tar (Python's tarfile, from plain files, synced), the dataset's own writer
from memory (shards, digests, index), and a whole export from a real vault: every recording judged anew by its facts in
PostgreSQL, tags written and read back, receipts verified, bytes opened and their digest checked, lineage written. Then
the trainer's check. A figure is the median of the rounds' own ratios, so that a busy machine weighs on all of them.

Usage: python -m tests.bench.training [FOLDER]   (about 2 GB on the disk for a while)
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tarfile
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.datasets.index import INDEX, read_index
from pipeline.datasets.verify import verify_dataset
from pipeline.datasets.writer import Admitted, DatasetWriter
from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import EXTENSIONS
from pipeline.redaction.media_wav import Encoding, wav_header
from pipeline.steps.context import shelf_of
from pipeline.store.artifacts import find_artifact
from pipeline.store.migrations import migrate
from pipeline.store.session import Database
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.key_file import FileKeys
from tests.conftest import APP_ROLE, MovableClock
from tests.datasets import VENDOR, an_admitted
from tests.line import Line
from tests.roles import beside
from tests.training import COOL_OFF, a_line, agreed, export

ROUNDS = 3
RECORDINGS = 8
SIZES = {"1 min": 60, "10 min": 600}
RATE = 8_000
MIB = 1 << 20


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Database, MovableClock]]:
    """Start a database of the bench's own."""
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    server.create_database("bench")
    migrate(server.url("bench"), app_role=APP_ROLE)
    clock = MovableClock()
    database = Database(beside(server.url("bench", user=APP_ROLE)), clock=clock)
    try:
        yield database, clock
    finally:
        database.close()
        server.stop()


def noise(seconds: int, seed: int) -> bytes:
    """A call of two channels, 16 bits."""
    samples = np.random.default_rng(seed).integers(-3_000, 3_000, seconds * RATE * 2, dtype=np.int16).tobytes()
    return wav_header(encoding=Encoding.PCM_16, channels=2, sample_rate=RATE, data_bytes=len(samples)) + samples


def fill(line: Line, clock: MovableClock, seconds: int) -> None:
    """Calls whose redacted sound is as long as wanted: taken through the line short, then rendered again long."""
    made = [agreed(line, number) for number in range(RECORDINGS)]
    clock.move(minutes=1)
    for number, recording in enumerate(made):
        with line.tx() as tx:
            short = find_artifact(tx, recording.id, ArtifactKind.RECORDING_REDACTED)
        assert short is not None
        body = noise(seconds, number)
        line.context.vault.keep(shelf_of(line.now(recording)), short.kind, body, parents=short.parents)
        line.through(recording, "decide")
    clock.move(days=COOL_OFF)


def plain_tar(members: list[Path], out: Path) -> None:
    """What everything is held against."""
    with out.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w:", format=tarfile.USTAR_FORMAT) as tar:
            for member in members:
                tar.add(member, arcname=member.name)
        file.flush()
        os.fsync(file.fileno())


def unpack(dataset: Path, folder: Path) -> list[Path]:
    """Put a dataset's members down as plain files, for the plain tar."""
    folder.mkdir()
    for shard in sorted(dataset.glob("shard-*.tar")):
        with tarfile.open(shard, "r:") as tar:
            tar.extractall(folder, filter="data")
    return sorted(folder.iterdir())


def from_memory(admitted: list[list[Admitted]], out: Path) -> None:
    """The dataset's own writer alone."""
    out.mkdir()
    writer = DatasetWriter(out, VENDOR)
    for row in admitted:
        writer.add(row)
    writer.close()


def seconds(work: Callable[[], object], *made: Path) -> float:
    """Time one piece of work that makes what is not there yet."""
    for path in made:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def rows_in_memory(dataset: Path) -> list[list[Admitted]]:
    """Read a dataset back as what its writer was given."""
    rows: dict[str, list[Admitted]] = {}
    for number, row in enumerate(read_index(dataset / INDEX)):
        body = (dataset / row.shard).read_bytes()[row.offset : row.offset + row.size]
        like = an_admitted(number, row.kind, size=1)
        ids = {"artifact": row.artifact, "recording": row.recording, "decision": row.decision}
        rows.setdefault(row.row, []).append(replace(like, body=body, sha256=row.sha256, receipts=row.receipts, **ids))
    return list(rows.values())


def measure(line: Line, name: str, folder: Path) -> None:
    """Print a row of the table."""
    first = export(line, folder / "first")
    members, admitted = unpack(folder / "first", folder / "plain"), rows_in_memory(folder / "first")
    size, tar, out, own = first.bytes / MIB, folder / "plain.tar", folder / "out", folder / "own"
    assert len(members) == first.rows == len(EXTENSIONS) * RECORDINGS
    rounds = [
        (
            seconds(lambda: plain_tar(members, tar), tar),
            seconds(lambda: from_memory(admitted, own), own),
            seconds(lambda: export(line, out), out),
            seconds(lambda: verify_dataset(out)),
        )
        for _ in range(ROUNDS)
    ]
    assert verify_dataset(out).is_whole
    tars, owns, exports, checks = zip(*rounds, strict=True)
    base = statistics.median(tars)
    ratios = [statistics.median(b / a for a, b in zip(tars, found, strict=True)) for found in (owns, exports, checks)]
    shutil.rmtree(out)
    tracemalloc.start()
    export(line, out)
    peak = tracemalloc.get_traced_memory()[1] / MIB
    tracemalloc.stop()
    largest = max(path.stat().st_size for path in members) / MIB
    speed = size / statistics.median(exports)
    print(
        f"| {RECORDINGS} × {name}, {size:.0f} MiB | {size / base:.0f} | {ratios[0]:.2f} | {ratios[1]:.2f} | "
        f"{speed:.0f} | {ratios[2]:.2f} | {peak:.1f} ({largest:.1f}) |"
    )


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as given:
        Path(given).chmod(0o755)
        with opened(Path(given)) as (database, clock):
            columns = (
                "dataset",
                "tar MiB/s",
                "writer ÷ tar",
                "export ÷ tar",
                "export MiB/s",
                "verify ÷ tar",
                "peak MiB",
            )
            print(f"| {' | '.join(columns)} (of the largest member) |\n|{'---|' * len(columns)}")
            for number, (name, length) in enumerate(SIZES.items()):
                folder = Path(given) / str(number)
                folder.mkdir()
                line = a_line(database, FileKeys(folder / "keys"), folder, f"bench-{number}")
                fill(line, clock, length)
                measure(line, name, folder)
                shutil.rmtree(folder)


if __name__ == "__main__":
    main()
