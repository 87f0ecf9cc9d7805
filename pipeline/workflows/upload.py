"""An operator's file through the same line as a call, step by step in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from pipeline.intake.import_recording import Upload, attested_by_operator, import_recording
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.redaction.audio import describe
from pipeline.steps.context import JudgeContext, StepContext, shelf_of
from pipeline.store.tenants import find_tenant
from pipeline.workflows.recording import process_recording, with_context


def process_upload(
    context: StepContext, tenant: TenantId, audio: bytes, *, before_step: Callable[[str], None]
) -> RecordingId:
    """Take a file in, seal it, and run every step; a file that came before is taken up where it was left.

    Args:
        context: what steps work with.
        tenant: whose file.
        audio: the whole file.
        before_step: told the name of each step before it runs.

    Raises:
        NotFound: no such tenant.
        InvalidInput: the file cannot be decoded.
    """
    recording = take_in(context, tenant, audio)
    take_through(context, recording, before_step=before_step)
    return recording.id


def take_in(context: JudgeContext, tenant: TenantId, audio: bytes) -> Recording:
    """Note an operator's file as a recording and seal it where a call's audio would be after capture.

    Raises:
        NotFound: no such tenant.
        InvalidInput: the file cannot be decoded.
    """
    facts = describe(audio)
    upload = Upload(sha256=hashlib.sha256(audio).hexdigest(), channels=facts.channels, duration_ms=facts.duration_ms)
    keys = context.vault.keys
    with context.vault.database.transaction(tenant) as tx:
        owner = find_tenant(tx, keys=keys)
        if owner is None:
            raise NotFound(f"no tenant {tenant}")
        judged_by = context.bundle_of(tx, owner), context.law.matrix.version.isoformat()
        given = attested_by_operator(at=tx.now)
        recording = import_recording(tx, owner, upload, given, judged_by=judged_by, keys=keys)
    context.vault.keep(shelf_of(recording), ArtifactKind.RECORDING_ORIGINAL, audio)
    return recording


def take_through(context: StepContext, recording: Recording, *, before_step: Callable[[str], None]) -> None:
    """Run every step of the line in this process."""

    def run(name: str, *more: Any) -> Any:
        before_step(name)
        return with_context(name, context)(recording.tenant, recording.id, *more)

    process_recording(run)
