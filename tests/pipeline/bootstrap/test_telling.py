from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from pipeline.bootstrap.telling import disk_of, listening, metrics_token, traces_of
from pipeline.model.errors import InvalidInput
from pipeline.settings import read_settings
from pipeline.telemetry import metrics, traces
from pipeline.telemetry.listener import Told

TOLD = Told(alive=lambda: (), ready=lambda: ())


def test_without_a_port_nothing_is_listened_on() -> None:
    with listening(read_settings(), None, TOLD) as port:
        assert port is None


def test_figures_are_told_on_this_machine_alone_unless_another_address_is_set() -> None:
    with listening(read_settings(), 0, TOLD) as port:
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 200
    assert read_settings().metrics.host == "127.0.0.1"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"port {port} for figures"), listening(read_settings(), port, TOLD):
            pass


def test_the_free_part_of_the_disk_is_looked_up_also_before_there_is_a_data_directory(tmp_path: Path) -> None:
    disk_of(read_settings(data_dir=tmp_path / "not" / "yet"))()
    disk_of(read_settings(data_dir=tmp_path))()
    free = metrics.REGISTRY.get_sample_value("earmark_data_free_ratio")
    assert free is not None
    assert 0 < free < 1


def test_without_an_endpoint_no_trace_is_sent_and_the_token_is_empty() -> None:
    settings = read_settings()
    with traces_of(settings, "web"), traces.begun("request GET", kind="server") as told:
        told.tell(status=200)
        assert traces._Installed.tracer is None
    assert metrics_token(settings) == ""
    assert metrics_token(read_settings(metrics={"token": "watcher"})) == "watcher"


def test_a_collector_elsewhere_is_spoken_to_encrypted() -> None:
    with pytest.raises(InvalidInput, match="EARMARK_TRACES__ENDPOINT"):
        read_settings(traces={"endpoint": "http://collector.example.com:4318"})
