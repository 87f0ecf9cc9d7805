"""Legal holds: reasons nothing may be disposed of, each belonging to a matter.

A hold is in force from the transaction that placed it to the one in which a second person approved its release. What
it covers is answered here for every scope; whoever disposes of something asks here first, under `lock_holds`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Text, any_, insert, literal, select, text, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.model.artifact import Artifact
from pipeline.model.errors import IllegalTransition, NotFound, NotPermitted
from pipeline.model.hold import HoldQuery, HoldScope, query_of
from pipeline.model.ids import ArtifactId, CallId, RecordingId, new_id
from pipeline.store.api_keys import is_same_person
from pipeline.store.hold_subjects import iter_candidates, iter_gathered, list_lineage, read_subjects, read_whole
from pipeline.store.session import Transaction
from pipeline.store.tables import holds, legs, recordings

SCOPE_KINDS: Final = tuple(scope.value for scope in HoldScope)
_LOCK: Final = "select pg_advisory_xact_lock{shared}(hashtext(:k))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold. In force until released; a release that was asked for changes nothing before it is approved."""

    id: str
    matter: str
    scope_kind: str
    scope_id: str
    placed_by: str
    reason: str
    placed_at: datetime
    released_at: datetime | None = None
    query: HoldQuery | None = None
    release_requested_by: str | None = None
    release_requested_at: datetime | None = None
    release_reason: str | None = None
    released_by: str | None = None


def lock_holds(tx: Transaction, *, is_shared: bool = True) -> None:
    """Keep holds of the tenant from being placed or released until the transaction ends; take it before the log's lock.

    Shared for whoever acts on what is held (keeps, decides, purges); alone for whoever places or releases.
    """
    lock = text(_LOCK.format(shared="_shared" if is_shared else ""))
    tx.connection.execute(lock, {"k": f"earmark-holds:{tx.tenant}"})


def add_hold(
    tx: Transaction, *, matter: str, scope: tuple[str, str], actor: str, reason: str, query: HoldQuery | None = None
) -> Hold:
    """Place a hold on `(kind, id)`; several matters may hold one thing."""
    hold = Hold(
        id=new_id("hold"),
        matter=matter,
        scope_kind=scope[0],
        scope_id=scope[1],
        placed_by=actor,
        reason=reason,
        placed_at=tx.now,
        query=query,
    )
    tx.connection.execute(
        insert(holds).values(
            id=hold.id,
            tenant=tx.tenant,
            matter=matter,
            scope_kind=hold.scope_kind,
            scope_id=hold.scope_id,
            placed_by=actor,
            reason=reason,
            placed_at=tx.now,
            query=query.plain() if query else None,
            is_settled=False,
        )
    )
    return hold


def get_hold(tx: Transaction, hold: str) -> Hold:
    """Read a hold, in force or not.

    Raises:
        NotFound: the tenant has no such hold.
    """
    row = tx.connection.execute(select(holds).where(holds.c.tenant == tx.tenant, holds.c.id == hold)).first()
    if row is None:
        raise NotFound(f"no hold {hold}")
    return _hold(row)


def ask_release(tx: Transaction, hold: str, *, actor: str, reason: str) -> Hold:
    """Ask for a hold to be released; it stays in force.

    Raises:
        NotFound: the tenant has no such hold in force.
        IllegalTransition: somebody has asked already.
    """
    found = _lock_in_force(tx, hold)
    if found.release_requested_by is not None:
        raise IllegalTransition(f"the release of {hold} was asked for already")
    return _change(tx, hold, release_requested_by=actor, release_requested_at=tx.now, release_reason=reason)


def reject_release(tx: Transaction, hold: str) -> Hold:
    """Take back that a release was asked for; give the hold as it was before.

    Raises:
        NotFound: the tenant has no such hold in force.
        IllegalTransition: nobody has asked.
    """
    found = _lock_asked(tx, hold)
    _change(tx, hold, release_requested_by=None, release_requested_at=None, release_reason=None)
    return found


def release_hold(tx: Transaction, hold: str, *, actor: str) -> Hold:
    """Release a hold whose release somebody else asked for.

    Raises:
        NotFound: the tenant has no such hold in force.
        IllegalTransition: nobody has asked for it.
        NotPermitted: the same person asked.
    """
    found = _lock_asked(tx, hold)
    if is_same_person(tx, found.release_requested_by or "", actor):
        raise NotPermitted("whoever asked for a release does not approve it")
    return _change(tx, hold, released_by=actor, released_at=tx.now, is_settled=False)


def list_holds_on(
    tx: Transaction,
    *,
    recording: RecordingId | None = None,
    call: CallId | None = None,
    artifact: Artifact | None = None,
) -> tuple[Hold, ...]:
    """List the holds in force that cover a recording, a call or one artifact, those on the whole tenant with them.

    An artifact is covered too by what covers anything it was made from. Without one, a query that asks for a kind
    counts as met: something of the recording may be of that kind.
    """
    return _covering(tx, holds.c.released_at.is_(None), recording, call, artifact)


def list_holds_on_each(tx: Transaction, asked: Iterable[Artifact]) -> dict[ArtifactId, tuple[Hold, ...]]:
    """List the holds in force that cover each of some artifacts; those that none covers are left out."""
    if not is_anything_held(tx):
        return {}
    found = {artifact.id: list_holds_on(tx, artifact=artifact) for artifact in asked}
    return {artifact: covering for artifact, covering in found.items() if covering}


