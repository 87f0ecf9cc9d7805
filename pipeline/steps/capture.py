"""Fetch what was permitted, check that it is what the vendor said it is, and seal it."""

from __future__ import annotations

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, VendorBrokeContract, VendorUnavailable
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant
from pipeline.redaction.audio import describe
from pipeline.redaction.cut_audio import cut_audio
from pipeline.steps.context import Receipt, StepContext, account_of, shelf_of
from pipeline.store.audit import Facts, add_event
from pipeline.store.recordings import mark_state, merge_facts, read_encryption, read_facts


def capture(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Take the recording into the vault, whole up to where a withdrawal cuts it.

    Raises:
        VendorUnavailable: not there yet, or not answered: the step is repeated.
        VendorBrokeContract: other channels than were announced, or no audio at all.
        IntegrityError: an encrypted recording was altered on its way.
        InvalidInput: it cannot be decoded, or a withdrawal left nothing of it.
    """
    found, owner = context.read(tenant, recording)
    shelf = shelf_of(found)
    artifact = context.vault.recover(shelf, ArtifactKind.RECORDING_ORIGINAL)
    if artifact is None:
        audio = _permitted_part(context, found, fetch(context, found, owner))
        artifact = context.vault.keep(shelf, ArtifactKind.RECORDING_ORIGINAL, audio)
    else:
        audio = context.vault.read(artifact)
    return note_capture(context, found, artifact, audio)


def note_capture(context: StepContext, recording: Recording, artifact: Artifact, audio: bytes) -> Receipt:
    """Note what was captured: channels, duration, size."""
    facts = describe(audio)
    with context.vault.database.transaction(recording.tenant) as tx:
        is_new = mark_state(tx, recording.id, RecordingState.CAPTURED)
        merge_facts(tx, recording.id, {"duration_ms": facts.duration_ms, "channels": facts.channels})
        cut_at_ms = read_facts(tx, recording.id).get("cut_at_ms")
        if cut_at_ms is not None and facts.duration_ms > cut_at_ms:
            merge_facts(tx, recording.id, {"cut_at_ms": None})  # it was sealed whole: no cut is claimed for it
        if is_new:
            details: Facts = {"artifact": artifact.id, "duration_ms": facts.duration_ms, "channels": facts.channels}
            add_event(tx, AuditTag.RECORDING_CAPTURED, actor="system", target=recording.id, facts=details)
    return {"artifact": artifact.id, "duration_ms": facts.duration_ms, "channels": facts.channels}


def fetch(context: StepContext, recording: Recording, owner: Tenant) -> bytes:
    """Fetch the vendor's audio, opened where the vendor encrypted it, and check its channels."""
    try:
        body = context.vendor.fetch_media(account_of(owner), recording.recording_sid, channels=recording.channels)
    except NotFound as error:
        raise VendorUnavailable("twilio", "fetch media", status=404, reason="not there yet") from error
    with context.vault.database.transaction(recording.tenant) as tx:
        encryption = read_encryption(tx, recording.id)
    if encryption is not None:
        body = context.open_media(body, encryption, owner.secrets.recording_keys)
    try:
        facts = describe(body)
    except InvalidInput as error:
        raise VendorBrokeContract("twilio", "fetch media", reason=str(error)) from error
    if recording.channels and facts.channels != recording.channels:
        raise VendorBrokeContract("twilio", "fetch media", reason="other channels than announced")
    return body


def _permitted_part(context: StepContext, recording: Recording, audio: bytes) -> bytes:
    with context.vault.database.transaction(recording.tenant) as tx:
        cut_at_ms = read_facts(tx, recording.id).get("cut_at_ms")
    return audio if cut_at_ms is None else cut_audio(audio, end_ms=int(cut_at_ms))
