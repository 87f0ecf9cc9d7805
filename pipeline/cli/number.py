"""`earmark number`: a tenant's telephone numbers: listed, attested for, armed, disarmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId, tenant_id

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.ports.telephony import Telephony
    from pipeline.reads.tenant_numbers import NumberLine
    from pipeline.settings import Settings
    from pipeline.store.attestations import Attestation
    from pipeline.store.numbers import OwnNumber

_ACTOR: Final = "cli"
_COLUMNS: Final = ("attestation", "wording", "kid", "at")
_tenant: Callable[[Any], Any] = click.option("--tenant", required=True, help="Whose numbers.")


@click.group("number")
def command() -> None:
    """A tenant's telephone numbers; only an armed one's calls may be recorded."""


@command.command("list")
@_tenant
@click.option("--offline", is_flag=True, help="Only what is listed here; Twilio is not asked.")
@as_json_option
def list_all(*, tenant: str, offline: bool, as_json: bool) -> None:
    """Show every number of the account and every listed one, masked, and where each is answered."""
    with _opened(tenant) as (base, owner, telephony):
        lines = list(_lines(base, owner, None if offline else telephony))
    if as_json:
        show([line.facts() for line in lines])
        return
    columns = ("number", "sid", "state", "in account", "points at us", "handled elsewhere", "read back")
    show_table(
        columns,
        [
            (
                line.number,
                line.number_sid or line.id,
                line.state or "not listed",
                _told(line.is_in_account),
                _told(line.points_at_us),
                _told(line.is_handled_elsewhere),
                line.read_back_at,
            )
            for line in lines
        ],
    )


@command.command("add")
@click.argument("number")
@_tenant
@click.option("--elsewhere", is_flag=True, help="Somebody else points it at us: a SIP address, a client, a trunk.")
@as_json_option
def add(*, number: str, tenant: str, elsewhere: bool, as_json: bool) -> None:
    """List a number of the tenant's account."""
    from pipeline.decisions.numbers import list_elsewhere, list_number

    with _opened(tenant) as (base, owner, telephony):
        if elsewhere:
            listed = list_elsewhere(base.vault, owner, number, actor=_ACTOR)
        else:
            listed = list_number(base.vault, owner, number, telephony=telephony, actor=_ACTOR)
    _show_one(listed, as_json=as_json)


@command.command("attest")
@_tenant
@click.option("--wording", "is_asked", is_flag=True, help="Print what is declared, and declare nothing.")
@click.option("--name", default="", help="Who declares it.")
@click.option("--role", default="", help="In what role.")
@click.option("--agree", is_flag=True, help="The wording was read and is declared.")
@as_json_option
def attest(*, tenant: str, is_asked: bool, name: str, role: str, agree: bool, as_json: bool) -> None:
    """Declare the tenant's duty to inform callers; kept signed and sealed, good for a year."""
    from pipeline.policies.attestations import load_wording

    wording = load_wording()
    if is_asked:
        shown = {"wording": wording.id, "sha256": wording.sha256, "text": wording.text}
        show(shown) if as_json else show_facts(shown)
        return
    if not agree:
        raise InvalidInput("read what is declared with --wording, then declare it with --agree, --name and --role")
    from pipeline.decisions.attest import Declarant
    from pipeline.decisions.attest import attest as declare
    from pipeline.store.tenants import get_tenant

    with _opened(tenant) as (base, owner, _), base.database.transaction(owner) as tx:
        who = Declarant(name=name, role=role)
        made = declare(tx, get_tenant(tx, keys=base.keys), who, keys=base.keys, actor=_ACTOR)
    show(_declared(made)) if as_json else show_facts(_declared(made))


@command.command("attested")
@_tenant
@click.option("--out", type=click.Path(path_type=Path), help="Write the newest statement, as it was signed, to a file.")
@as_json_option
def attested(*, tenant: str, out: Path | None, as_json: bool) -> None:
    """List what was declared and when; the statement itself names who declared it."""
    from pipeline.store.attestations import list_attestations
    from pipeline.store.tenants import get_tenant

    with _opened(tenant) as (base, owner, _), base.database.transaction(owner) as tx:
        get_tenant(tx, keys=base.keys)
        made = list_attestations(tx, keys=base.keys)
    if out is not None:
        if not made:
            raise NotFound("nothing was attested yet")
        out.touch(mode=0o600)
        out.write_text(made[0].statement + "\n", encoding="utf-8")
    rows = [_declared(one) for one in made]
    show(rows) if as_json else show_table(tuple(_COLUMNS), [[row[name] for name in _COLUMNS] for row in rows])


