"""`earmark user`: the people who sign in to the console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.cli.text_file import read_text_file
from pipeline.model.errors import InvalidInput
from pipeline.model.identity import checked_provider
from pipeline.model.user import Role, User

if TYPE_CHECKING:
    from pipeline.bootstrap import Base

_MOST_SECRET_BYTES: Final = 1024
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
    with open_tenant(tenant) as (base, tx):
        made, once = take_on_user(tx, login, wanted, actor=actor, locale=given["language"], has_password=not is_linked)
    _answer(made, as_json=as_json, **(_first_sign_in(base, made, once) if once else {}))


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

    with open_tenant(tenant) as (base, tx):
        once = reset_password(tx, login, actor=name_actor(acting))
        changed = get_user(tx, login)
    _answer(changed, as_json=as_json, **_first_sign_in(base, changed, once))


@command.command("provider")
@_tenant
@click.option("--issuer", default="", help="The provider's own address, as it writes it: https://...")
@click.option("--client-id", default="", help="The name by which the provider knows us.")
@click.option("--secret-file", type=click.Path(path_type=Path), help="Holds the secret that goes with it.")
@click.option("--remove", "is_removed", is_flag=True, help="Nobody comes in by the provider any more.")
@as_option
@as_json_option
def provider(*, tenant: str, secret_file: Path | None, acting: str | None, as_json: bool, **given: Any) -> None:
    """Set the OpenID Connect provider that people come in by, or remove it."""
    from pipeline.decisions.identity_provider import remove_provider, set_provider

    if given["is_removed"]:
        if given["issuer"] or given["client_id"] or secret_file:
            raise InvalidInput("--remove stands alone")
        with open_tenant(tenant) as (_, tx):
            remove_provider(tx, actor=name_actor(acting))
        facts = {"provider": "none"}
    else:
        if secret_file is None:
            raise InvalidInput("--issuer, --client-id and --secret-file are given together")
        secret = read_text_file(secret_file, most_bytes=_MOST_SECRET_BYTES)
        chosen = checked_provider(given["issuer"], given["client_id"], secret)
        with open_tenant(tenant) as (base, tx):
            set_provider(tx, chosen, keys=base.keys, actor=name_actor(acting))
        back = base.settings.web.public_base + "/sign-in/oidc/back"
        facts = {"provider": chosen.issuer, "client id": chosen.client_id, "comes back to": back}
    show(facts) if as_json else show_facts(facts)


@command.command("link")
@click.argument("login")
@_tenant
@click.option("--subject", required=True, help="What the provider calls the person: `sub` of its ID tokens.")
@as_option
@as_json_option
def link(*, login: str, tenant: str, subject: str, acting: str | None, as_json: bool) -> None:
    """Say under which identity of the provider a person comes in."""
    from pipeline.decisions.identity_provider import link_identity

    with open_tenant(tenant) as (base, tx):
        changed = link_identity(tx, login, subject, keys=base.keys, actor=name_actor(acting))
    _answer(changed, as_json=as_json)


def _first_sign_in(base: Base, user: User, once: str) -> dict[str, str]:
    """Say what somebody is given: the password that is good for one sign-in, and where they begin."""
    address = f"{base.settings.web.public_base}/sign-in?organisation={user.tenant}&login={user.login}&first=1"
    return {"one-time password": once, "begins at": address}


def _answer(user: User, *, as_json: bool, **more: str) -> None:
    facts = {**_facts(user), **more}
    show(facts) if as_json else show_facts(facts)


def _facts(user: User) -> dict[str, str]:
    state = "disabled" if not user.is_active else "first password" if user.must_change_password else "active"
    return {"login": user.login, "roles": ", ".join(sorted(user.roles)), "state": state, "language": user.locale}
