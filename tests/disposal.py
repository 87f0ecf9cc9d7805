"""What tests of purging share: a whole call in the vault, and what became of each thing of it."""

from __future__ import annotations

import json
from datetime import date

from pipeline.consent import jws
from pipeline.model.artifact import Artifact
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.model.recording import Recording
from pipeline.model.retention import RetentionBasis
from pipeline.store.artifacts import list_artifacts
from pipeline.store.certificates import list_certificates
from pipeline.store.endings import Ending, add_ending
from pipeline.store.signing_keys import list_public_keys
from tests.line import Line

WHOLE = (
    "settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "keep_receipts", "decide",
)  # fmt: skip


def a_whole_recording(line: Line, **chosen) -> Recording:
    """A recording with everything that is made of one; the vendor still has its copy."""
    return line.through(line.record(**chosen), *WHOLE, "publish")


def end(line: Line, recording: Recording, cause=RetentionBasis.DELETION_REQUEST, source: str = "test") -> None:
    """Something ends a recording today."""
    with line.tx() as tx:
        add_ending(
            tx,
            Ending(scope_kind="recording", scope_id=recording.id, cause=cause, source=source, ends_on=tx.now.date()),
            actor="test",
        )


def living(line: Line, recording: Recording) -> tuple[Artifact, ...]:
    """What is still there of it."""
    with line.tx() as tx:
        return list_artifacts(tx, recording=recording.id)


def lies(line: Line, prefix: str) -> list[str]:
    """The keys of everything that lies below a prefix."""
    return [entry.key for entry in line.context.vault.objects.list_versions(prefix)]


def statements(line: Line, purge: str | None = None) -> list[dict]:
    """What was certified, every signature checked with the tenant's own keys."""
    with line.tx() as tx:
        pinned = {key.kid: key.public_key for key in list_public_keys(tx)}
        found = list_certificates(tx, purge=purge)
    return [json.loads(jws.verify(one.statement, typ=CERTIFICATE_TYPE, pinned=pinned).payload) for one in found]


def rows(line: Line, query: str, **values) -> list[tuple]:
    """Read rows as the tenant sees them."""
    from sqlalchemy import text

    with line.tx() as tx:
        return [tuple(row) for row in tx.connection.execute(text(query), values)]


def day(text: str) -> date:
    return date.fromisoformat(text)
