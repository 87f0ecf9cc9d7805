"""Fetch what was permitted, check that it is what the vendor said it is, and seal it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.consent.authorise import Authorisation, Silence, authorise
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, NotPermitted, VendorBrokeContract, VendorUnavailable
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.span import TimeSpan
from pipeline.model.tenant import Tenant
from pipeline.policies.processors import why_not_host
from pipeline.redaction.audio import describe
from pipeline.redaction.cut_audio import cut_audio
from pipeline.redaction.hush import hush, is_still
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.settle_consent import basis_of, facts_of
from pipeline.store.audit import Facts, add_event
from pipeline.store.recordings import mark_state, merge_facts, read_encryption, read_facts
from pipeline.store.tenants import account_of

_AUDITED: Final = ("vendor_sha256", "cut_at_ms", "pauses", "silenced")


def capture(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Take the recording into the vault: whole up to where it is cut, and without a sound in its pauses.

    It is judged once more now that its length is known, and with all that was told since it was settled.

    Returns:
        `is_permitted` false with its `reason` where nothing may be kept after all; then nothing was.

    Raises:
        VendorUnavailable: not there yet, or not answered: the step is repeated.
        VendorBrokeContract: other channels than were announced, or no audio at all.
        IntegrityError: an encrypted recording was altered on its way.
        InvalidInput: it cannot be decoded.
        NotPermitted: the company on whose computers it would lie is not listed, not proved, or in another region.
    """
    found, owner = context.read(tenant, recording)
    shelf = shelf_of(found)
    artifact = context.vault.recover(shelf, ArtifactKind.RECORDING_ORIGINAL)
    if artifact is None:
        check_hosts(context, found, owner)
        whole = fetch(context, found, owner)
        answer = _judge(context, found, owner, whole)
        if not answer.is_authorised:
            return {"is_permitted": False, "reason": answer.reason}
        audio = _permitted_part(context, found, answer, whole)
        artifact = context.vault.keep(shelf, ArtifactKind.RECORDING_ORIGINAL, audio)
    else:
        audio = context.vault.read(artifact)
    return note_capture(context, found, artifact, audio)


def check_hosts(context: StepContext, recording: Recording, owner: Tenant) -> None:
    """See that whoever keeps what is stored is listed, proved and in a region of the policy, before a byte is.

    The vendor's copy stays where it is: what is not proved today may be tomorrow.

    Raises:
        NotPermitted: one is not.
    """
    if not context.hosts:
        return
    today = context.clock.now().date()
    with context.vault.database.transaction(recording.tenant) as tx:
        bundle = context.bundle_of(tx, owner, on=today)
    for host in context.hosts:
        reason = why_not_host(bundle, owner.registry, host, on=today)
        if reason is not None:
            with context.vault.database.transaction(recording.tenant) as tx:
                facts: Facts = {"processor": host.name, "region": host.region, "reason": reason.value}
                add_event(tx, AuditTag.VENDOR_DENIED, actor="system", target=recording.id, facts=facts)
            raise NotPermitted(f"{host.name} may not keep this tenant's recordings: {reason}")


def note_capture(context: StepContext, recording: Recording, artifact: Artifact, audio: bytes) -> Receipt:
    """Note what was captured: channels, duration, size."""
    facts = describe(audio)
    with context.vault.database.transaction(recording.tenant) as tx:
        is_new = mark_state(tx, recording.id, RecordingState.CAPTURED)
        merge_facts(tx, recording.id, {"duration_ms": facts.duration_ms, "channels": facts.channels})
        noted = read_facts(tx, recording.id)
        cut_at_ms = noted.get("cut_at_ms")
        if cut_at_ms is not None and facts.duration_ms > cut_at_ms:
            # It was sealed whole: no cut is claimed for it.
            merge_facts(tx, recording.id, {"cut_at_ms": None, "cut_at": None, "cut_reason": None})
        if is_new:
            details: Facts = {"artifact": artifact.id, "duration_ms": facts.duration_ms, "channels": facts.channels}
            known = {name: noted[name] for name in _AUDITED if noted.get(name) is not None}
            add_event(tx, AuditTag.RECORDING_CAPTURED, actor="system", target=recording.id, facts={**details, **known})
    return {"artifact": artifact.id, "duration_ms": facts.duration_ms, "channels": facts.channels}


def fetch(context: StepContext, recording: Recording, owner: Tenant) -> bytes:
    """Fetch the vendor's audio, opened where the vendor encrypted it, and check its channels."""
    try:
        media = context.vendor.fetch_media(account_of(owner), recording.recording_sid, channels=recording.channels)
    except NotFound as error:
        raise VendorUnavailable("twilio", "fetch media", status=404, reason="not there yet") from error
    with context.vault.database.transaction(recording.tenant) as tx:
        encryption = read_encryption(tx, recording.id)
        merge_facts(tx, recording.id, {"vendor_sha256": media.sha256})
    body = media.body
    if encryption is not None:
        body = context.open_media(body, encryption, owner.secrets.recording_keys)
    try:
        facts = describe(body)
    except InvalidInput as error:
        raise VendorBrokeContract("twilio", "fetch media", reason=str(error)) from error
    if recording.channels and facts.channels != recording.channels:
        raise VendorBrokeContract("twilio", "fetch media", reason="other channels than announced")
    return body


def _judge(context: StepContext, recording: Recording, owner: Tenant, audio: bytes) -> Authorisation:
    heard = describe(audio)
    with context.vault.database.transaction(recording.tenant) as tx:
        known = replace(recording, channels=heard.channels)
        return authorise(known, basis_of(tx, recording), owner, length_ms=heard.duration_ms)


def _permitted_part(context: StepContext, recording: Recording, answer: Authorisation, whole: bytes) -> bytes:
    """Cut and silence; what was done is noted before anything is sealed, so that a killed attempt has noted it too."""
    audio = whole if answer.cut_at_ms is None else cut_audio(whole, end_ms=answer.cut_at_ms)
    spans = _heard_pauses(audio, answer.silences)
    with context.vault.database.transaction(recording.tenant) as tx:
        silenced = ",".join(f"{span.start_ms}-{span.end_ms}" for span in spans) or None
        merge_facts(tx, recording.id, {**facts_of(answer), "silenced": silenced})
    return hush(audio, spans)


def _heard_pauses(audio: bytes, silences: Sequence[Silence]) -> list[TimeSpan]:
    """Give the pauses that the vendor did not make, or not to be seen: their sound is still there, or may be."""
    end_ms = describe(audio).duration_ms
    spans: list[TimeSpan] = []
    for silence in silences:
        to_ms = end_ms if silence.to_ms is None else min(silence.to_ms, end_ms)
        if silence.from_ms < to_ms and not _was_made(audio, silence, end_ms):
            spans.append(TimeSpan(silence.from_ms, to_ms))
    return spans


def _was_made(audio: bytes, silence: Silence, end_ms: int) -> bool:
    sure_to_ms = end_ms if silence.sure_to_ms is None else min(silence.sure_to_ms, end_ms)
    if not silence.is_done or silence.sure_from_ms >= sure_to_ms:
        return False
    return is_still(audio, TimeSpan(silence.sure_from_ms, sure_to_ms))
