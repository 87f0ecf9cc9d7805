"""`earmark recording`: what became of a tenant's recordings, and what there is to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, open_queue, open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, tenant_id
from pipeline.model.recording import RecordingState

if TYPE_CHECKING:
    from pipeline.store.recording_pages import ListedRecording
    from pipeline.store.session import Transaction

_COLUMNS = ("recording", "state", "reason", "error", "noted", "means", "to do")


@click.group("recording")
def command() -> None:
    """A tenant's recordings; ids, states and times, and no word of any call."""


@command.command("list")
@click.option("--tenant", required=True)
@click.option("--state", type=click.Choice([state.value for state in RecordingState]), help="Only those in this state.")
@click.option("--since", help="Only those noted at this moment or later, such as 2026-11-20T00:00:00+00:00.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many, newest first.")
@as_json_option
def list_all(*, tenant: str, state: str | None, since: str | None, limit: int, as_json: bool) -> None:
    """List recordings, newest first, each with what its state means and what to do."""
    from pipeline.store.recording_pages import MOST, read_page

    wanted, start = RecordingState(state) if state else None, _moment(since)
    found: list[ListedRecording] = []
    cursor: str | None = None
    with open_tenant(tenant) as (_, tx):
        while len(found) < limit:
            page = read_page(tx, state=wanted, since=start, cursor=cursor, limit=min(MOST, limit - len(found)))
            found.extend(page.recordings)
            cursor = page.cursor
            if cursor is None:
                break
    told = [_told(listed) for listed in found]
    if as_json:
        show(told)
        return
    show_table(_COLUMNS, [_row(one) for one in told])


@command.command("delete")
@click.argument("recording")
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@as_option
@as_json_option
def delete(*, recording: str, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Delete one recording earlier than its time: hidden at once, purged by a worker; it cannot be undone."""
    from pipeline.decisions.delete_recording import delete_recording
    from pipeline.store.policy_versions import bundle_in_force
    from pipeline.store.tenants import policy_of

    with open_desk() as base, open_queue(base) as queue, base.database.transaction(tenant_id(tenant)) as tx:
        bundle = bundle_in_force(tx, policy_of(tx))
        done = delete_recording(
            tx, RecordingId(recording), actor=name_actor(acting), reason=reason, queue=queue, bundle=bundle
        )
    show(asdict(done)) if as_json else show_facts(asdict(done))


@command.command("flag-child")
@click.argument("recording")
@click.option("--tenant", required=True)
@click.option("--age", type=int, help="How old, where that is known.")
@as_option
@as_json_option
def flag_child(recording: str, *, tenant: str, age: int | None, acting: str | None, as_json: bool) -> None:
    """Note that a child is heard: from now on nobody reads it, and a worker judges it again."""
    from pipeline.decisions.children import note_child

    with _judging_again(tenant, recording, cause="noted") as tx:
        note_child(tx, RecordingId(recording), age=age, actor=name_actor(acting))
    _answer({"recording": recording, "child": "noted"}, as_json=as_json)


@command.command("clear-child")
@click.argument("recording")
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="Why there is none; no words of the call.")
@as_option
@as_json_option
def clear_child(recording: str, *, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Note that a person looked at every sign so far and found no child; training stays ruled out."""
    from pipeline.decisions.children import clear_child as clear

    with _judging_again(tenant, recording, cause="cleared") as tx:
        clear(tx, RecordingId(recording), reason=reason, actor=name_actor(acting))
    _answer({"recording": recording, "child": "cleared"}, as_json=as_json)


@contextmanager
def _judging_again(tenant: str, recording: str, *, cause: str) -> Iterator[Transaction]:
    """Open the tenant's transaction; what is noted in it is judged once it commits."""
    with open_tenant(tenant) as (base, tx), open_queue(base) as queue:
        yield tx
        cause = f"child-{cause}:{tx.now:%Y%m%dT%H%M%S.%f}"
        queue.enqueue_judging(tx, tx.tenant, RecordingId(recording), cause=cause)


def _answer(told: dict[str, object], *, as_json: bool) -> None:
    show(told) if as_json else show_facts(told)


def _told(listed: ListedRecording) -> dict[str, object]:
    from pipeline.reads.vendor_trouble import explain

    found, why = listed.recording, explain(listed.recording)
    return {
        "id": found.id,
        "recording_sid": found.recording_sid,
        "call_sid": listed.call_sid,
        "state": found.state.value,
        "reason": found.reason,
        "error_code": found.error_code or None,
        "is_trouble": why.is_trouble,
        "means": why.means,
        "to_do": why.to_do,
        "error_page": why.source,
        "noted_at": found.noted_at.isoformat() if found.noted_at else None,
        "vendor_deleted_at": listed.vendor_deleted_at.isoformat() if listed.vendor_deleted_at else None,
    }


def _row(told: dict[str, object]) -> tuple[object, ...]:
    noted_at = str(told["noted_at"])[:19]
    return (told["id"], told["state"], told["reason"], told["error_code"], noted_at, told["means"], told["to_do"])


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("--since is a moment such as 2026-11-20T00:00:00+00:00") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
