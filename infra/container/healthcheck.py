"""Says by its exit code whether the process of this container lives: it is asked on the port that its settings name.

Whether it can also work (`/readyz`) is for who sends requests. A process that waits for its database is not mended by
being started again.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from pipeline.settings import read_settings

_TIMEOUT_S = 4


def lives(port: int | None) -> bool:
    """Ask a process of this machine whether it lives."""
    if not port:
        return False
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=_TIMEOUT_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    settings = read_settings()
    sys.exit(0 if lives(settings.web.port if sys.argv[1:] == ["web"] else settings.worker.metrics_port) else 1)
