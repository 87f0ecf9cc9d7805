"""`earmark keys`: the keys that wrap a tenant's data keys, and another one from now on."""

from __future__ import annotations

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.ids import tenant_id


@click.group("keys")
def command() -> None:
    """The keys that everything of a tenant is sealed under."""


@command.command("status")
@click.option("--tenant", required=True)
@as_json_option
def status(tenant: str, as_json: bool) -> None:
    """List the tenant's keys, oldest first: the present one seals, earlier ones open what they sealed."""
    owner = tenant_id(tenant)
    with open_desk() as base:
        found = base.keys.list_tenant_keys(owner)
    if as_json:
        show([{"key": key.key_id, "state": key.state.value, "is_present": key.is_present} for key in found])
    else:
        rows = [(key.key_id, key.state.value, "present" if key.is_present else "earlier") for key in found]
        show_table(("key", "state", "use"), rows)


@command.command("rotate")
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="Why; it is kept sealed, and the audit log names it by its id.")
@as_option
@as_json_option
def rotate(tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Seal under a new key from now on; repeating it after a failure finishes what was begun."""
    from pipeline.decisions.tenant_keys import rotate_tenant_key

    owner, actor = tenant_id(tenant), name_actor(acting)
    with open_desk() as base:
        made = rotate_tenant_key(base.database, base.keys, owner, actor=actor, reason=reason)
    shown = {"tenant": owner, "key": made}
    show(shown) if as_json else show_facts(shown)
