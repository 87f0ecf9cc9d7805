"""`earmark matter`: the cases that legal holds belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.actor import as_option, name_actor, name_via
from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.ids import tenant_id

if TYPE_CHECKING:
    from pipeline.store.matters import Matter

_tenant: Callable[[Any], Any] = click.option("--tenant", required=True, help="Whose.")


@click.group("matter")
def command() -> None:
    """Matters: the cases that legal holds belong to."""


@command.command("open")
@click.argument("matter", metavar="REFERENCE")
@_tenant
@click.option("--title", required=True, help="What the case is called; it is sealed.")
@click.option("--owner", "owners", multiple=True, metavar="user:NAME", help="Who may read what it holds.")
@as_option
@as_json_option
def open_one(
    *, matter: str, tenant: str, title: str, owners: tuple[str, ...], acting: str | None, as_json: bool
) -> None:
    """Open a matter, or give title and owners to one that a hold opened."""
    from pipeline.decisions.matters import open_matter

    actor = name_actor(acting)
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        opened = open_matter(tx, base.keys, matter=matter, title=title, owners=owners, actor=actor, via=name_via())
    _print(opened, as_json=as_json)


@command.command("close")
@click.argument("matter", metavar="REFERENCE")
@_tenant
@as_option
@as_json_option
def close(*, matter: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Close a matter that has no hold in force."""
    from pipeline.decisions.matters import close_matter

    actor = name_actor(acting)
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        closed = close_matter(tx, matter=matter, actor=actor, via=name_via())
    _print(closed, as_json=as_json)


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List a tenant's matters with their titles."""
    from pipeline.store.matters import list_matters

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = list_matters(tx, keys=base.keys)
    if as_json:
        show([asdict(matter) for matter in found])
    else:
        rows = [(m.id, m.title, ", ".join(m.owners), m.opened_at, m.closed_at or "open") for m in found]
        show_table(("matter", "title", "owners", "opened", "closed"), rows)


def _print(matter: Matter, *, as_json: bool) -> None:
    told = {name: value for name, value in asdict(matter).items() if name != "title"}
    if as_json:
        show(told)
    else:
        show_facts({**told, "owners": ", ".join(matter.owners)})
