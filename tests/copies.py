"""Whole installations that are copied and brought back: a database with all that lies in the store of objects."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.store.session import Database
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.files import FileArtifacts
from tests.conftest import APP_ROLE
from tests.databases import copy_database, drop_database
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of a moment: the name of a database, and the folder that lay beside it."""

    database: str
    folder: Path


class Copies:
    """Makes copies, opens them and throws all of them away."""

    def __init__(self, postgres: EmbeddedPostgres, folder: Path, clock) -> None:
        self._postgres, self._folder, self._clock = postgres, folder, clock
        self._made: list[str] = []
        self._opened: list[Database] = []

    def take(self, line: Line) -> Copy:
        """Copy a line's database and folder as they are now; its connections are made anew afterwards."""
        line.context.vault.database.close()
        folder = self._folder / uuid.uuid4().hex
        shutil.copytree(line.folder, folder)
        return Copy(database=self._clone(line.context.vault.database.engine.url.database), folder=folder)

    def open(self, copy: Copy, line: Line) -> Line:
        """Open a copy of a copy, which stays as it is, in a folder of its own."""
        folder = self._folder / uuid.uuid4().hex
        shutil.copytree(copy.folder, folder)
        return self._open(copy, line, folder)

    def bring_back(self, copy: Copy, line: Line) -> Line:
        """Bring the database and the tenants' objects back to a copy; the ledger, keys and vendors go on."""
        objects = line.folder / "objects" / "tenants"
        shutil.rmtree(objects, ignore_errors=True)
        shutil.copytree(copy.folder / "objects" / "tenants", objects)
        line.context.vault.database.close()
        return self._open(copy, line, line.folder)

    def throw_away(self) -> None:
        """Close what was opened and drop what was made."""
        for database in self._opened:
            database.close()
        for name in self._made:
            drop_database(self._postgres, name)

    def _open(self, copy: Copy, line: Line, folder: Path) -> Line:
        url = self._postgres.url(self._clone(copy.database), user=APP_ROLE)
        self._opened.append(Database(url, clock=self._clock))
        context = scripted_context("", folder, database=self._opened[-1])
        vault = replace(context.vault, objects=FileArtifacts(folder / "objects", now=self._clock.now))
        return Line(
            context=replace(context, vault=vault, clock=self._clock, channels=line.context.channels),
            owner=line.owner,
            folder=folder,
        )

    def _clone(self, database: str) -> str:
        name = copy_database(self._postgres, database)
        self._made.append(name)
        return name
