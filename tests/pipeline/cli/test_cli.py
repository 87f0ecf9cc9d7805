from __future__ import annotations

import subprocess
import sys

import click
import pytest

import pipeline.cli
from pipeline.cli import COMMANDS, earmark, run
from pipeline.model.errors import IntegrityError, InvalidInput, NotFound, StoreUnreachable
from tests.pipeline.cli.conftest import told_in_one_line

SAID = "four five three two"


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command that fails in its own way."""

    @click.command("fails")
    def fails() -> None:
        raise error

    monkeypatch.setattr(pipeline.cli, "earmark", click.Group(commands=[fails]))
    return run(["fails"])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_does(name: str) -> None:
    found = earmark.get_command(click.Context(earmark), name)
    assert found is not None
    assert found.name == name
    assert found.help


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("not so"), 2),
        (NotFound("not here"), 2),
        (IntegrityError("altered"), 1),
        (StoreUnreachable("put", reason="ENOSPC"), 1),
        (OSError(28, "No space left on device", "/somewhere"), 1),
        (click.UsageError("no such option"), 2),
    ],
)
def test_an_error_is_one_line_and_a_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(error, monkeypatch) == code
    shown = capsys.readouterr()
    told_in_one_line(code, shown.out, shown.err)


def test_a_fault_of_ours_is_told_by_its_place_and_not_by_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(KeyError(SAID), monkeypatch) == 1
    shown = capsys.readouterr()
    assert "KeyError" in told_in_one_line(1, shown.out, shown.err)
    assert SAID not in shown.err


def test_an_interruption_is_told_and_has_its_own_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err.strip() == "earmark: interrupted"


def test_without_a_command_the_help_is_shown_as_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(f"  {name}" in shown.err for name in COMMANDS)


def test_help_loads_no_model_and_no_database() -> None:
    code = "import sys; from pipeline.cli import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"spacy", "presidio_analyzer", "faster_whisper", "sqlalchemy", "dbos"}
