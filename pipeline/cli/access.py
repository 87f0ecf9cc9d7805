"""`earmark access`: reading for fraud, abuse, security or support, by a grant that another gave and that ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_rows
from pipeline.model.access import AccessGrant, AccessPurpose
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, tenant_id

_tenant = click.option("--tenant", required=True)
_purpose = click.option("--purpose", required=True, type=click.Choice([purpose.value for purpose in AccessPurpose]))
_KINDS = ("transcript.redacted", "recording.redacted", "redaction.manifest")


@click.group("access")
def command() -> None:
    """Access for a purpose: to what is redacted, for at most 24 hours, every read in the audit log."""


@command.command("grant")
@click.argument("who", metavar="user:NAME")
@_tenant
@_purpose
@click.option("--recording", help="To one recording.")
@click.option("--call", help="To the recordings of one call.")
@click.option("--hours", type=click.IntRange(1, 24), default=8, show_default=True)
@click.option("--reason", required=True, help="Kept sealed.")
@as_option
@as_json_option
def grant(*, who: str, tenant: str, acting: str | None, as_json: bool, hours: int, **given: str | None) -> None:
    """Let somebody else read for a purpose."""
    from pipeline.decisions.access import AccessAsk, grant_access

    scopes = [(kind, name) for kind in ("recording", "call") if (name := given[kind])]
    if len(scopes) != 1:
        raise InvalidInput("name one of --recording and --call")
    ask = AccessAsk(
        who=name_actor(who),
        purpose=AccessPurpose(str(given["purpose"])),
        scope=scopes[0],
        lasts=timedelta(hours=hours),
        reason=str(given["reason"]),
    )
    with open_tenant(tenant) as (base, tx):
        made = grant_access(tx, ask, keys=base.keys, actor=name_actor(acting))
    _print(made, as_json=as_json)


@command.command("revoke")
@click.argument("grant_id", metavar="GRANT")
@_tenant
@as_option
@as_json_option
def revoke(*, grant_id: str, tenant: str, acting: str | None, as_json: bool) -> None:
    """End a grant now."""
    from pipeline.decisions.access import revoke_access

    with open_tenant(tenant) as (_, tx):
        ended = revoke_access(tx, grant_id, actor=name_actor(acting))
    _print(ended, as_json=as_json)


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List a tenant's grants."""
    from pipeline.store.access_grants import list_grants

    with open_tenant(tenant) as (_, tx):
        told = [_told(found) for found in list_grants(tx)]
    show_rows(("grant", "who", "purpose", "covers", "from", "until", "revoked"), told, as_json=as_json)


@command.command("read")
@click.argument("recording")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@_tenant
@_purpose
@click.option("--kind", type=click.Choice(_KINDS), default=_KINDS[0], show_default=True)
@click.option("--reason", required=True, help="It stands in the audit log: no words of a call.")
@as_option
def read(*, recording: str, out: Path, tenant: str, acting: str | None, **given: str) -> None:
    """Write what is redacted of RECORDING to OUT, by a grant in force for the purpose."""
    from pipeline.reads.artifact import read_redacted

    with open_desk() as base:
        body = read_redacted(
            base.vault,
            tenant_id(tenant),
            RecordingId(recording),
            ArtifactKind(given["kind"]),
            actor=name_actor(acting),
            reason=given["reason"],
            purpose=AccessPurpose(given["purpose"]),
        )
    out.write_bytes(body)
    click.echo(f"{len(body)} bytes in {out}")


def _told(found: AccessGrant) -> dict[str, object]:
    return {
        "grant": found.id,
        "who": found.actor,
        "purpose": found.purpose.value,
        "covers": f"{found.scope_kind} {found.scope_id}",
        "from": found.starts_at.isoformat(),
        "until": found.ends_at.isoformat(),
        "granted_by": found.granted_by,
        "revoked": found.revoked_at.isoformat() if found.revoked_at else None,
    }


def _print(found: AccessGrant, *, as_json: bool) -> None:
    show(_told(found)) if as_json else show_facts(_told(found))
