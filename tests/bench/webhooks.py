"""`make bench-webhooks`: what sharing commits gives, and what a voice webhook costs, all measured in one run.

PostgreSQL is the embedded one, with fsync as it is by default. Everything runs on this machine, so ratios within a run
count and absolute figures do not. Rounds are interleaved, and the median of each is told.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, LiteralString

import psycopg

from pipeline.store.migrations import migrate
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.workflows.engine import migrate_engine
from tests.bench import tenants
from tests.bench.load import Measured, send

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
COUNT = 2000
BURST = 5000
APP_ROLE = "earmark_app"


@contextmanager
def database(folder: Path) -> Iterator[tuple[EmbeddedPostgres, str]]:
    """Start a migrated database with tenants."""
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        server.create_database("bench")
        migrate(server.url("bench"), app_role=APP_ROLE)
        migrate_engine(server.url("bench"), app_role=APP_ROLE)
        url = server.url("bench", user=APP_ROLE)
        tenants.add_tenants(url, folder)
        yield server, url
    finally:
        server.stop()


@contextmanager
def serving(name: str, url: str, folder: Path) -> Iterator[int]:
    """Run one of the servers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.servers", name, url, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=20)


def measure(ports: dict[str, int], connections: int) -> dict[str, list[Measured]]:
    """Measure every form in turn, round after round."""
    made: dict[str, list[Measured]] = {}
    for _ in range(ROUNDS):
        for name, requests in (
            ("plain-recording", tenants.recording_callbacks(COUNT, root="plain")),
            ("one-transaction", tenants.recording_callbacks(COUNT, root="plain")),
            ("earmark recording", tenants.recording_callbacks(COUNT)),
            ("plain-voice", tenants.ringings(COUNT, root="plain")),
            ("earmark voice", tenants.ringings(COUNT)),
        ):
            run = send(ports[name.split()[0]], requests, connections=connections)
            assert set(run.statuses) <= {200, 204}, (name, run.statuses)
            made.setdefault(name, []).append(run)
    return made


def told(connections: int, made: dict[str, list[Measured]]) -> None:
    """Print the medians and the two ratios."""
    print(f"\n{connections} connections, {ROUNDS} rounds of {COUNT} requests, median of the rounds")
    print(f"{'':24}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}")
    rate = {name: median(run.rate for run in runs) for name, runs in made.items()}
    for name, runs in made.items():
        p50, p99 = (median(run.percentile_ms(share) for run in runs) for share in (0.5, 0.99))
        print(f"{name:24}{rate[name]:9.0f}{p50:9.1f}{p99:9.1f}")
    ratios = {
        "recording / plain": rate["earmark recording"] / rate["plain-recording"],
        "recording / its own work in one transaction": rate["earmark recording"] / rate["one-transaction"],
        "voice / signature + one insert": rate["earmark voice"] / rate["plain-voice"],
    }
    for name, ratio in ratios.items():
        print(f"  {name}: {ratio:.2f}")


def burst(port: int, server: EmbeddedPostgres) -> None:
    """Send a burst and count what is kept of it."""
    requests = tenants.burst(BURST)
    with psycopg.connect(server.dsn("bench"), autocommit=True) as owner:
        before = _counts(owner)
        run = send(port, requests, connections=64)
        kept = {name: after - before[name] for name, after in _counts(owner).items()}
    print(f"\nburst of {len(requests)} callbacks of {BURST} recordings, 64 connections: {dict(run.statuses)}")
    print(f"  {run.rate:.0f} req/s, p50 {run.percentile_ms(0.5):.1f} ms, p99 {run.percentile_ms(0.99):.1f} ms")
    print(f"  kept: {json.dumps(kept)}")
    expected = {"messages": 2 * BURST, "recordings": BURST, "workflows": BURST, "announced": BURST}
    assert kept == expected, "something was lost or doubled"


def _counts(owner: psycopg.Connection) -> dict[str, int]:
    queries = {
        "messages": "select count(*) from earmark.inbox",
        "recordings": "select count(*) from earmark.recordings",
        "workflows": "select count(*) from dbos.workflow_status where name = 'process_recording'",
        "announced": "select count(*) from earmark.audit_events where tag = 'recording:vendor:announced'",
    }
    return {name: int(_one(owner, query)) for name, query in queries.items()}


def _one(owner: psycopg.Connection, query: LiteralString) -> Any:
    """Ask for one value."""
    (value,) = owner.execute(query).fetchone() or (None,)
    return value


def main() -> None:
    """Measure and tell."""
    folder = Path(tempfile.mkdtemp(prefix="earmark-bench-"))
    try:
        with database(folder) as (server, url):
            with psycopg.connect(server.dsn("bench")) as owner:
                shown = [_one(owner, "show fsync"), _one(owner, "show synchronous_commit")]
            print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; fsync {shown}")
            with (
                serving("earmark", url, folder) as earmark,
                serving("one-transaction", url, folder) as single,
                serving("plain-recording", url, folder) as recording,
                serving("plain-voice", url, folder) as voice,
            ):
                ports = {
                    "earmark": earmark, "one-transaction": single, "plain-recording": recording, "plain-voice": voice
                }  # fmt: skip
                for name, requests in (("earmark", tenants.ringings(50)), ("earmark", tenants.recording_callbacks(50))):
                    send(ports[name], requests, connections=8)
                for connections in (8, 64):
                    told(connections, measure(ports, connections))
                burst(earmark, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
