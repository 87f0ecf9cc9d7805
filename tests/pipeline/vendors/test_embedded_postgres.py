from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.model.errors import StoreUnreachable
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.house.tree import ROOT


@pytest.fixture
def folder() -> Iterator[Path]:
    """For root the server runs as another user: not in pytest's own folder."""
    made = Path(tempfile.mkdtemp(prefix="earmark-server-"))
    yield made / "postgres"
    shutil.rmtree(made)


def is_running(folder: Path) -> bool:
    return (folder / "postmaster.pid").exists()


def test_what_was_written_is_there_after_a_stop_and_a_start_in_one_process(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    server.create_database("calls")
    server.create_database("calls")
    with psycopg.connect(server.dsn("calls")) as connection:
        connection.execute("create table kept as select 1 as n")
    server.stop()
    server.stop()
    assert not is_running(folder)
    server.start()
    with psycopg.connect(server.dsn("calls")) as connection:
        assert connection.execute("select n from kept").fetchone() == (1,)
    server.stop()


def test_the_last_user_stops_it_and_not_the_first(folder: Path) -> None:
    here = EmbeddedPostgres(folder)
    here.start()
    other = subprocess.Popen(
        [sys.executable, "-c", "import sys; from pathlib import Path\n"
         "from pipeline.vendors.embedded_postgres import EmbeddedPostgres\n"
         "s = EmbeddedPostgres(Path(sys.argv[1])); s.start(); print('up', flush=True); input(); s.stop()", str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "up\n"
    here.stop()
    assert is_running(folder)
    other.communicate("\n")
    assert other.returncode == 0
    assert not is_running(folder)


def test_a_server_that_was_killed_is_no_hindrance_to_a_stop_nor_to_the_next_start(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    os.kill(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
    server.stop()
    server.start()
    server.create_database("calls")
    server.stop()
    assert not is_running(folder)


def test_it_listens_on_a_socket_alone(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    with psycopg.connect(server.dsn("postgres")) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert server.url("calls", user="app").startswith("postgresql+psycopg://app@/calls?host=/")
    server.stop()


def test_a_server_that_was_not_started_has_no_address(folder: Path) -> None:
    with pytest.raises(StoreUnreachable, match="not started"):
        EmbeddedPostgres(folder).url("calls")


def test_a_killed_servers_number_that_somebody_else_has_now_is_not_taken_for_the_server(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    server.create_database("calls")
    left = folder / "postmaster.pid"
    pid, *others = left.read_text().splitlines()
    os.kill(int(pid), signal.SIGKILL)
    for number in (f"{os.getpid()}", ""):  # of a process that is not the server; and a file cut short
        left.write_text("\n".join([number, *others] if number else others[:2]))
        server.start()
        assert int(left.read_text().split()[0]) != os.getpid()
        with psycopg.connect(server.dsn("calls")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        os.kill(int(left.read_text().split()[0]), signal.SIGKILL)
    server.start()
    server.stop()
    assert not is_running(folder)
