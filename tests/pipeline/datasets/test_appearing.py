from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.datasets.appearing import PREFIX, appearing
from pipeline.model.errors import InvalidInput

KILLED = """
import sys, time
from pathlib import Path
from pipeline.datasets.appearing import appearing
with appearing(Path(sys.argv[1])) as folder:
    (folder / "x").write_text("x")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_the_folder_appears_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    with appearing(tmp_path / "sub" / "out") as folder:
        (folder / "x").write_text("x")
        assert not (tmp_path / "sub" / "out").exists()
    assert [p.name for p in (tmp_path / "sub").iterdir()] == ["out"]
    assert (tmp_path / "sub" / "out" / "x").read_text() == "x"
    assert (tmp_path / "sub" / "out").stat().st_mode & 0o077 == 0


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with appearing(tmp_path / "out") as folder:
        (folder / "x").write_text("x")
    assert (tmp_path / "out" / "x").exists()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_after_any_failure_nothing_is_left(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), appearing(tmp_path / "out") as folder:
        (folder / "x").write_text("x")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    before = sorted(p.name for p in tmp_path.iterdir())
    for name in ("full", "file", "link"):
        with pytest.raises(InvalidInput), appearing(tmp_path / name):
            raise AssertionError("it must not begin")
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert (tmp_path / "full" / "x").read_text() == "mine"


def test_what_appears_meanwhile_is_not_written_over_either(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput), appearing(tmp_path / "out"):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "x").write_text("another's")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_export_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", KILLED, str(tmp_path / "other")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        with appearing(tmp_path / "first"):
            pass
        assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 1
        running.send_signal(signal.SIGKILL)
    with appearing(tmp_path / "second"):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == ["first", "second"]


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput), appearing(tmp_path / "file" / "out"):
        raise AssertionError("it must not begin")
