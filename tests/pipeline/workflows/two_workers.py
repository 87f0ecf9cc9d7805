"""Worker A takes up a recording and is killed in the middle; worker B, alive beside it, finishes.

Arguments: app URL, folder, workflow id.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from dbos import DBOS

from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.supervisor import Supervisor
from tests.pipeline.workflows.house_of_fakes import ScriptedTranscriber, scripted_context
from tests.roles import beside


class _Slow(ScriptedTranscriber):
    def transcribe(self, audio, *, language):  # type: ignore[no-untyped-def]
        Path(sys.argv[2], "hearing").touch()
        time.sleep(60)
        return super().transcribe(audio, language=language)


def _work(app_url: str, folder: Path, workflow: str, *, name: str, is_slow: bool) -> None:
    context = scripted_context(app_url, folder)
    if is_slow:
        context.transcribers["local"].__class__ = _Slow
    supervisor = Supervisor(beside(app_url).engine.replace("+psycopg", ""), worker=name)
    engine.launch(context, database_url=beside(app_url).engine, worker=name, version="1", pace=Pace(concurrency=1))
    supervisor.start()
    handle = DBOS.retrieve_workflow(workflow)
    while handle.get_status().status in ("PENDING", "ENQUEUED"):
        time.sleep(0.1)
    print(handle.get_status().status, flush=True)
    os._exit(0)


def main() -> None:
    """Start A, kill it while it hears, start B and wait for it."""
    app_url, folder, workflow = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    first = os.fork()
    if first == 0:
        _work(app_url, folder, workflow, name="a", is_slow=True)
    while not (folder / "hearing").exists():
        time.sleep(0.05)
    second = os.fork()
    if second == 0:
        _work(app_url, folder, workflow, name="b", is_slow=False)
    time.sleep(1)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    print("killed", flush=True)
    _, status = os.waitpid(second, 0)
    sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main()
