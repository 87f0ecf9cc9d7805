"""Runs a worker that kills itself with signal 9 at every point it has not died at before, until it gets through.

Points are: before a transaction, after its commit, before and after an object is written, after a vendor was asked;
each named by its step and its number in that step, so the boundaries between steps are among them.
Arguments: app URL, folder, workflow id. Prints how often it died, and where.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dbos import DBOS

from pipeline.model.ids import TenantId
from pipeline.ports.artifacts import StoredObject
from pipeline.store.session import Database, Transaction
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.system_clock import SystemClock
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from tests.pipeline.workflows.house_of_fakes import Log, scripted_context
from tests.roles import beside

_counts: dict[str, int] = {}
_MOST_OF_A_KIND = 2
"""Deciding repeats itself for each artifact; the engine gives a workflow up after a hundred deaths."""
_died_at: Path


def die_once(kind: str) -> None:
    """Die here unless that was done before."""
    step = _step()
    if step is None:
        return
    key = f"{step}:{kind}"
    _counts[key] = _counts.get(key, 0) + 1
    if _counts[key] > _MOST_OF_A_KIND:
        return
    name = f"{key}:{_counts[key]}"
    if name in (_died_at.read_text().split() if _died_at.exists() else []):
        return
    with _died_at.open("a") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.kill(os.getpid(), signal.SIGKILL)


def _step() -> str | None:
    frame = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.parent.name == "steps" and path.stem == frame.f_code.co_name.split("_artifacts")[0]:
            return path.stem
        frame = frame.f_back
    return None


class DyingDatabase(Database):
    """A database whose user may die around each transaction."""

    @contextlib.contextmanager
    def transaction(self, tenant: TenantId) -> Iterator[Transaction]:
        die_once("before-tx")
        with super().transaction(tenant) as tx:
            yield tx
        die_once("after-tx")


class DyingArtifacts(FileArtifacts):
    """A store whose user may die around each write."""

    def put_if_absent(self, key: str, body: bytes, **more: object) -> StoredObject:
        die_once("before-put")
        stored = super().put_if_absent(key, body, **more)  # type: ignore[arg-type]  # handed on as given
        die_once("after-put")
        return stored


class DyingLog(Log):
    """A vendor's log whose reader may die just after the vendor was asked."""

    def note(self, line: str) -> None:
        super().note(line)
        if line != "transcribe":  # what a vendor heard and nobody stored yet can only be asked again
            die_once(f"after-{line}")


def live(app_url: str, folder: Path, workflow: str) -> None:
    """Work until the workflow has ended."""
    database = DyingDatabase(beside(app_url), clock=SystemClock(), pool_size=4)
    context = scripted_context(app_url, folder, database=database)
    object.__setattr__(context.vault, "objects", DyingArtifacts(folder / "objects"))
    context.vendor._log = DyingLog(folder / "vendor.log")  # type: ignore[attr-defined]  # the scripted vendor has one
    engine.launch(context, database_url=beside(app_url).engine, worker="w1", version="1", pace=Pace(concurrency=1))
    handle = DBOS.retrieve_workflow(workflow)
    while handle.get_status().status in ("PENDING", "ENQUEUED"):
        time.sleep(0.05)
    print(handle.get_status().status, flush=True)


def main() -> None:
    """Live again and again."""
    global _died_at
    app_url, folder, workflow = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    _died_at = folder / "died_at"
    for lives in range(1, 400):
        child = os.fork()
        if child == 0:
            live(app_url, folder, workflow)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(f"lives {lives}", flush=True)
            sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main()
