"""Earmark's web app that kills itself with signal 9, once at each point of a request, and is started again.

It dies when the signature was verified, when all was done and nothing committed, and when it was committed and nobody
answered. Arguments: the app's database URL, the folder of the keys, the port, the file that says where it died.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from pipeline.store.session import Database
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.system_clock import SystemClock
from pipeline.workflows.queue import DurableQueue
from tests.fakes import NotedRecordings
from tests.roles import beside
from tests.webhooks.conftest import BASE
from webhooks.app import create_app
from webhooks.tenancy import WebContext


class DyingDatabase(Database):
    """A database whose user dies around a transaction that writes."""

    told: Path

    @contextmanager
    def shared_transaction(self, *, lock_wait_ms=None):
        if lock_wait_ms is None:  # the tenant is read
            with super().shared_transaction() as enter:
                yield enter
            return
        self.die("verified")
        with super().shared_transaction(lock_wait_ms=lock_wait_ms) as enter:
            yield enter
            self.die("acted")
        self.die("committed")

    def die(self, where: str) -> None:
        died = self.told.read_text() if self.told.exists() else ""
        if where not in died:
            self.told.write_text(f"{died}{where} ")
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Live again and again, as under a supervisor; each life forgets all that the one before held in memory."""
    while True:
        child = os.fork()
        if child == 0:
            live()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return


def live() -> None:
    """Serve."""
    url, folder, port, told = sys.argv[1:]
    database = DyingDatabase(beside(url), clock=SystemClock(), patience_s=2)
    database.told = Path(told)
    context = WebContext(
        database=database,
        objects=FileArtifacts(Path(folder)),
        keys=FileKeys(Path(folder)),
        queue=DurableQueue(database, version="1"),
        recordings=NotedRecordings(),
        telephony=None,  # type: ignore[arg-type]  # no route of the test asks it
        clock=SystemClock(),
        public_base=BASE,
    )
    uvicorn.run(create_app(context), port=int(port), log_config=None)


if __name__ == "__main__":
    main()
