from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.conftest import APP_ROLE
from tests.house.tree import ROOT

UNREAD = "^earmark_(standing_read|worker_heartbeat)_timestamp_seconds 0.0$"


@pytest.fixture
def settings(postgres: EmbeddedPostgres, database_name: str, tmp_path: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    return environment | {
        "EARMARK_DATABASE__URL": postgres.url(database_name, user=APP_ROLE),
        "EARMARK_DATA_DIR": str(tmp_path / "data"),
    }


def figures(port: int, token: dict[str, str]) -> str:
    return httpx.get(f"http://127.0.0.1:{port}/metrics", headers=token).text


def start(settings: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "worker"], cwd=ROOT, env=settings, stderr=subprocess.PIPE, text=True
    )


def test_a_worker_says_when_it_is_ready_holds_its_name_and_stops_when_told(settings: dict[str, str]) -> None:
    first = start(settings | {"EARMARK_WORKER__METRICS_PORT": "0", "EARMARK_METRICS__TOKEN": "watcher"})
    assert first.stderr is not None
    told = json.loads(first.stderr.readline())
    assert (told["event"], told["worker"]) == ("worker.ready", "worker-1")
    port = json.loads(first.stderr.readline())["port"]
    health = [httpx.get(f"http://127.0.0.1:{port}/{path}") for path in ("healthz", "readyz", "metrics")]
    assert [answer.status_code for answer in health] == [200, 200, 401]
    token = {"Authorization": "Bearer watcher"}
    while re.search(UNREAD, shown := figures(port, token), re.MULTILINE):
        time.sleep(0.1)
    assert not re.search("^earmark_data_free_ratio 0.0$", shown, re.MULTILINE)

    second = start(settings)
    assert second.communicate()[1] == "earmark: a worker named worker-1 is running\n"
    assert second.returncode == 2

    first.send_signal(signal.SIGTERM)
    rest = first.communicate()[1]
    assert (first.returncode, rest) == (0, "")


def test_a_worker_without_a_database_is_one_line(settings: dict[str, str], tmp_path: Path) -> None:
    gone = f"postgresql+psycopg://earmark_app:hunter2@/x?host={tmp_path}"
    process = start(settings | {"EARMARK_DATABASE__URL": gone})
    err = process.communicate()[1]
    assert process.returncode == 1
    assert len(err.splitlines()) == 1
    assert "hunter2" not in err
