"""What holds look at: the artifacts a hold covers, page by page, and of one artifact what conditions are judged on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text

from pipeline.model.artifact import Artifact
from pipeline.model.hold import HoldQuery, HoldScope, HoldSubject
from pipeline.model.ids import ArtifactId, CallId, RecordingId
from pipeline.store.artifacts import artifact_of
from pipeline.store.session import Transaction

_PAGE: Final = 500
_UP: Final = """
  with recursive up(id) as (
    select unnest({seeds}) union
    select unnest(p.parents) from up join earmark.artifacts p on p.tenant = :tenant and p.id = up.id)
  select {wanted} from up join earmark.artifacts p on p.tenant = :tenant and p.id = up.id
"""
_KINDS: Final = _UP.format(seeds="a.parents", wanted="p.kind")
_SUBJECTS: Final = f"""
select a.*, c.mode, c.flags, r.facts->>'entity_types' as entity_types,
  coalesce(r.started_at, case when a.recording_id is null then c.started_at end, a.created_at) as captured_at,
  array(select l.number_ref from earmark.legs l
        where l.tenant = :tenant and l.call_id = c.id and l.number_ref is not null) as number_refs,
  array({_KINDS}) || a.kind as kinds
from earmark.artifacts a
left join earmark.recordings r on r.tenant = :tenant and r.id = a.recording_id
left join earmark.calls c on c.tenant = :tenant and c.id = coalesce(r.call_id, a.call_id)
where a.tenant = :tenant and
"""  # noqa: S608 - put together from constants of this file
_WHOLE: Final = """
select c.mode, c.flags, r.facts->>'entity_types' as entity_types, null as kinds,
  coalesce(r.started_at, r.created_at, c.started_at) as captured_at,
  array(select l.number_ref from earmark.legs l
        where l.tenant = :tenant and l.call_id = c.id and l.number_ref is not null) as number_refs
from (select cast(:recording as text) as recording, cast(:call as text) as call) named
left join earmark.recordings r on r.tenant = :tenant and r.id = named.recording
left join earmark.calls c on c.tenant = :tenant and c.id = coalesce(r.call_id, named.call)
where coalesce(r.started_at, r.created_at, c.started_at) is not null
"""
_OF_PARTY: Final = """(
  a.call_id in (select call_id from earmark.legs where tenant = :tenant and number_ref = :id) or
  a.recording_id in (select r2.id from earmark.legs l2 join earmark.recordings r2
                     on r2.tenant = :tenant and r2.call_id = l2.call_id
                     where l2.tenant = :tenant and l2.number_ref = :id))"""
_COVERED: Final = {
    HoldScope.TENANT: "true",
    HoldScope.RECORDING: "a.recording_id = :id",
    HoldScope.CALL: "(a.call_id = :id or a.recording_id in "
    "(select id from earmark.recordings where tenant = :tenant and call_id = :id))",
    HoldScope.PARTY: _OF_PARTY,
    HoldScope.QUERY: "true",
}
_LIVING: Final = "a.purged_at is null and a.id > :after"
_GATHERED: Final = "a.kind in ('export', 'dataset.manifest')"
"""What may be made from artifacts of several recordings; everything else lies with the one it was made from."""


def iter_candidates(
    tx: Transaction, scope: HoldScope, scope_id: str, query: HoldQuery | None, *, after: str = ""
) -> Iterator[Artifact]:
    """Give the living artifacts that a hold covers by what they are of, in the order of their ids.

    Args:
        tx: the tenant's transaction.
        scope: what the hold is on.
        scope_id: which.
        query: the conditions of a hold on a query.
        after: only those with a greater id.
    """
    where, named = _COVERED[scope], {"id": scope_id}
    if query is not None and query.number_ref is not None:
        where, named = _OF_PARTY, {"id": query.number_ref}
    for row in _pages(tx, where, named, after=after):
        if query is None or query.covers(_subject(row)):
            yield artifact_of(row)


def iter_gathered(tx: Transaction, *, after: str = "") -> Iterator[Artifact]:
    """Give what was made from artifacts of several recordings: exports and manifests of datasets."""
    for row in _pages(tx, _GATHERED, {}, after=after):
        yield artifact_of(row)


def iter_met(tx: Transaction, query: HoldQuery) -> Iterator[Artifact]:
    """Give every living artifact that meets a query by itself or by what it was made from, each once."""
    given = set[ArtifactId]()
    for artifact in iter_candidates(tx, HoldScope.QUERY, query.digest, query):
        given.add(artifact.id)
        yield artifact
    for artifact in iter_gathered(tx):
        made_from = (id for id, _, _ in list_lineage(tx, artifact))
        if artifact.id not in given and any(map(query.covers, read_subjects(tx, [artifact.id, *made_from]))):
            yield artifact


def read_subjects(tx: Transaction, artifacts: Collection[str]) -> tuple[HoldSubject, ...]:
    """Read what conditions are judged on, of artifacts by id, purged ones too."""
    rows = tx.connection.execute(text(_SUBJECTS + "a.id = any(:ids)"), {"tenant": tx.tenant, "ids": sorted(artifacts)})
    return tuple(_subject(row) for row in rows)


def read_whole(tx: Transaction, recording: RecordingId | None, call: CallId | None) -> tuple[HoldSubject, ...]:
    """Read what conditions are judged on, of a whole recording or, without one, of a call; of none where unknown."""
    rows = tx.connection.execute(text(_WHOLE), {"tenant": tx.tenant, "recording": recording, "call": call})
    return tuple(_subject(row) for row in rows)


def list_lineage(
    tx: Transaction, artifact: Artifact
) -> tuple[tuple[ArtifactId, RecordingId | None, CallId | None], ...]:
    """List everything an artifact was made from, near and far, purged or not: its id, its recording, its call."""
    if not artifact.parents:
        return ()
    rows = tx.connection.execute(
        text(_UP.format(seeds="cast(:parents as text[])", wanted="p.id, p.recording_id, p.call_id")),
        {"tenant": tx.tenant, "parents": list(artifact.parents)},
    )
    return tuple(
        (
            ArtifactId(row.id),
            RecordingId(row.recording_id) if row.recording_id else None,
            CallId(row.call_id) if row.call_id else None,
        )
        for row in rows
    )


def _pages(tx: Transaction, where: str, named: dict[str, str], *, after: str) -> Iterator[Row[Any]]:
    query = text(f"{_SUBJECTS} {_LIVING} and {where} order by a.id limit {_PAGE}")
    while rows := tx.connection.execute(query, {"tenant": tx.tenant, "after": after, **named}).all():
        yield from rows
        after = rows[-1].id


def _subject(row: Row[Any]) -> HoldSubject:
    captured_at: datetime = row.captured_at
    return HoldSubject(
        kinds=None if row.kinds is None else frozenset(row.kinds),
        captured_at=captured_at,
        mode=row.mode,
        number_refs=frozenset(row.number_refs),
        flags=frozenset(row.flags or ()),
        entity_types=frozenset(filter(None, (row.entity_types or "").split(","))),
    )
