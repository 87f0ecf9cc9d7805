"""`earmark purpose`: explicit consents to purposes that neither policy nor script names."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.cli.party import party_ref
from pipeline.model.call import LegRole
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import CallId, new_id
from pipeline.model.other_purpose import EvidenceKind, PurposeConsent

_tenant = click.option("--tenant", required=True)


@click.group("purpose")
def command() -> None:
    """Other purposes: nothing is allowed without a recorded consent, nor after it was taken back."""


@command.command("consent")
@click.argument("purpose")
@_tenant
@click.option("--call", help="For one call.")
@click.option("--number", help="For every call of one person; only a keyed digest is kept.")
@click.option("--leg", type=click.Choice(["caller", "callee"]), default="caller", show_default=True)
@click.option("--ordinal", type=click.IntRange(1, 100), default=1, show_default=True, help="Which of them on the call.")
@click.option("--evidence", required=True, type=click.Choice([kind.value for kind in EvidenceKind]))
@click.option("--sha256", required=True, help="The SHA-256 of what proves it.")
@click.option("--given-on", required=True, type=click.DateTime(formats=["%Y-%m-%d"]), help="The day, YYYY-MM-DD.")
@as_option
@as_json_option
def consent(
    *, purpose: str, tenant: str, acting: str | None, as_json: bool, ordinal: int, given_on: datetime, **given: str
) -> None:
    """Record that a person explicitly agreed to PURPOSE."""
    from pipeline.decisions.other_purposes import record_consent

    if bool(given["call"]) == bool(given["number"]):
        raise InvalidInput("name one of --call and --number")
    with open_tenant(tenant) as (base, tx):
        is_of_call = bool(given["call"])
        scope = given["call"] if is_of_call else party_ref(base, tx, given["number"])
        made = PurposeConsent(
            id=new_id("pcs"),
            purpose=purpose,
            scope_kind="call" if is_of_call else "party",
            scope_id=scope,
            leg_role=LegRole(given["leg"]),
            ordinal=ordinal,
            evidence_kind=EvidenceKind(given["evidence"]),
            evidence_sha256=given["sha256"],
            given_on=given_on.date(),
        )
        record_consent(tx, made, actor=name_actor(acting))
    _print(asdict(made), as_json=as_json)


@command.command("revoke")
@click.argument("consent_id", metavar="CONSENT")
@_tenant
@as_option
@as_json_option
def revoke(*, consent_id: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """Note that a consent was taken back."""
    from pipeline.decisions.other_purposes import revoke_consent

    with open_tenant(tenant) as (_, tx):
        ended = revoke_consent(tx, consent_id, actor=name_actor(acting))
    _print(asdict(ended), as_json=as_json)


@command.command("check")
@click.argument("purpose")
@click.argument("call")
@_tenant
@as_json_option
def check(*, purpose: str, call: str, tenant: str, as_json: bool) -> int:
    """Say whether CALL may be used for PURPOSE; exit 1 where it may not."""
    from pipeline.decisions.other_purposes import is_allowed_for

    with open_tenant(tenant) as (_, tx):
        is_allowed = is_allowed_for(tx, purpose, CallId(call))
    _print({"purpose": purpose, "call": call, "is_allowed": is_allowed}, as_json=as_json)
    return 0 if is_allowed else 1


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List what was recorded, taken back or not."""
    from pipeline.store.purpose_consents import list_purpose_consents

    with open_tenant(tenant) as (_, tx):
        found = list_purpose_consents(tx)
    if as_json:
        show([asdict(one) for one in found])
    else:
        rows = [(c.id, c.purpose, c.scope_kind, c.scope_id, c.given_on, c.revoked_at or "stands") for c in found]
        show_table(("consent", "purpose", "covers", "id", "given on", "taken back"), rows)


def _print(told: dict[str, object], *, as_json: bool) -> None:
    show(told) if as_json else show_facts(told)
