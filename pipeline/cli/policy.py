"""`earmark policy`: is a policy file whole, and what does another version change."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.decide import open_policy
from pipeline.cli.output import as_json_option, show, show_table
from pipeline.cli.policy_versions import COMMANDS
from pipeline.policies.changes import leaves, list_changes
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
    clauses = sum(1 for path, _ in leaves(bundle.model_dump(mode="json")) if path.endswith("clause.key"))
    document = {"id": bundle.id, "version": bundle.version, "digest": bundle.digest, "clauses": clauses, "valid": True}
    if as_json:
        show(document)
    else:
        click.echo(
            f"{file.name}: {bundle.id} {bundle.version} is whole: {clauses} clauses, digest {bundle.digest[:12]}"
        )


@command.command("diff")
@click.argument("before")
@click.argument("after")
@as_json_option
def diff(*, before: str, after: str, as_json: bool) -> None:
    """List what differs between two policies, each a packaged name or a file, and whether it allows less or more."""
    changes = list_changes(open_policy(before), open_policy(after))
    if as_json:
        show({"changes": [asdict(change) for change in changes]})
    else:
        show_table(("path", "before", "after", "effect"), [(c.path, c.before, c.after, c.effect) for c in changes])


for versioned in COMMANDS:
    command.add_command(versioned)
