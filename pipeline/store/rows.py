"""Adding many rows by one statement whose text never changes, so that neither we nor the server prepare it anew.

The rows travel as one JSON document and the server reads them as rows of the table: ten rows or a thousand are one
parameter. A statement of so many values would be another statement for each number of rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Table, TextClause, text

from pipeline.store.session import Transaction


def add_rows(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], *, returning: Column[Any] | None = None
) -> list[Any]:
    """Add rows, all or none; or, where it is asked which were added, those that are not there yet.

    Args:
        tx: the tenant's transaction.
        table: where to.
        rows: all with the same columns.
        returning: a column whose values of the added rows are wanted. With it a row that is there already is left out;
            without it such a row is an error, and nothing is added.

    Returns:
        The values of `returning`, in any order; nothing where none is wanted.
    """
    if not rows:
        return []
    statement = _statement(table, tuple(rows[0]), returning.name if returning is not None else "")
    done = tx.connection.execute(statement, {"rows": _document(rows)})
    return list(done.scalars()) if returning is not None else []


def add_with_parts(
    tx: Transaction,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    parts: tuple[Column[Any], Sequence[Mapping[str, Any]]],
) -> list[Any]:
    """Add the rows that are not there yet, and the parts of those that were added, in one statement.

    Args:
        tx: the tenant's transaction.
        table: where the rows go, which have an `id`.
        rows: all with the same columns.
        parts: the column by which a part names its row, and the parts of all the rows, all with the same columns.

    Returns:
        The ids of the rows that were added, in any order.
    """
    column, given = parts
    if not rows:
        return []
    if not given:
        return add_rows(tx, table, rows, returning=table.c["id"])
    statement = _statement_with_parts(table, tuple(rows[0]), column, tuple(given[0]))
    return list(tx.connection.execute(statement, {"rows": _document(rows), "parts": _document(given)}).scalars())


@lru_cache(maxsize=256)
def _statement_with_parts(
    table: Table, names: tuple[str, ...], column: Column[Any], part_names: tuple[str, ...]
) -> TextClause:
    columns, part_columns, part = ", ".join(names), ", ".join(part_names), column.table
    return text(
        f"with added as (insert into {table.fullname} ({columns}) select {columns} "  # noqa: S608 - our own tables
        f"from jsonb_populate_recordset(null::{table.fullname}, cast(:rows as jsonb)) on conflict do nothing "
        f"returning id), kept as (insert into {part} ({part_columns}) select {part_columns} "
        f"from jsonb_populate_recordset(null::{part}, cast(:parts as jsonb)) "
        f"where {column.name} in (select id from added)) select id from added"
    )


def _document(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, default=_as_json, separators=(",", ":"))


@lru_cache(maxsize=256)
def _statement(table: Table, names: tuple[str, ...], returning: str) -> TextClause:
    columns = ", ".join(table.c[name].name for name in names)
    wanted = f"on conflict do nothing returning {returning}" if returning else ""
    return text(
        f"insert into {table.fullname} ({columns}) select {columns} "  # noqa: S608 - names of our own tables
        f"from jsonb_populate_recordset(null::{table.fullname}, cast(:rows as jsonb)) {wanted}"
    )


def _as_json(value: object) -> str:
    """Write what JSON has no form for, as the server reads it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} is in no column")
