"""`earmark hold`: place and release legal holds."""

from __future__ import annotations

from dataclasses import asdict

import click

from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import tenant_id


@click.group("hold")
def command() -> None:
    """Legal holds: nothing they cover is disposed of."""


@command.command("place")
@click.option("--tenant", required=True)
@click.option("--matter", required=True, help="The case, by its reference.")
@click.option("--recording", help="Hold one recording.")
@click.option("--call", help="Hold everything of one call.")
@click.option("--whole-tenant", is_flag=True, help="Hold everything of the tenant.")
@click.option("--reason", required=True)
@as_json_option
def place(tenant: str, matter: str, reason: str, as_json: bool, **scope: str | bool | None) -> None:
    """Place a hold; every object it covers is locked and the lock read back."""
    from pipeline.bootstrap import open_base
    from pipeline.decisions.holds import place as place_hold
    from pipeline.settings import read_settings

    chosen = [(kind, str(scope[kind])) for kind in ("recording", "call") if scope[kind]]
    chosen += [("tenant", tenant)] if scope["whole_tenant"] else []
    if len(chosen) != 1:
        raise InvalidInput("name one of --recording, --call and --whole-tenant")
    with open_base(read_settings()) as base, base.database.transaction(tenant_id(tenant)) as tx:
        hold = place_hold(tx, base.vault, matter=matter, scope=chosen[0], actor="cli", reason=reason)
    show(asdict(hold)) if as_json else show_facts(asdict(hold))


@command.command("release")
@click.argument("hold")
@click.option("--tenant", required=True)
@click.option("--reason", required=True)
@as_json_option
def release(hold: str, tenant: str, reason: str, as_json: bool) -> None:
    """Release a hold that is in force."""
    from pipeline.bootstrap import open_base
    from pipeline.decisions.holds import release as release_hold
    from pipeline.settings import read_settings

    with open_base(read_settings()) as base, base.database.transaction(tenant_id(tenant)) as tx:
        released = release_hold(tx, base.vault, hold=hold, actor="cli", reason=reason)
    show(asdict(released)) if as_json else show_facts(asdict(released))


@command.command("list")
@click.option("--tenant", required=True)
@as_json_option
def list_all(tenant: str, as_json: bool) -> None:
    """List a tenant's holds."""
    from pipeline.bootstrap import open_base
    from pipeline.settings import read_settings
    from pipeline.store.holds import list_holds

    with open_base(read_settings()) as base, base.database.transaction(tenant_id(tenant)) as tx:
        holds = list_holds(tx)
    if as_json:
        show([asdict(hold) for hold in holds])
    else:
        rows = [(h.id, h.matter, h.scope_kind, h.scope_id, h.placed_at, h.released_at or "in force") for h in holds]
        show_table(("hold", "matter", "covers", "id", "placed", "released"), rows)
