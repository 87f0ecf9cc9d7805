"""How commands print: a table for people, one JSON document with `--json`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

as_json_option: Callable[[Any], Any] = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def show(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, indent=2, sort_keys=True, default=str))


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; without a terminal it is as wide as its contents."""
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    console.print(table)


def show_rows(columns: Sequence[str], rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    """Print what a list found: whole as JSON, or a table of the named parts of each."""
    if as_json:
        show(rows)
    else:
        show_table(columns, [[row[name] for name in columns] for row in rows])


def show_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {'' if value is None else value}")
