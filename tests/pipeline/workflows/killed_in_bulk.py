"""Worker A is killed while it works on the second recording of a job; worker B, alive beside it, goes on from there.

Arguments: app URL, folder, workflow id.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from dbos import DBOS

from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.supervisor import Supervisor
from tests.bulk import Second
from tests.pipeline.workflows.house_of_fakes import scripted_context


class _Slow(Second):
    calls = 0

    def detect(self, conversation, *, profile):  # type: ignore[no-untyped-def]
        type(self).calls += 1
        if self.calls > 1:
            Path(sys.argv[2], "detecting").touch()
            time.sleep(60)
        return super().detect(conversation, profile=profile)


def _work(app_url: str, folder: Path, workflow: str, *, name: str, detector: Second) -> None:
    context = replace(scripted_context(app_url, folder), detector=detector)
    supervisor = Supervisor(app_url.replace("+psycopg", ""), worker=name)
    engine.launch(context, database_url=app_url, worker=name, version="1", pace=Pace(concurrency=1))
    supervisor.start()
    handle = DBOS.retrieve_workflow(workflow)
    while handle.get_status().status in ("PENDING", "ENQUEUED"):
        time.sleep(0.1)
    print(handle.get_status().status, flush=True)
    os._exit(0)


def main() -> None:
    """Start A, kill it in its second recording, start B and wait for it."""
    app_url, folder, workflow = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    first = os.fork()
    if first == 0:
        _work(app_url, folder, workflow, name="a", detector=_Slow())
    while not (folder / "detecting").exists():
        time.sleep(0.05)
    second = os.fork()
    if second == 0:
        _work(app_url, folder, workflow, name="b", detector=Second())
    time.sleep(0.5)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    print("killed", flush=True)
    _, status = os.waitpid(second, 0)
    sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main()
