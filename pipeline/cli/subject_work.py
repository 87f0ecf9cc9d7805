"""The commands of `earmark subject` that answer a request: they read, judge and write artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, open_queue
from pipeline.cli.output import as_json_option, show, show_facts
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, TenantId, tenant_id
from pipeline.model.subject import RequestKind, SubjectRequest

if TYPE_CHECKING:
    from pipeline.bootstrap import Base

_MOST_BYTES = 2_000_000


@click.command("export")
@click.argument("request")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
@as_option
@as_json_option
def export(*, request: str, out: Path, tenant: str, acting: str | None, as_json: bool) -> None:
    """Answer a request for access or portability, and write its zip."""
    from pipeline.reads.subject_export import read_export

    owner = tenant_id(tenant)
    with open_desk() as base:
        read_kind(_read(base, owner, request).kind, RequestKind.ACCESS, RequestKind.PORTABILITY)
        receipt = _answer(base, owner, request, actor=name_actor(acting))
        body = read_export(base.vault, owner, _read(base, owner, request), actor=name_actor(acting))
    out.write_bytes(body)
    out.chmod(0o600)
    show(receipt) if as_json else show_facts(receipt)


@click.command("erase")
@click.argument("request")
@click.option("--tenant", required=True)
@click.option("--also", multiple=True, metavar="RECORDING", help="One in which you looked and found the person.")
@as_option
@as_json_option
def erase(*, request: str, tenant: str, also: tuple[str, ...], acting: str | None, as_json: bool) -> None:
    """Answer a request for deletion: end what is the person's own, and tell what must stay, until when and why."""
    owner = tenant_id(tenant)
    with open_desk() as base:
        read_kind(_read(base, owner, request).kind, RequestKind.DELETION)
        looked = tuple(RecordingId(one) for one in also)
        receipt = _answer(base, owner, request, also=looked, actor=name_actor(acting))
    show(receipt) if as_json else show_facts(receipt)


@click.command("correct")
@click.argument("request")
@click.argument("corrections", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
@click.option("--recording", required=True)
@as_option
@as_json_option
def correct(*, request: str, corrections: Path, tenant: str, recording: str, acting: str | None, as_json: bool) -> None:
    """Answer a request for correction: CORRECTIONS is a JSON list of {"turn", "text"}. The sound is not touched."""
    from pipeline.bootstrap.desk import desk_context
    from pipeline.model.correction import read_corrections
    from pipeline.workflows.subject import correct_transcript

    words = read_corrections(_json(corrections))
    with open_desk() as base:
        context = desk_context(base)
        owner, actor = tenant_id(tenant), name_actor(acting)
        receipt = correct_transcript(context, owner, request, RecordingId(recording), words, actor=actor)
    show(receipt) if as_json else show_facts(receipt)


@click.command("answer")
@click.argument("request")
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="Why, or what was done; it is kept sealed with the request.")
@as_option
@as_json_option
def answer_one(*, request: str, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Answer an objection, a withdrawal or an opt-out; or note that another request was answered by hand."""
    from pipeline.decisions.subject_requests import answer, give_reason

    owner, actor = tenant_id(tenant), name_actor(acting)
    done = (RequestKind.OBJECTION, RequestKind.WITHDRAWAL, RequestKind.OPT_OUT_OF_SALE)
    with open_desk() as base:
        if _read(base, owner, request).kind in done:
            with base.database.transaction(owner) as tx:
                give_reason(tx, request, actor=actor, reason=reason, keys=base.keys)
            receipt: dict[str, Any] = dict(_answer(base, owner, request, actor=actor))
        else:
            with base.database.transaction(owner) as tx:
                receipt = {"state": answer(tx, request, actor=actor, reason=reason, keys=base.keys).state.value}
    show(receipt) if as_json else show_facts(receipt)


@click.command("reindex")
@click.option("--tenant", required=True)
@as_option
@as_json_option
def reindex_all(*, tenant: str, acting: str | None, as_json: bool) -> None:
    """Build the index by which people are found anew, from what is stored."""
    from pipeline.bootstrap.desk import desk_context
    from pipeline.store.tenants import get_tenant
    from pipeline.workflows.subject import reindex

    owner = tenant_id(tenant)
    with open_desk() as base:
        with base.database.transaction(owner) as tx:
            get_tenant(tx, keys=base.keys)
        receipt = reindex(desk_context(base), owner, actor=name_actor(acting))
    show(receipt) if as_json else show_facts(receipt)


def _read(base: Base, tenant: TenantId, request: str) -> SubjectRequest:
    from pipeline.store.subject_requests import get_request

    with base.database.transaction(tenant) as tx:
        return get_request(tx, request)


def _answer(
    base: Base, tenant: TenantId, request: str, *, actor: str, also: tuple[RecordingId, ...] = ()
) -> dict[str, Any]:
    from pipeline.bootstrap.desk import desk_context
    from pipeline.workflows.subject import answer_request

    with open_queue(base) as queue:
        return dict(answer_request(desk_context(base), tenant, request, queue=queue, also=also, actor=actor))


def _json(path: Path) -> object:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInput(f"{path.name}: larger than {_MOST_BYTES} bytes")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path.name}: cannot be read as JSON") from error


def read_kind(kind: RequestKind, *allowed: RequestKind) -> None:
    """Refuse a command that does not belong to a request's kind.

    Raises:
        InvalidInput: another kind.
    """
    if kind not in allowed:
        raise InvalidInput(f"a request for {kind} is answered otherwise")