def iter_covered(tx: Transaction, hold: Hold, *, after: str = "") -> Iterator[Artifact]:
    """Give every living artifact that a stored hold covers, or covered before it was released, by ascending id.

    One that is covered by itself and by what it was made from may come twice in a row.
    """
    direct = iter_candidates(tx, HoldScope(hold.scope_kind), hold.scope_id, hold.query, after=after)
    made = (a for a in iter_gathered(tx, after=after) if _covering(tx, holds.c.id == hold.id, None, None, a))
    yield from merge(direct, made if hold.scope_kind != HoldScope.TENANT else (), key=lambda artifact: artifact.id)


def list_holds(tx: Transaction, *, is_in_force: bool = False) -> tuple[Hold, ...]:
    """List every hold of the tenant, or only those in force."""
    query = select(holds).where(holds.c.tenant == tx.tenant).order_by(holds.c.placed_at, holds.c.id)
    if is_in_force:
        query = query.where(holds.c.released_at.is_(None))
    return tuple(_hold(row) for row in tx.connection.execute(query))


def is_anything_held(tx: Transaction) -> bool:
    """Say whether any hold of the tenant is in force."""
    query = select(holds.c.id).where(holds.c.tenant == tx.tenant, holds.c.released_at.is_(None)).limit(1)
    return tx.connection.execute(query).first() is not None


def list_unsettled(tx: Transaction) -> tuple[Hold, ...]:
    """List the holds that were placed or released and whose artifacts were not all decided anew since."""
    query = select(holds).where(holds.c.tenant == tx.tenant, ~holds.c.is_settled).order_by(holds.c.id)
    return tuple(_hold(row) for row in tx.connection.execute(query))


def mark_settled(tx: Transaction, hold: Hold) -> bool:
    """Note that everything a hold covers was decided anew; False where it was released meanwhile, and must be again."""
    is_as_it_was = holds.c.released_at.is_(None) if hold.released_at is None else holds.c.released_at.is_not(None)
    changed = tx.connection.execute(
        update(holds)
        .where(holds.c.tenant == tx.tenant, holds.c.id == hold.id, ~holds.c.is_settled, is_as_it_was)
        .values(is_settled=True)
    )
    return bool(changed.rowcount)


def _covering(
    tx: Transaction,
    which: ColumnElement[bool],
    recording: RecordingId | None,
    call: CallId | None,
    artifact: Artifact | None,
) -> tuple[Hold, ...]:
    lineage = list_lineage(tx, artifact) if artifact is not None else ()
    own = (artifact.recording, artifact.call) if artifact is not None else (None, None)
    taped = {recording, own[0], *(r for _, r, _ in lineage)} - {None}
    called = {call, own[1], *(c for _, _, c in lineage)} - {None}
    if call is None and taped:
        known = select(recordings.c.call_id).where(recordings.c.tenant == tx.tenant, recordings.c.id.in_(taped))
        called |= {CallId(c) for c in tx.connection.execute(known).scalars() if c}
    found = [_hold(row) for row in tx.connection.execute(_named(tx, which, taped, called))]
    if any(hold.query for hold in found):
        subjects = read_subjects(tx, [artifact.id, *(i for i, _, _ in lineage)]) if artifact is not None else ()
        subjects = subjects or read_whole(tx, recording, call)
        found = [h for h in found if h.query is None or any(h.query.covers(subject) for subject in subjects)]
    return tuple(sorted({h.id: h for h in found}.values(), key=lambda hold: (hold.placed_at, hold.id)))


def _named(tx: Transaction, which: ColumnElement[bool], taped: Collection[object], called: Collection[object]) -> Any:
    """Ask for the holds on these things by name, each part through the index by scope, and for every query."""
    mine = (holds.c.tenant == tx.tenant) & which

    def on(kind: HoldScope, ids: Collection[object]) -> Any:
        return select(holds).where(mine, holds.c.scope_kind == kind.value, holds.c.scope_id == any_(_texts(ids)))

    people = select(legs.c.number_ref).where(legs.c.tenant == tx.tenant, legs.c.call_id == any_(_texts(called)))
    refs = people.where(legs.c.number_ref.is_not(None))
    return union_all(
        on(HoldScope.TENANT, [tx.tenant]),
        on(HoldScope.RECORDING, taped),
        on(HoldScope.CALL, called),
        select(holds).where(mine, holds.c.scope_kind == HoldScope.PARTY.value, holds.c.scope_id.in_(refs)),
        select(holds).where(mine, holds.c.scope_kind == HoldScope.QUERY.value),
    )


def _texts(ids: Collection[object]) -> Any:
    return literal(sorted(str(one) for one in ids), ARRAY(Text))


def _lock_in_force(tx: Transaction, hold: str) -> Hold:
    query = select(holds).where(holds.c.tenant == tx.tenant, holds.c.id == hold, holds.c.released_at.is_(None))
    row = tx.connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound(f"no hold {hold} in force")
    return _hold(row)


def _lock_asked(tx: Transaction, hold: str) -> Hold:
    found = _lock_in_force(tx, hold)
    if found.release_requested_by is None:
        raise IllegalTransition(f"nobody asked for the release of {hold}")
    return found


def _change(tx: Transaction, hold: str, **values: object) -> Hold:
    row = tx.connection.execute(
        update(holds).where(holds.c.tenant == tx.tenant, holds.c.id == hold).values(**values).returning(holds)
    ).one()
    return _hold(row)


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        matter=row.matter,
        scope_kind=row.scope_kind,
        scope_id=row.scope_id,
        placed_by=row.placed_by,
        reason=row.reason,
        placed_at=row.placed_at,
        released_at=row.released_at,
        query=query_of(row.query) if row.query else None,
        release_requested_by=row.release_requested_by,
        release_requested_at=row.release_requested_at,
        release_reason=row.release_reason,
        released_by=row.released_by,
    )
