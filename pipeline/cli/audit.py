"""`earmark audit`: show that the log is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.output import as_json_option, show
from pipeline.model.audit import AuditEntry, AuditEvent, find_break
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import tenant_id


@click.group("audit")
def command() -> None:
    """The audit log."""


@command.command("verify")
@click.option("--tenant", help="Verify this tenant's log in the database; without it, every tenant's.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="Verify an exported log, offline.")
@as_json_option
def verify(tenant: str | None, path: Path | None, as_json: bool) -> int:
    """Recompute the chain and name the first event that was changed, removed or moved."""
    found = {str(path.name): _summary(read_log(path))} if path is not None else _verify_database(tenant)
    broken = {name: s for name, s in found.items() if s["broken_at"] is not None}
    if as_json:
        show(found)
    else:
        for name, summary in found.items():
            verdict = "whole" if summary["broken_at"] is None else f"BROKEN at event {summary['broken_at']}"
            click.echo(f"{name}: {summary['events']} events, {verdict}")
    return 1 if broken else 0


@command.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
def export(path: Path, tenant: str) -> None:
    """Write a tenant's log as JSON lines, for `audit verify --file`."""
    from pipeline.bootstrap import open_base
    from pipeline.settings import read_settings
    from pipeline.store.audit import list_events

    with open_base(read_settings()) as base, base.database.transaction(tenant_id(tenant)) as tx, path.open("w") as out:
        for event in list_events(tx):
            out.write(json.dumps(asdict(event), sort_keys=True, default=str) + "\n")


def _verify_database(tenant: str | None) -> dict[str, dict[str, int | None]]:
    from pipeline.bootstrap import open_base
    from pipeline.settings import read_settings
    from pipeline.store.audit import list_events
    from pipeline.store.system_session import list_tenants

    with open_base(read_settings()) as base:
        names = list_tenants(base.database)
        if tenant is not None:
            if tenant_id(tenant) not in names:
                raise NotFound(f"no tenant {tenant}")
            names = (tenant_id(tenant),)
        found = {}
        for name in names:
            with base.database.transaction(name) as tx:
                found[str(name)] = _summary(list_events(tx))
        return found


def _summary(events: Iterator[AuditEvent]) -> dict[str, int | None]:
    count = 0

    def counted() -> Iterator[AuditEvent]:
        nonlocal count
        for event in events:
            count += 1
            yield event

    broken_at = find_break(counted())
    return {"events": count, "broken_at": broken_at}


def read_log(path: Path) -> Iterator[AuditEvent]:
    """Read an exported log.

    Raises:
        InvalidInput: no such file, or a line of it is no event.
    """
    if not path.is_file():
        raise InvalidInput("the file is not there")
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                at = datetime.fromisoformat(row["entry"]["at"])
                entry = AuditEntry(**{**row["entry"], "at": at})
                _check_shape(entry)
                yield AuditEvent(entry=entry, previous_hash=row["previous_hash"], hash=row["hash"])
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidInput(f"line {number} is not an audit event") from error


def _check_shape(entry: AuditEntry) -> None:
    """Refuse values that no event of ours has: they could not be digested, or be taken for others.

    Raises:
        TypeError: one has another type.
    """
    texts = (entry.tenant, entry.tag, entry.actor, entry.target)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.facts, dict):
        raise TypeError("a text and facts are expected")
    if type(entry.seq) is not int or not all(v is None or isinstance(v, str | int) for v in entry.facts.values()):
        raise TypeError("a number and plain facts are expected")
