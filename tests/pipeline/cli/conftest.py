from __future__ import annotations

import json
import math
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.cli import run
from pipeline.cli.opened import open_tenant
from pipeline.model.audit import AuditEntry
from pipeline.store.audit import list_events
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.conftest import APP_ROLE
from tests.roles import variables

type Earmark = Callable[..., tuple[int, str, str]]


@pytest.fixture
def installation(
    postgres: EmbeddedPostgres, database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Settings of an installation with a database of its own; gives its data directory."""
    for name, value in variables(postgres.url(database_name, user=APP_ROLE)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def earmark(installation: Path, capsys: pytest.CaptureFixture[str]) -> Earmark:
    """Run a command in this process; gives its exit code and what it printed."""

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


@pytest.fixture
def acme(earmark: Earmark) -> str:
    """A tenant, taken on by the command."""
    code, _, told = earmark("tenant", "add", "acme", "--policy", "nejix", "--display-name", "Acme")
    assert code == 0, told
    return "acme"


def told_in_one_line(code: int, out: str, err: str) -> str:
    """Hold an answer against the contract of failures, and give the line."""
    assert code in (1, 2)
    assert out == ""
    assert err.startswith("earmark: ")
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    return err.strip().removeprefix("earmark: ")


def document(answer: tuple[int, str, str]) -> Any:
    """Read what a command printed with `--json`."""
    code, out, err = answer
    assert code == 0, err
    return json.loads(out)


def write_wav(path: Path, *, seconds: float = 1.0, rate: int = 8000, channels: int = 2) -> Path:
    """Write a tone."""
    frames = np.arange(int(seconds * rate))
    tone = (8000 * np.sin(2 * math.pi * 440 * frames / rate)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(tone[:, None], channels, axis=1).tobytes())
    return path


def logged(tenant: str) -> list[AuditEntry]:
    """Give what stands in a tenant's audit log, in its order."""
    with open_tenant(tenant) as (_, tx):
        return [event.entry for event in list_events(tx)]
