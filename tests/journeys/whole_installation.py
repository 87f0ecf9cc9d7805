"""Everything an installation left behind, as bytes by place."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql


class Owned(Protocol):
    """A database server, as its owner reaches it."""

    def dsn(self, database: str) -> str: ...


def rows_by_column(server: Owned, database: str) -> dict[str, bytes]:
    """Read every column of every table that is not the server's own, as one that no row policy binds."""
    found: dict[str, bytes] = {}
    with psycopg.connect(server.dsn(database)) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
            "and table_schema not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            cursor = connection.execute(sql.SQL("select * from {}").format(sql.Identifier(schema, table)))
            names = [column.name for column in cursor.description or ()]
            columns: list[list[bytes]] = [[] for _ in names]
            for row in cursor:
                for values, value in zip(columns, row, strict=True):
                    values.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
            found |= {f"{schema}.{table}.{n}": b"\n".join(v) for n, v in zip(names, columns, strict=True)}
    return found


def files_below(folder: Path, *, but: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Read every file below a folder, its own path with it, except in the folders named."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not path.is_symlink() and name.split("/")[0] not in but:
            found[name] = name.encode() + b"\n" + path.read_bytes()
    return found
