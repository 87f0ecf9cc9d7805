"""The commands of `earmark subject` that take a request in, show it, and decide who asks and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.ids import tenant_id
from pipeline.model.subject import Identifier, IdentifierKind, Identity, RequestKind, SubjectDetails, SubjectRequest

_IDENTIFIERS = tuple(kind.value for kind in IdentifierKind)
_COLUMNS = ("request", "kind", "state", "received", "due", "set by", "identity")


@click.command("open")
@click.option("--tenant", required=True)
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in RequestKind]))
@click.option("--number", multiple=True, help="A number of the person, with its country: +6421234567.")
@click.option("--name", multiple=True, help="A name of the person, in full.")
@click.option("--email", multiple=True, help="An e-mail address of the person.")
@click.option("--account", multiple=True, help="An account or customer number of the person.")
@click.option("--place", help="Where the person is, such as NZ or US-CA: its law may set an earlier day.")
@click.option("--agent", default="", help="Who acts for them, where an authorised agent does.")
@click.option("--note", default="", help="What they wrote; kept sealed.")
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="The day it came, where that was before today.")
@as_option
@as_json_option
def open_one(
    *, tenant: str, kind: str, received: datetime | None, acting: str | None, as_json: bool, **given: Any
) -> None:
    """Take a request in; its clock runs from the day it came, and nothing of the person is trained on from now."""
    from pipeline.intake.open_request import Ask, count_found, open_request
    from pipeline.policies.loader import load_law
    from pipeline.store.policy_versions import bundle_in_force
    from pipeline.store.tenants import policy_of

    named = tuple(
        Identifier(kind=IdentifierKind(kind_), value=value) for kind_ in _IDENTIFIERS for value in given[kind_]
    )
    ask = Ask(
        kind=RequestKind(kind),
        details=SubjectDetails(identifiers=named, note=given["note"], agent=given["agent"]),
        channel="cli",
        place=given["place"],
        received_on=received.date() if received else None,
    )
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        bundle = bundle_in_force(tx, policy_of(tx))
        opened = open_request(
            tx, ask, bundle=bundle, matrix=load_law().matrix, keys=base.keys, actor=name_actor(acting)
        )
    shown = {**_facts(opened.request), "token": opened.token, **count_found(opened.found)}
    show(shown) if as_json else show_facts(shown)


@click.command("list")
@click.option("--tenant", required=True)
@click.option("--open", "only_open", is_flag=True, help="Only those without an answer.")
@as_json_option
def list_all(tenant: str, only_open: bool, as_json: bool) -> None:
    """List a tenant's requests, the first due first."""
    from pipeline.store.subject_requests import list_requests

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = list_requests(tx, only_open=only_open)
    _show_all(found, as_json)


@click.command("due")
@click.option("--tenant", required=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Judged on this day; empty: today.")
@as_option
@as_json_option
def due(*, tenant: str, on: datetime | None, acting: str | None, as_json: bool) -> None:
    """Report every open request whose half is over, and note each alert once in the audit log."""
    from pipeline.decisions.subject_requests import alert_late

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        day: date = on.date() if on else base.clock.now().date()
        found = alert_late(tx, day, actor=name_actor(acting))
    _show_all(found, as_json)


@click.command("show")
@click.argument("request")
@click.option("--tenant", required=True)
@click.option("--who", is_flag=True, help="Open who asks and what they wrote; it stands in the audit log.")
@as_option
@as_json_option
def show_one(*, request: str, tenant: str, who: bool, acting: str | None, as_json: bool) -> None:
    """Show where a request stands, what happened to it, and where its person is found."""
    from pipeline.reads.subject_request import read_request

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = read_request(tx, request, keys=base.keys, actor=name_actor(acting), with_details=who)
    shown = {**_facts(found.request), "result": dict(found.request.result), "export": found.request.export}
    shown |= found.opened or {}
    matches = [
        {"call": m.call, "recording": m.recording, "whose": m.whose, "how_sure": m.strength} for m in found.found
    ]
    acts = [{"act": a.act, "state": a.state, "actor": a.actor, "at": a.at.isoformat()} for a in found.acts]
    if as_json:
        show({**shown, "found": matches, "acts": acts})
        return
    show_facts(shown)
    click.echo()
    show_table(("call", "recording", "whose", "how sure"), [tuple(match.values()) for match in matches])
    click.echo()
    show_table(("act", "state", "actor", "at"), [tuple(act.values()) for act in acts])


@click.command("verify")
@click.argument("request")
@click.option("--tenant", required=True)
@click.option("--agent", "is_agent", is_flag=True, help="An authorised agent asks, and their authority was seen.")
@click.option("--reason", required=True, help="Which proof was seen; it is kept sealed with the request.")
@as_option
@as_json_option
def verify(*, request: str, tenant: str, is_agent: bool, reason: str, acting: str | None, as_json: bool) -> None:
    """Attest that proof was seen of who asks."""
    from pipeline.decisions.subject_requests import attest_identity

    identity = Identity.AGENT if is_agent else Identity.OPERATOR
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = attest_identity(tx, request, identity=identity, actor=name_actor(acting), reason=reason, keys=base.keys)
    show(_facts(found)) if as_json else show_facts(_facts(found))


@click.command("refuse")
@click.argument("request")
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="The exception that it falls under; it is kept sealed with the request.")
@as_option
@as_json_option
def refuse_one(*, request: str, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Refuse a request, with the exception that it falls under."""
    from pipeline.decisions.subject_requests import refuse

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = refuse(tx, request, actor=name_actor(acting), reason=reason, keys=base.keys)
    show(_facts(found)) if as_json else show_facts(_facts(found))


def _facts(request: SubjectRequest) -> dict[str, object]:
    clause = request.deadline.clause
    return {
        "request": request.id,
        "kind": request.kind.value,
        "state": request.state.value,
        "received_on": request.received_on.isoformat(),
        "due_on": request.deadline.due_on.isoformat(),
        "due_by": f"{clause.document} {clause.section}: {clause.key}",
        "identity": request.identity.value,
        "channel": request.channel,
    }


def _show_all(found: tuple[SubjectRequest, ...], as_json: bool) -> None:
    facts = [_facts(request) for request in found]
    if as_json:
        show(facts)
    else:
        keys = ("request", "kind", "state", "received_on", "due_on", "due_by", "identity")
        show_table(_COLUMNS, [tuple(one[key] for key in keys) for one in facts])
