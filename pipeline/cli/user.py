"""`earmark user`: the people who sign in to the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.user import Role, User

_tenant = click.option("--tenant", required=True)
_role: Callable[[Any], Any] = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What they are trusted with; may be given several times.",
)


@click.group("user")
def command() -> None:
    """Users of the console: one person each, by a login that is no address."""


@command.command("add")
@click.argument("login")
@_tenant
@_role
@click.option("--language", default="en", show_default=True, help="Of the pages they read.")
@click.option("--no-password", "is_linked", is_flag=True, help="They come in by the tenant's identity provider alone.")
@as_option
@as_json_option
def add(
    *, login: str, tenant: str, roles: tuple[str, ...], is_linked: bool, acting: str | None, as_json: bool, **given: str
) -> None:
    """Add a person; prints the password for the first sign-in, once."""
    from pipeline.decisions.users import take_on_user

    wanted, actor = [Role(role) for role in roles], name_actor(acting)
    with open_tenant(tenant) as (_, tx):
        made, once = take_on_user(tx, login, wanted, actor=actor, locale=given["language"], has_password=not is_linked)
    _answer(made, as_json=as_json, **({"one-time password": once} if once else {}))


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List everybody."""
    from pipeline.store.users import list_users

    with open_tenant(tenant) as (_, tx):
        found = [_facts(user) for user in list_users(tx)]
    show(found) if as_json else show_table(["login", "roles", "state"], [list(one.values())[:3] for one in found])


@command.command("roles")
@click.argument("login")
@_tenant
@_role
@as_option
@as_json_option
def roles(*, login: str, tenant: str, roles: tuple[str, ...], acting: str | None, as_json: bool) -> None:
    """Give a person these roles and no others."""
    from pipeline.decisions.users import set_roles

    with open_tenant(tenant) as (_, tx):
        changed = set_roles(tx, login, [Role(role) for role in roles], actor=name_actor(acting))
    _answer(changed, as_json=as_json)


@command.command("disable")
@click.argument("login")
@_tenant
@as_option
@as_json_option
def disable(*, login: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Let a person in no more; open sessions end."""
    from pipeline.decisions.users import disable_user

    with open_tenant(tenant) as (_, tx):
        changed = disable_user(tx, login, actor=name_actor(acting))
    _answer(changed, as_json=as_json)


@command.command("enable")
@click.argument("login")
@_tenant
@as_option
@as_json_option
def enable(*, login: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Let a disabled person in again."""
    from pipeline.decisions.users import enable_user

    with open_tenant(tenant) as (_, tx):
        changed = enable_user(tx, login, actor=name_actor(acting))
    _answer(changed, as_json=as_json)


@command.command("reset")
@click.argument("login")
@_tenant
@as_option
@as_json_option
def reset(*, login: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Give a person another one-time password; prints it, once."""
    from pipeline.decisions.users import reset_password
    from pipeline.store.users import get_user

    with open_tenant(tenant) as (_, tx):
        once = reset_password(tx, login, actor=name_actor(acting))
        changed = get_user(tx, login)
    _answer(changed, as_json=as_json, **{"one-time password": once})


def _answer(user: User, *, as_json: bool, **more: str) -> None:
    facts = {**_facts(user), **more}
    show(facts) if as_json else show_facts(facts)


def _facts(user: User) -> dict[str, str]:
    state = "disabled" if not user.is_active else "first password" if user.must_change_password else "active"
    return {"login": user.login, "roles": ", ".join(sorted(user.roles)), "state": state, "language": user.locale}
