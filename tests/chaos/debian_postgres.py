"""Debian's PostgreSQL on a host of its own, spoken to over TLS. Needs root and the package `postgresql`."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import psycopg

from tests.chaos.hosts import Host

_BIN: Final = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_AS_ITS_USER: Final = ("runuser", "-u", "postgres", "--")


class DebianPostgres:
    """One server; its data lies under a folder."""

    def __init__(self, folder: Path, host: Host) -> None:
        self.data, self.host = folder / "data", host
        self._log = folder / "log"
        self._server: subprocess.Popen[bytes] | None = None

    @staticmethod
    def is_installed() -> bool:
        """Say whether the package is there."""
        return bool(_BIN)

    def start(self) -> None:
        """Make the database if it is not there, and start the server."""
        if not self.data.exists():
            self._make()
        command = [*self.host.before, *_AS_ITS_USER, str(_BIN[-1] / "postgres"), "-D", str(self.data)]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(300):
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise RuntimeError("Debian's PostgreSQL does not answer")

    def stop(self) -> None:
        """Stop it at once."""
        if self._server is not None:
            command = [*_AS_ITS_USER, str(_BIN[-1] / "pg_ctl"), "-D", str(self.data), "-m", "immediate", "stop"]
            subprocess.run(command, check=False, capture_output=True)
            self._server.wait(30)

    def create_database(self, name: str) -> None:
        """Make a database."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{name}"')

    def url(self, database: str, *, user: str = "postgres") -> str:
        """Give the SQLAlchemy URL of a database for a role."""
        return f"postgresql+psycopg://{user}@{self.host.address}:5432/{database}?sslmode=require"

    def dsn(self, database: str, *, user: str = "postgres") -> str:
        """Give the libpq URI of a database for a role."""
        return self.url(database, user=user).replace("+psycopg", "", 1)

    def _make(self) -> None:
        self.data.mkdir(parents=True)
        shutil.chown(self.data, "postgres", "postgres")
        made = [*_AS_ITS_USER, str(_BIN[-1] / "initdb"), "-D", str(self.data), "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(made, check=True, capture_output=True)
        key, certificate = self.data / "server.key", self.data / "server.crt"
        subprocess.run(
            [*_AS_ITS_USER, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=database", "-keyout", str(key), "-out", str(certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("listen_addresses = '*'\nssl = on\nmax_connections = 300\nunix_socket_directories = ''\n")
        (self.data / "pg_hba.conf").write_text("hostssl all all 10.77.0.0/24 trust\n")
