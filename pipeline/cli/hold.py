"""`earmark hold`: place legal holds, and release them by two people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.actor import as_option, name_actor, name_via
from pipeline.cli.opened import open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.cli.party import party_ref
from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.hold import query_of

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.store.holds import Hold
    from pipeline.store.session import Transaction

_CONDITIONS: Final = ("kind", "captured_from", "captured_to", "number", "flag", "mode", "entity_type")
_tenant: Callable[[Any], Any] = click.option("--tenant", required=True, help="Whose.")
_reason: Callable[[Any], Any] = click.option("--reason", required=True, help="Why; it stands in the audit log.")


@click.group("hold")
def command() -> None:
    """Legal holds: nothing they cover is disposed of, until two people released it."""


@command.command("place")
@_tenant
@click.option("--matter", required=True, help="The case, by its reference.")
@click.option("--recording", help="Hold one recording.")
@click.option("--call", help="Hold everything of one call.")
@click.option("--party", help="Hold everything of a person across calls, by number; only a keyed reference is stored.")
@click.option("--whole-tenant", is_flag=True, help="Hold everything of the tenant.")
@click.option("--kind", type=click.Choice([kind.value for kind in ArtifactKind]), help="Query: of this kind.")
@click.option("--captured-from", help="Query: captured on this day (UTC) or later, such as 2026-11-20.")
@click.option("--captured-to", help="Query: captured on this day (UTC) or before.")
@click.option("--number", help="Query: somebody on the call had this number.")
@click.option("--flag", help="Query: the call has this flag, such as child_signal.")
@click.option("--mode", help="Query: the call was begun in this mode, such as explicit_gate.")
@click.option("--entity-type", type=click.Choice([kind.value for kind in EntityType]), help="Query: this was said.")
@_reason
@as_option
@as_json_option
def place(
    *, tenant: str, matter: str, reason: str, acting: str | None, as_json: bool, **scope: str | bool | None
) -> None:
    """Place a hold; every object it covers is locked and the lock read back.

    The conditions of a query are all to be met, and it covers what comes later too.
    """
    from pipeline.decisions.holds import place as place_hold

    with open_tenant(tenant) as (base, tx):
        chosen = _scope(base, tx, scope)
        hold = place_hold(
            tx, base.vault, matter=matter, scope=chosen, actor=name_actor(acting), reason=reason, via=name_via()
        )
    _print(hold, as_json=as_json)


@command.command("release")
@click.argument("hold")
@_tenant
@_reason
@as_option
@as_json_option
def release(*, hold: str, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Ask for a hold to be released; it stays in force until somebody else approves."""
    from pipeline.decisions.holds import ask_release

    with open_tenant(tenant) as (_, tx):
        asked = ask_release(tx, hold=hold, actor=name_actor(acting), reason=reason, via=name_via())
    _print(asked, as_json=as_json)


@command.command("approve")
@click.argument("hold")
@_tenant
@as_option
@as_json_option
def approve(*, hold: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Release a hold that somebody else asked to be released; the worker frees and decides anew what it covered."""
    from pipeline.decisions.holds import approve_release

    with open_tenant(tenant) as (_, tx):
        released = approve_release(tx, hold=hold, actor=name_actor(acting), via=name_via())
    _print(released, as_json=as_json)


@command.command("reject")
@click.argument("hold")
@_tenant
@_reason
@as_option
@as_json_option
def reject(*, hold: str, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Refuse a release that was asked for; the hold stays."""
    from pipeline.decisions.holds import reject_release

    with open_tenant(tenant) as (_, tx):
        kept = reject_release(tx, hold=hold, actor=name_actor(acting), reason=reason, via=name_via())
    _print(kept, as_json=as_json)


@command.command("list")
@_tenant
@as_json_option
def list_all(tenant: str, as_json: bool) -> None:
    """List a tenant's holds."""
    from pipeline.store.holds import list_holds

    with open_tenant(tenant) as (_, tx):
        holds = list_holds(tx)
    if as_json:
        show([_plain(hold) for hold in holds])
    else:
        columns = ("hold", "matter", "covers", "what", "placed", "state")
        show_table(columns, [(h.id, h.matter, h.scope_kind, _what(h), h.placed_at, _state(h)) for h in holds])


def _scope(base: Base, tx: Transaction, given: Mapping[str, str | bool | None]) -> tuple[str, str]:
    chosen = [(kind, str(given[kind])) for kind in ("recording", "call") if given[kind]]
    chosen += [("tenant", tx.tenant)] if given["whole_tenant"] else []
    chosen += [("party", party_ref(base, tx, str(given["party"]), option="--party"))] if given["party"] else []
    asked = {name: str(given[name]) for name in _CONDITIONS if given[name]}
    if "number" in asked:
        asked["number_ref"] = party_ref(base, tx, asked.pop("number"))
    chosen += [("query", query_of(asked).canonical())] if asked else []
    if len(chosen) != 1:
        raise InvalidInput("name one of --recording, --call, --party, --whole-tenant, or the conditions of a query")
    return chosen[0]


def _plain(hold: Hold) -> dict[str, Any]:
    return {**asdict(hold), "query": hold.query.plain() if hold.query else None}


def _print(hold: Hold, *, as_json: bool) -> None:
    if as_json:
        show(_plain(hold))
    else:
        show_facts({name: value for name, value in {**_plain(hold), "state": _state(hold)}.items() if value})


def _what(hold: Hold) -> str:
    return ", ".join(f"{k}={v}" for k, v in hold.query.plain().items()) if hold.query else hold.scope_id


def _state(hold: Hold) -> str:
    if hold.released_at is not None:
        return f"released {hold.released_at}"
    return "in force" if hold.release_requested_by is None else f"in force, {hold.release_requested_by} asks to release"
