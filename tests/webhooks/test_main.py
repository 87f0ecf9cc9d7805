from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import httpx

from tests.house.tree import ROOT
from tests.roles import variables
from webhooks.main import build_server


def test_a_web_app_that_cannot_start_says_why_in_one_line(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    gone = {
        **variables(f"postgresql+psycopg://earmark_app:hunter2@/x?host={tmp_path}"),
        "EARMARK_WEB__PORT": "x",
    }
    done = subprocess.run(
        [sys.executable, "-m", "webhooks.main"],
        cwd=ROOT,
        env=environment | gone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("earmark: setting EARMARK_WEB__PORT: ")
    assert (done.stderr.count("\n"), done.stdout) == (1, "")


def test_the_server_listens_answers_and_stops(stage):
    server = build_server(stage.context, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    answer = httpx.get(f"http://127.0.0.1:{port}/readyz")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()
