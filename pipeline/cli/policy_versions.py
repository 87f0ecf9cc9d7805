"""`earmark policy publish`, `versions`, `preview`, `redecide`, `progress`: the versions of one tenant's policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, open_queue
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import tenant_id
from pipeline.policies.loader import load_bundle_file, load_matrix

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.policies.versions import PolicyVersion
    from pipeline.workflows.queue import DurableQueue

_file = click.Path(path_type=Path)


@click.command("publish")
@click.argument("file", type=_file)
@click.option("--tenant", required=True)
@as_option
@as_json_option
def publish(*, file: Path, tenant: str, acting: str | None, as_json: bool) -> None:
    """Publish a version to a tenant: its notice goes out, and it is in force by the notice that arrives."""
    from pipeline.decisions.announce_policy import announce
    from pipeline.decisions.publish_policy import publish as publish_version

    bundle = load_bundle_file(file)
    with _opened() as (base, queue), base.database.transaction(tenant_id(tenant)) as tx:
        is_new = publish_version(tx, base.vault, bundle, actor=name_actor(acting))
        if is_new:
            announce(tx, queue, bundle.id, actor=name_actor(acting))
    facts = {
        "policy": bundle.id,
        "version": bundle.version,
        "digest": bundle.digest,
        "effective_on": bundle.effective.day,
        "published": "now" if is_new else "before, the very same",
    }
    show(facts) if as_json else show_facts(facts)


@click.command("versions")
@click.option("--tenant", required=True)
@as_json_option
def versions(*, tenant: str, as_json: bool) -> None:
    """List the versions of a tenant's policy: announced when, in force from when, its notice delivered how."""
    from pipeline.store.policy_versions import list_notices, policies_of
    from pipeline.store.tenants import get_tenant

    with _opened() as (base, _), base.database.transaction(tenant_id(tenant)) as tx:
        owner = get_tenant(tx, keys=base.keys)
        shelf = policies_of(tx, owner.policy_id)
        notices, today = list_notices(tx, owner.policy_id), tx.now.date()
    delivered = {v.digest: [f"{n.channel} {n.status}" for n in notices if n.version == v.bundle.version]
                 for v in shelf.versions}  # fmt: skip
    if as_json:
        show([{**_shown(v), "in_force": v is shelf.in_force_on(today), "delivered": delivered[v.digest]}
              for v in shelf.versions])  # fmt: skip
        return
    rows = [
        (
            v.bundle.version,
            v.announced_on,
            v.in_force_from or "no notice has arrived",
            "in force" if v is shelf.in_force_on(today) else "",
            ", ".join(delivered[v.digest]),
            v.digest[:12],
        )
        for v in shelf.versions
    ]
    show_table(("version", "announced", "in force from", "now", "notice", "digest"), rows)


@click.command("preview")
@click.option("--policy", "file", required=True, type=_file, help="The version's file.")
@click.option("--tenant", required=True)
@as_json_option
def preview(*, file: Path, tenant: str, as_json: bool) -> None:
    """Count what a version would move of what a tenant has, with examples; nothing is written."""
    from pipeline.reads.policy_preview import MOVES, preview_policy
    from pipeline.store.policy_versions import policies_of
    from pipeline.store.tenants import get_tenant

    bundle = load_bundle_file(file)
    with _opened() as (base, _), base.database.transaction(tenant_id(tenant)) as tx:
        owner = get_tenant(tx, keys=base.keys)
        if bundle.id != owner.policy_id:
            raise InvalidInput(f"{owner.id} is under {owner.policy_id}, not {bundle.id}")
        shelf = policies_of(tx, owner.policy_id)
        found = preview_policy(tx, shelf, bundle, load_matrix())
    moves = [
        (kind, move, found.counts[kind, move], found.examples[kind, move])
        for kind in sorted(found.artifacts)
        for move in MOVES
        if (kind, move) in found.counts
    ]
    if as_json:
        named = [{"kind": k, "move": m, "artifacts": n, "examples": list(ids)} for k, m, n, ids in moves]
        show({"artifacts": dict(found.artifacts), "moves": named})
    else:
        rows = [(kind, move, count, " ".join(ids)) for kind, move, count, ids in moves]
        show_table(("kind", "what moves", "artifacts", "such as"), rows)
        click.echo(f"{sum(found.artifacts.values())} artifacts looked at; nothing was written")


@click.command("redecide")
@click.option("--tenant", required=True)
@click.option("--reason", required=True, help="Why; the same is worked on once. Kept as a digest.")
@as_option
@as_json_option
def redecide(*, tenant: str, reason: str, acting: str | None, as_json: bool) -> None:
    """Have a worker judge everything of a tenant again, a thousand artifacts at a time."""
    from pipeline.decisions.announce_policy import start_redecision
    from pipeline.store.redecisions import cause_by_hand

    with _opened() as (base, queue), base.database.transaction(tenant_id(tenant)) as tx:
        cause = cause_by_hand(tx, reason, keys=base.keys)
        planned = start_redecision(tx, queue, cause=cause, actor=name_actor(acting))
    if planned is None:
        raise InvalidInput("this was started before: earmark policy progress")
    facts = {"job": planned.id, "why": planned.cause, "artifacts": planned.artifacts, "chunks": planned.chunks}
    show(facts) if as_json else show_facts(facts)


@click.command("progress")
@click.option("--tenant", required=True)
@as_json_option
def progress(*, tenant: str, as_json: bool) -> None:
    """Say how far the judging of everything again is."""
    from pipeline.store.redecisions import list_redecisions

    with _opened() as (base, _), base.database.transaction(tenant_id(tenant)) as tx:
        jobs = list_redecisions(tx)
    if as_json:
        show([{**asdict(job), "finished": job.is_finished} for job in jobs])
    else:
        rows = [
            (j.cause, f"{j.done_chunks}/{j.chunks}", f"{j.decided}/{j.artifacts}", j.changed, j.at, j.id) for j in jobs
        ]
        show_table(("why", "chunks", "judged", "came out otherwise", "since", "job"), rows)


def _shown(version: PolicyVersion) -> dict[str, object]:
    return {
        "version": version.bundle.version,
        "digest": version.digest,
        "announced_on": version.announced_on,
        "in_force_from": version.in_force_from,
    }


COMMANDS = (publish, versions, preview, redecide, progress)


@contextmanager
def _opened() -> Iterator[tuple[Base, DurableQueue]]:
    with open_desk() as base, open_queue(base) as queue:
        yield base, queue
