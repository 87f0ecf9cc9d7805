from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.pipeline.cli.conftest import Earmark, told_in_one_line


@pytest.fixture
def folder() -> Iterator[Path]:
    """For root the embedded database runs as another user: not in pytest's own folder."""
    made = Path(tempfile.mkdtemp(prefix="earmark-serve-"))
    yield made
    shutil.rmtree(made)


def test_it_serves_until_told_to_stop_and_stops_its_database(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "serve"],
        cwd=ROOT,
        env=environment | {"EARMARK_DATA_DIR": str(folder / "data"), "EARMARK_WEB__PORT": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = json.loads(process.stderr.readline())
    process.send_signal(signal.SIGTERM)
    rest = process.stderr.read()
    process.stderr.close()
    assert (told["event"], process.wait()) == ("web.listening", 0)
    assert "Traceback" not in rest
    assert not (folder / "data" / "postgres" / "postmaster.pid").exists()


def test_a_wrong_setting_is_told_once_and_nothing_is_started(
    earmark: Earmark, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_WEB__PORT", "99999")
    answer = earmark("serve", "--with-worker")
    assert answer[0] == 2
    assert "EARMARK_WEB__PORT" in told_in_one_line(*answer)
    assert not installation.exists()
