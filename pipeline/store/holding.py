"""Keeping an object's legal hold as the holds in force say: set with the first, gone with the last, read back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ARRAY, Text, any_, cast, select, update

from pipeline.model.artifact import Artifact
from pipeline.model.ids import ArtifactId
from pipeline.model.retention import Disposition
from pipeline.ports.artifacts import Artifacts
from pipeline.store.artifacts import UNDECIDED
from pipeline.store.holds import Hold, list_holds_on_each, lock_holds
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts


def settle_lock(tx: Transaction, objects: Artifacts, artifact: Artifact) -> tuple[Hold, ...]:
    """Settle the lock of one; see `settle_locks`."""
    return settle_locks(tx, objects, [artifact]).get(artifact.id, ())


def settle_locks(
    tx: Transaction, objects: Artifacts, settled: Sequence[Artifact]
) -> Mapping[ArtifactId, tuple[Hold, ...]]:
    """Lock objects that a hold covers, free those that one did and none does; give the holds of those that are held.

    Nothing is placed or released until the transaction ends, so what is written in it about them stays true.

    Raises:
        StoreError: a lock could not be set or read back; nothing must be written then.
        IntegrityError: the store says it did, and reads back otherwise.
    """
    lock_holds(tx)
    covering = list_holds_on_each(tx, settled)
    marked = _marked_held(tx, [artifact.id for artifact in settled])
    for artifact in settled:
        if artifact.id in covering:
            objects.lock(artifact.object_key, hold=True)
            mark_held(tx, [artifact.id])
        elif artifact.id in marked:
            objects.lock(artifact.object_key, hold=False)
            _mark(tx, [artifact.id], UNDECIDED)
    return covering


def mark_held(tx: Transaction, held: Collection[ArtifactId]) -> None:
    """Take artifacts out of what is due, at once: the decision that says why follows."""
    _mark(tx, held, Disposition.HELD.value)


def is_marked_held(tx: Transaction, artifact: ArtifactId) -> bool:
    """Say whether an artifact's row says that it is held."""
    return bool(_marked_held(tx, [artifact]))


def _marked_held(tx: Transaction, asked: Sequence[ArtifactId]) -> frozenset[ArtifactId]:
    query = select(artifacts.c.id).where(
        artifacts.c.tenant == tx.tenant,
        artifacts.c.id == any_(cast(list(asked), ARRAY(Text))),
        artifacts.c.disposition == Disposition.HELD.value,
    )
    return frozenset(ArtifactId(name) for name in tx.connection.execute(query).scalars())


def _mark(tx: Transaction, marked: Collection[ArtifactId], disposition: str) -> None:
    tx.connection.execute(
        update(artifacts)
        .where(
            artifacts.c.tenant == tx.tenant,
            artifacts.c.id == any_(cast(list(marked), ARRAY(Text))),  # one parameter: a hold may cover any number
            artifacts.c.disposition != disposition,
        )
        .values(disposition=disposition)
    )
