from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from pipeline.telemetry.listener import Listener, Told, is_allowed


@pytest.fixture
def faults() -> dict[str, tuple[str, ...]]:
    return {"alive": (), "ready": ()}


@pytest.fixture
def listener(faults: dict[str, tuple[str, ...]]) -> Iterator[Listener]:
    told = Told(token="watcher", alive=lambda: faults["alive"], ready=lambda: faults["ready"])
    made = Listener("127.0.0.1", 0, told)
    made.start()
    yield made
    made.close()


def ask(listener: Listener, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{listener.port}{path}", headers=headers)


def test_figures_are_told_to_who_shows_the_token(listener: Listener) -> None:
    assert ask(listener, "/metrics").status_code == 401
    assert ask(listener, "/metrics", Authorization="Bearer other").status_code == 401
    answer = ask(listener, "/metrics", Authorization="Bearer watcher")
    assert answer.status_code == 200
    assert "# TYPE earmark_answers_total counter" in answer.text
    assert answer.headers["server"] == "earmark"


def test_health_tells_the_truth_of_each_half(listener: Listener, faults: dict[str, tuple[str, ...]]) -> None:
    assert (ask(listener, "/healthz").text, ask(listener, "/readyz").text) == ("ok\n", "ok\n")
    faults["ready"] = ("database", "keys")
    answer = ask(listener, "/readyz")
    assert (answer.status_code, answer.text) == (503, "database\nkeys\n")
    assert ask(listener, "/healthz").status_code == 200
    faults["alive"] = ("supervisor",)
    assert ask(listener, "/healthz").status_code == 503


def test_nothing_else_is_there_and_nothing_is_written(listener: Listener, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(listener, "/metrics/4155550123").status_code == 404
    assert httpx.post(f"http://127.0.0.1:{listener.port}/metrics").status_code == 501
    assert capsys.readouterr().err == ""


def test_a_token_is_compared_whole() -> None:
    assert is_allowed("Bearer é", "é")
    assert not is_allowed("Bearer ", "x")
