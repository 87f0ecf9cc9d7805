from __future__ import annotations

import threading
import time

import httpx

from webhooks.main import build_server


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
