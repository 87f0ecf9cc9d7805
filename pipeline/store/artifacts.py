"""Rows of artifacts: which sealed objects exist, from what each was made, and which are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Row, Text, any_, cast, exists, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.store.session import Transaction
from pipeline.store.tables import artifacts
from pipeline.store.tables_review import redaction_versions

RENDERED: Final[Mapping[ArtifactKind, Column[Any]]] = {
    ArtifactKind.REDACTION_MANIFEST: redaction_versions.c.manifest_id,
    ArtifactKind.RECORDING_REDACTED: redaction_versions.c.audio_id,
    ArtifactKind.TRANSCRIPT_REDACTED: redaction_versions.c.text_id,
}
"""What a version of a redaction consists of: kinds, and where the version names each."""

_ORIGINAL: Final = ArtifactKind.RECORDING_ORIGINAL.value
UNDECIDED: Final = "undecided"
"""What stands on an artifact's row before anybody has judged it."""


def add_artifact(tx: Transaction, artifact: Artifact) -> bool:
    """Add an artifact's row unless its object has one; False where it had."""
    added = tx.connection.execute(
        insert(artifacts)
        .values(
            id=artifact.id,
            tenant=tx.tenant,
            recording_id=artifact.recording,
            call_id=artifact.call,
            kind=artifact.kind.value,
            name=artifact.name,
            object_key=artifact.object_key,
            sealed_sha256=artifact.sealed_sha256,
            size_bytes=artifact.size_bytes,
            parents=list(artifact.parents),
            created_at=artifact.created_at,
            disposition=UNDECIDED,
            training_eligible=False,
        )
        .on_conflict_do_nothing()
        .returning(artifacts.c.id)
    )
    return added.first() is not None


def get_artifact(tx: Transaction, artifact: ArtifactId) -> Artifact:
    """Read an artifact's row.

    Raises:
        NotFound: the tenant has no such artifact, or it was purged.
    """
    row = tx.connection.execute(_living(tx).where(artifacts.c.id == artifact)).first()
    if row is None:
        raise NotFound(f"no artifact {artifact}")
    return artifact_of(row)


def find_artifact_at(tx: Transaction, object_key: str) -> Artifact | None:
    """Find the artifact whose object is at a key."""
    row = tx.connection.execute(_living(tx).where(artifacts.c.object_key == object_key)).first()
    return None if row is None else artifact_of(row)


def find_artifact(tx: Transaction, recording: RecordingId, kind: ArtifactKind) -> Artifact | None:
    """Find the artifact of a kind that is in force for a recording: the newest, or the one of the newest version.

    Of a redaction that a reviewer changed, the time of making tells nothing: a later version may consist of the very
    bytes of an earlier one, or have left artifacts behind that were never proved. A transcript that the person on the
    call had corrected stands on a version's own, and is in force with it.
    """
    column = RENDERED.get(kind)
    version = None
    if column is not None:
        query = select(column).where(
            redaction_versions.c.tenant == tx.tenant, redaction_versions.c.recording_id == recording
        )
        version = tx.connection.execute(query.order_by(redaction_versions.c.number.desc()).limit(1)).scalar()
    if version is None:
        return find_newest(tx, recording, kind)
    if kind is ArtifactKind.TRANSCRIPT_REDACTED:
        return _corrected(tx, recording, ArtifactId(version))
    return next(iter(list_artifacts_by_id(tx, [ArtifactId(version)])), None)


def find_newest(tx: Transaction, recording: RecordingId, kind: ArtifactKind) -> Artifact | None:
    """Find the artifact of a kind that was made last from a recording, in force or not.

    What another of its kind was made from comes after that one, whatever the clock said.
    """
    later = artifacts.alias()
    made_from = exists().where(
        later.c.tenant == tx.tenant,
        later.c.recording_id == recording,
        later.c.kind == kind.value,
        later.c.purged_at.is_(None),
        artifacts.c.id == any_(later.c.parents),
    )
    row = tx.connection.execute(
        _living(tx)
        .where(artifacts.c.recording_id == recording, artifacts.c.kind == kind.value)
        .order_by(made_from, artifacts.c.created_at.desc(), artifacts.c.id)
        .limit(1)
    ).first()
    return None if row is None else artifact_of(row)


def find_row(tx: Transaction, artifact: ArtifactId) -> tuple[Artifact, datetime | None] | None:
    """Find an artifact's row, purged or not, with the moment it was purged."""
    query = select(artifacts).where(artifacts.c.tenant == tx.tenant, artifacts.c.id == artifact)
    row = tx.connection.execute(query).first()
    return None if row is None else (artifact_of(row), row.purged_at)


