"""`earmark policy`: is a policy file whole, and what does another version change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from pipeline.cli.decide import open_policy
from pipeline.cli.output import as_json_option, show, show_table
from pipeline.policies.loader import load_bundle_file


@click.group("policy")
def command() -> None:
    """Policies as data."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@as_json_option
def check(*, file: Path, as_json: bool) -> None:
    """Say whether a policy file is whole; the first fault is named by its path."""
    bundle = load_bundle_file(file)
    leaves = sum(1 for path, _ in _leaves(bundle.model_dump(mode="json")) if path.endswith("clause.key"))
    document = {"id": bundle.id, "version": bundle.version, "digest": bundle.digest, "clauses": leaves, "valid": True}
    if as_json:
        show(document)
    else:
        click.echo(f"{file.name}: {bundle.id} {bundle.version} is whole: {leaves} clauses, digest {bundle.digest[:12]}")


@command.command("diff")
@click.argument("before")
@click.argument("after")
@as_json_option
def diff(*, before: str, after: str, as_json: bool) -> None:
    """List what differs between two policies, each a packaged name or a file."""
    old, new = (dict(_leaves(open_policy(name).model_dump(mode="json"))) for name in (before, after))
    changes = [
        {"path": path, "before": old.get(path), "after": new.get(path)}
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]
    if as_json:
        show({"changes": changes})
    else:
        show_table(("path", "before", "after"), [(c["path"], c["before"], c["after"]) for c in changes])


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Walk to every plain value; members of a list that have a name or id are told apart by it, not by place."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
        for at, entry in enumerate(value):
            name = entry.get("name") or entry.get("id") or at
            yield from _leaves(entry, f"{path}[{name}]")
    else:
        yield path, value
