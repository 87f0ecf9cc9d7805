"""Versions of a recording's redaction, each proved before it is here. The machine's own rendering is version 1.

It has no row until a reviewer changes something; which artifacts are in force, `store.artifacts.find_artifact` says.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.review import RedactionVersion
from pipeline.store.artifacts import RENDERED, find_newest
from pipeline.store.session import Transaction
from pipeline.store.tables_review import redaction_versions


def find_version(tx: Transaction, recording: RecordingId, number: int | None = None) -> RedactionVersion | None:
    """Find a version, the newest where none is named; the machine's own is number 1, with or without a row."""
    query = _versions(tx, recording).order_by(redaction_versions.c.number.desc()).limit(1)
    if number is not None:
        query = query.where(redaction_versions.c.number == number)
    row = tx.connection.execute(query).first()
    if row is not None:
        return _version(row)
    return _of_machine(tx, recording) if number in (None, 1) else None


def get_version(tx: Transaction, recording: RecordingId, number: int | None = None) -> RedactionVersion:
    """Read a version, the newest where none is named.

    Raises:
        NotFound: there is no such version, or nothing was rendered.
    """
    found = find_version(tx, recording, number)
    if found is None:
        raise NotFound(f"recording {recording} has no such version of its redaction")
    return found


def list_versions(tx: Transaction, recording: RecordingId) -> tuple[RedactionVersion, ...]:
    """List the versions of a recording, the first one first."""
    rows = tx.connection.execute(_versions(tx, recording).order_by(redaction_versions.c.number)).all()
    if rows:
        return tuple(_version(row) for row in rows)
    first = _of_machine(tx, recording)
    return () if first is None else (first,)


def add_version(tx: Transaction, version: RedactionVersion) -> bool:
    """Add a version; False where there is one of its number."""
    added = tx.connection.execute(
        insert(redaction_versions)
        .values(
            id=new_id("ver"),
            tenant=tx.tenant,
            recording_id=version.recording,
            number=version.number,
            manifest_id=version.manifest,
            audio_id=version.audio,
            text_id=version.text,
            changes=version.changes,
            made_at=version.made_at,
        )
        .on_conflict_do_nothing()
        .returning(redaction_versions.c.id)
    )
    return added.first() is not None


def _of_machine(tx: Transaction, recording: RecordingId) -> RedactionVersion | None:
    manifest, audio, text = (find_newest(tx, recording, kind) for kind in RENDERED)
    if manifest is None or audio is None or text is None:
        return None
    return RedactionVersion(
        recording=recording, number=1, manifest=manifest.id, audio=audio.id, text=text.id, made_at=text.created_at
    )


def _versions(tx: Transaction, recording: RecordingId) -> Any:
    return select(redaction_versions).where(
        redaction_versions.c.tenant == tx.tenant, redaction_versions.c.recording_id == recording
    )


def _version(row: Row[Any]) -> RedactionVersion:
    return RedactionVersion(
        recording=RecordingId(row.recording_id),
        number=row.number,
        manifest=row.manifest_id,
        audio=row.audio_id,
        text=row.text_id,
        made_at=row.made_at,
        changes=row.changes,
    )