def mark_purged(tx: Transaction, artifact: ArtifactId) -> bool:
    """Note that an artifact's object is destroyed: its row keeps ids and digests. False where that was noted before."""
    changed = tx.connection.execute(
        update(artifacts)
        .where(artifacts.c.tenant == tx.tenant, artifacts.c.id == artifact, artifacts.c.purged_at.is_(None))
        .values(purged_at=tx.now, training_eligible=False)
    )
    return changed.rowcount == 1


def find_original_named(tx: Transaction, name: str) -> bool | None:
    """Say whether the captured recording of a name, which is that of its bytes, was purged; None where none has it."""
    query = select(artifacts.c.purged_at).where(
        artifacts.c.tenant == tx.tenant, artifacts.c.name == name, artifacts.c.kind == _ORIGINAL
    )
    found = tx.connection.execute(query).scalars().all()
    return any(purged_at is not None for purged_at in found) if found else None


def list_purged_at(tx: Transaction, object_keys: Collection[str]) -> tuple[Artifact, ...]:
    """List the artifacts at these keys that were purged: nothing may lie there."""
    query = select(artifacts).where(
        artifacts.c.tenant == tx.tenant, artifacts.c.object_key.in_(object_keys), artifacts.c.purged_at.is_not(None)
    )
    return tuple(artifact_of(row) for row in tx.connection.execute(query))


def list_known_keys(tx: Transaction, object_keys: Collection[str]) -> frozenset[str]:
    """Say which of these keys an artifact has, purged or not."""
    query = select(artifacts.c.object_key).where(
        artifacts.c.tenant == tx.tenant, artifacts.c.object_key.in_(object_keys)
    )
    return frozenset(tx.connection.execute(query).scalars())


def list_artifacts(
    tx: Transaction, *, recording: RecordingId | None = None, call: CallId | None = None
) -> tuple[Artifact, ...]:
    """List living artifacts, oldest first: all, those of a recording, or those of a call."""
    query = _living(tx).order_by(artifacts.c.created_at, artifacts.c.id)
    if recording is not None:
        query = query.where(artifacts.c.recording_id == recording)
    if call is not None:
        query = query.where(artifacts.c.call_id == call)
    return tuple(artifact_of(row) for row in tx.connection.execute(query))


def list_exports_of(tx: Transaction, parents: Collection[ArtifactId]) -> tuple[Artifact, ...]:
    """List the living exports that were made from one of these artifacts, oldest first."""
    made_from = artifacts.c.parents.overlap(cast(sorted(parents), ARRAY(Text)))
    # An export is of no one recording; saying so lets the index by recording and kind find it.
    query = _living(tx).where(
        artifacts.c.recording_id.is_(None), artifacts.c.kind == ArtifactKind.EXPORT.value, made_from
    )
    return tuple(
        artifact_of(row) for row in tx.connection.execute(query.order_by(artifacts.c.created_at, artifacts.c.id))
    )


def list_artifacts_by_id(tx: Transaction, wanted: Sequence[ArtifactId]) -> tuple[Artifact, ...]:
    """List those of the named artifacts that the tenant has and that live, oldest first."""
    query = _living(tx).where(artifacts.c.id == any_(cast(list(wanted), ARRAY(Text))))
    return tuple(
        artifact_of(row) for row in tx.connection.execute(query.order_by(artifacts.c.created_at, artifacts.c.id))
    )


def _corrected(tx: Transaction, recording: RecordingId, text: ArtifactId) -> Artifact | None:
    """Follow corrections from a version's text on; each has the one that it corrects as its only parent."""
    texts = [a for a in list_artifacts(tx, recording=recording) if a.kind is ArtifactKind.TRANSCRIPT_REDACTED]
    found = next((a for a in texts if a.id == text), None)
    while found is not None and (later := [a for a in texts if a.parents == (found.id,)]):
        found = later[-1]
    return found


def _living(tx: Transaction) -> Any:
    return select(artifacts).where(artifacts.c.tenant == tx.tenant, artifacts.c.purged_at.is_(None))


def artifact_of(row: Row[Any]) -> Artifact:
    """Read an artifact from a row that has every column of its table."""
    return Artifact(
        id=ArtifactId(row.id),
        tenant=TenantId(row.tenant),
        recording=RecordingId(row.recording_id) if row.recording_id else None,
        call=CallId(row.call_id) if row.call_id else None,
        kind=ArtifactKind(row.kind),
        name=row.name,
        object_key=row.object_key,
        sealed_sha256=row.sealed_sha256,
        size_bytes=row.size_bytes,
        parents=tuple(ArtifactId(p) for p in row.parents),
        created_at=row.created_at,
    )
