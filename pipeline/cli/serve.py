"""`earmark serve`: the web app, and a worker beside it where that is asked for."""

from __future__ import annotations

import signal
import subprocess
import sys

import click

_WEB = [sys.executable, "-m", "webhooks.main"]
_WORKER = [sys.executable, "-m", "pipeline.cli", "worker"]


@click.command("serve")
@click.option("--with-worker", is_flag=True, help="Run one worker too.")
def command(with_worker: bool) -> int:
    """Serve the webhooks and the API until told to stop.

    The web app is a process of its own, because the pipeline knows nothing of HTTP.
    """
    from pipeline.settings import read_settings

    read_settings()  # a wrong setting is told here, in one line, and not by two processes
    processes = [subprocess.Popen(arguments) for arguments in ([_WEB, _WORKER] if with_worker else [_WEB])]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(processes))
    # Whichever ends first takes the other with it: half a system must not look alive.
    codes = _wait_for_first(processes)
    _end(processes)
    codes += [process.wait() for process in processes]
    return 0 if all(code in (0, -signal.SIGTERM, -signal.SIGINT) for code in codes) else 1


def _wait_for_first(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    while True:
        for process in processes:
            try:
                return [process.wait(timeout=0.5)]
            except subprocess.TimeoutExpired:
                continue


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