@command.command("arm")
@click.argument("number")
@_tenant
@as_json_option
def arm_one(*, number: str, tenant: str, as_json: bool) -> None:
    """Point a number (or its SID) at us, read that back, and let its calls be recorded."""
    from pipeline.decisions.numbers import arm

    with _opened(tenant) as (base, owner, telephony):
        public_base = _reachable_base(base.settings)
        armed = arm(base.vault, owner, number, telephony=telephony, public_base=public_base, actor=_ACTOR)
    _show_one(armed, as_json=as_json)


@command.command("disarm")
@click.argument("number")
@_tenant
@click.option("--reason", required=True, help="Why; no words of a call.")
@click.option("--clear", is_flag=True, help="Take our addresses from it at Twilio, too.")
@as_json_option
def disarm_one(*, number: str, tenant: str, reason: str, clear: bool, as_json: bool) -> None:
    """Record no call of a number from now on."""
    from pipeline.decisions.numbers import clear_addresses, disarm
    from pipeline.store.tenants import get_tenant

    with _opened(tenant) as (base, owner, telephony):
        with base.database.transaction(owner) as tx:
            account = get_tenant(tx, keys=base.keys)
            disarmed = disarm(tx, base.vault, number, actor=_ACTOR, reason=reason)
        if clear:
            clear_addresses(account, disarmed, telephony=telephony)
    _show_one(disarmed, as_json=as_json)


@command.command("show")
@click.argument("number")
@_tenant
@as_json_option
def show_one(*, number: str, tenant: str, as_json: bool) -> None:
    """Show one listed number by itself, its SID or its id."""
    from pipeline.store.numbers import get_number

    with _opened(tenant) as (base, owner, _), base.database.transaction(owner) as tx:
        found = get_number(tx, number, keys=base.keys)
    _show_one(found, as_json=as_json)


@contextmanager
def _opened(tenant: str) -> Iterator[tuple[Base, TenantId, Telephony]]:
    from pipeline.bootstrap import telephony_of

    owner = tenant_id(tenant)
    with open_desk() as base:
        yield base, owner, telephony_of(base.settings)


def _lines(base: Base, owner: TenantId, telephony: Telephony | None) -> Iterator[NumberLine]:
    from pipeline.decisions.numbers import number_urls
    from pipeline.reads.tenant_numbers import compare_numbers
    from pipeline.store.numbers import list_numbers
    from pipeline.store.tenants import account_of, get_tenant

    with base.database.transaction(owner) as tx:
        tenant, ours = get_tenant(tx, keys=base.keys), list_numbers(tx, keys=base.keys)
    theirs = telephony.list_numbers(account_of(tenant)) if telephony is not None else None
    return compare_numbers(ours, theirs, number_urls(base.settings.web.public_base, owner))


def _show_one(number: OwnNumber, *, as_json: bool) -> None:
    from pipeline.reads.tenant_numbers import mask_number

    facts = {
        "id": number.id,
        "number": mask_number(number.number),
        "number_sid": number.number_sid,
        "state": number.state,
        "attestation": number.attestation_id,
        "listed_at": number.listed_at.isoformat(),
        "armed_at": number.armed_at.isoformat() if number.armed_at else None,
        "read_back_at": number.read_back_at.isoformat() if number.read_back_at else None,
    }
    show(facts) if as_json else show_facts(facts)


def _declared(made: Attestation) -> dict[str, object]:
    return {
        "attestation": made.id,
        "wording": made.wording_id,
        "wording_sha256": made.wording_sha256,
        "kid": made.kid,
        "at": made.at.isoformat(),
    }


def _reachable_base(settings: Settings) -> str:
    """Give our public address; Twilio itself is told of none that it could not reach, or not in private."""
    public_base = settings.web.public_base
    if settings.twilio.api_base.startswith("https://") and not public_base.startswith("https://"):
        raise InvalidInput("EARMARK_WEB__PUBLIC_BASE is not an https address: Twilio could not reach us there")
    return public_base


def _told(value: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[value]
