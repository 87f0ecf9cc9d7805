"""`earmark quality`: what quality reviews say, and the evaluation cases that came of them."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import tenant_id


@click.group("quality")
def command() -> None:
    """Random samples of calls, read blind: leak rate, agreement, evaluation cases."""


@command.command("report")
@click.option("--tenant", required=True)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3660), help="How far to look back.")
@as_json_option
def report(tenant: str, days: int, as_json: bool) -> None:
    """Show leak rate, precision and agreement of what was drawn in the last days, each with its interval."""
    from pipeline.reads.quality_report import read_results, to_document

    with open_desk(log_level="warning") as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = to_document(read_results(tx, since=tx.now - timedelta(days=days), until=tx.now + timedelta(seconds=1)))
    show(found) if as_json else _print(found)


@command.command("export")
@click.argument("out", metavar="OUT.jsonl", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="Why; it stands in the audit log, so no words of a call.")
@as_option
def export(out: Path, tenant: str, reason: str, acting: str | None) -> None:
    """Write the tenant's evaluation cases, opened with its key, for `make eval FILES=OUT.jsonl` on this machine.

    The file holds what callers said. Only who runs the command can read it; delete it when it was used.
    """
    from pipeline.reads.quality_cases import export_cases

    if not out.absolute().parent.is_dir():
        raise InvalidInput("there is no such folder")
    count = 0
    with open_desk(log_level="warning") as base:
        handle, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=".earmark-")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                for line in export_cases(base.vault, tenant_id(tenant), actor=name_actor(acting), reason=reason):
                    file.write(line)
                    count += 1
            if count:
                part.replace(out)
        except OSError as error:
            raise InvalidInput(f"{out.name}: cannot be written: {os.strerror(error.errno or 0)}") from error
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    click.echo(f"{count} evaluation cases" if count else "there is no evaluation case: nothing was written")


def _print(found: dict[str, Any]) -> None:
    samples, readers = found["samples"], found["readers"]
    show_facts(
        {
            "rate": _share(found["rate"]),
            "drawn": samples["drawn"],
            "read": samples["read"],
            "read by two": readers["calls"],
            "kappa, hidden entities": _kappa(readers["entities"]),
            "kappa, visible words": _kappa(readers["words"]),
            "agreement on what is missed": _share(readers["marks"]["agreement"]),
        }
    )
    click.echo()
    rows = [("all", found["over_all"]), *found["by_type"].items()]
    show_table(
        ("type", "leak rate", "missed of", "precision", "right of", "unsure"),
        [
            (kind, _rate(q["leak"]), _of(q["leak"]), _rate(q["precision"]), _of(q["precision"]), q["unsure"])
            for kind, q in rows
        ],
    )


def _rate(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None:
        return "-"
    told = f"{_share(estimate['value'])} ({_share(estimate['low'])} to {_share(estimate['high'])})"
    return told if estimate["is_enough"] else f"{told}, not enough"


def _of(estimate: dict[str, Any]) -> str:
    return f"{estimate['part']} of {estimate['whole']}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f} %"


def _kappa(kappa: dict[str, Any]) -> str:
    if kappa["kappa"] is None:
        return "-"
    bounds = "" if kappa["low"] is None else f" ({kappa['low']:.2f} to {kappa['high']:.2f})"
    return f"{kappa['kappa']:.2f}{bounds}"
