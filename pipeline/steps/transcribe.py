"""Turn the recording into words, through the first recogniser that policy, region and language allow."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.consent import Purpose
from pipeline.model.decision import DecisionRecord
from pipeline.model.errors import InvalidInput, NotFound, Withheld
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.processor import is_proved
from pipeline.model.recording import Recording
from pipeline.model.tenant import Tenant
from pipeline.model.transcript_file import read_transcript, write_transcript
from pipeline.policies.facts import ProcessorAsk
from pipeline.policies.versions import judge
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.audio import describe
from pipeline.steps.arrived import find_arrived, find_heard, put_in_force
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.gather_facts import gather
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.calls import get_call
from pipeline.store.recordings import merge_facts, read_facts

SPEECH_TO_TEXT = "speech_to_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Who will hear it, or why nobody may."""

    engine: Transcriber | None
    denied: tuple[tuple[str, str], ...] = field(default=())
    reason: str = ""


def transcribe(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Recognise every channel and keep the words; each refusal of a processor and each sending is an audit event.

    Nothing is sent where the transcript of an earlier attempt is found.

    Returns:
        `is_transcribed`, and where it is false the `reason` for which nobody was allowed to hear it.

    Raises:
        VendorUnavailable: the chosen recogniser did not answer; never another is asked instead.
        Withheld: the audio cannot be decoded, or the recogniser does not take it, for its length perhaps.
    """
    found, owner = context.read(tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        audio = find_artifact(tx, recording, ArtifactKind.RECORDING_ORIGINAL)
        language = get_call(tx, found.call).locale if found.call else owner.settings.locale
    if audio is None:
        raise NotFound(f"recording {recording} was not captured")
    arrived = find_arrived(context, found)
    if arrived is not None and arrived.transcript is not None:
        done = find_heard(context, found, arrived)
    else:
        done = context.vault.recover(shelf_of(found), ArtifactKind.TRANSCRIPT_ORIGINAL, parents=(audio.id,))
    if done is None:
        choice = _choose(context, found, owner, audio, language)
        _note_denials(context, found, choice)
        if choice.engine is None:
            return {"is_transcribed": False, "reason": choice.reason}
        done = _hear(context, found, owner, choice.engine, audio, language=language)
    if arrived is not None:
        done = put_in_force(context, found, arrived, done)
    return _note(context, found, done)


def _hear(
    context: StepContext, recording: Recording, owner: Tenant, engine: Transcriber, audio: Artifact, *, language: str
) -> Artifact:
    meta = engine.audit
    body = context.vault.read(audio)
    _check_accepted(body, engine)
    with context.vault.database.transaction(recording.tenant) as tx:
        facts = {"processor": meta.processor or "local", "kind": audio.kind.value, "region": meta.region}
        add_event(tx, AuditTag.VENDOR_SENT, actor="system", target=recording.id, facts=facts)
        if meta.processor:  # noted as it is sent: a company that never answered has had it all the same
            had: Facts = {
                "processor": meta.processor,
                "processor_region": meta.region,
                "is_processor_training_off": is_proved(meta.processor, owner.registry, on=tx.now.date()),
            }
            merge_facts(tx, recording.id, had)
    try:
        heard = engine.transcribe(body, language=language)
    except InvalidInput as error:
        raise Withheld("transcription: NOT_ACCEPTED") from error
    return context.vault.keep(
        shelf_of(recording), ArtifactKind.TRANSCRIPT_ORIGINAL, write_transcript(heard), parents=(audio.id,)
    )


def _check_accepted(body: bytes, engine: Transcriber) -> None:
    """Refuse what a recogniser would refuse before it has it: nothing is then noted as sent."""
    try:
        sound = describe(body)
    except InvalidInput as error:
        raise Withheld("audio: UNDECODABLE") from error
    accepts = engine.capabilities
    if sound.duration_ms > accepts.max_duration_s * 1000 or sound.channels > accepts.max_channels:
        raise Withheld("transcription: NOT_ACCEPTED")


def _choose(context: StepContext, recording: Recording, owner: Tenant, audio: Artifact, language: str) -> _Choice:
    """Ask the policy about each recogniser in the tenant's order; the first that is allowed is taken."""
    if not owner.settings.is_transcription_on:  # it was on when the call was captured; nothing new is begun
        return _Choice(engine=None, reason="transcription: TENANT_OFF")
    denied: list[tuple[str, str]] = []
    for name in owner.settings.engines:
        engine = context.transcribers.get(name)
        if engine is None:
            denied.append((name, "NOT_CONFIGURED"))
            continue
        record = _decide(context, recording, owner, audio, engine)
        if not record.permits(Purpose.TRANSCRIBE):
            codes = next(p.reasons for p in record.permissions if p.purpose is Purpose.TRANSCRIBE)
            return _Choice(engine=None, denied=tuple(denied), reason=f"transcription: {codes[0].code}")
        reason = _refusal(record, engine, language)
        if reason is None:
            return _Choice(engine=engine, denied=tuple(denied))
        denied.append((name, reason))
    return _Choice(engine=None, denied=tuple(denied), reason="no recogniser is allowed")


def _decide(
    context: StepContext, recording: Recording, owner: Tenant, audio: Artifact, engine: Transcriber
) -> DecisionRecord:
    meta = engine.audit
    asks = (ProcessorAsk(name=meta.processor, purpose=SPEECH_TO_TEXT, region=meta.region),) if meta.processor else ()
    with context.vault.database.transaction(recording.tenant) as tx:
        facts = gather(tx, recording, owner, audio, considered=asks, is_heard=False)
        shelf = context.policies_of(tx, owner)
    return judge(shelf, facts, context.law.matrix).record


def _refusal(record: DecisionRecord, engine: Transcriber, language: str) -> str | None:
    """Say why a recogniser may not hear this; None when it may."""
    if language.split("-")[0].lower() not in engine.capabilities.languages:
        return "LANGUAGE"
    processor = engine.audit.processor
    if processor is None or record.permits_processor(processor, SPEECH_TO_TEXT):
        return None
    asked = [p for p in record.processors if p.name == processor and p.purpose == SPEECH_TO_TEXT]
    return asked[0].reasons[0].code.value if asked and asked[0].reasons else "NOT_LISTED"


def _note_denials(context: StepContext, recording: Recording, choice: _Choice) -> None:
    if not choice.denied:
        return
    denied = ",".join(f"{name}:{reason}" for name, reason in choice.denied)
    with context.vault.database.transaction(recording.tenant) as tx:
        if read_facts(tx, recording.id).get("processors_denied") == denied:
            return
        merge_facts(tx, recording.id, {"processors_denied": denied})
        for name, reason in choice.denied:
            facts = {"processor": name, "reason": reason}
            add_event(tx, AuditTag.VENDOR_DENIED, actor="system", target=recording.id, facts=facts)


def _note(context: StepContext, recording: Recording, artifact: Artifact) -> Receipt:
    transcript = read_transcript(context.vault.read(artifact))
    words = len(transcript.words)
    with context.vault.database.transaction(recording.tenant) as tx:
        facts: Facts = {"engine": transcript.engine, "language": transcript.language, "words": words}
        merge_facts(tx, recording.id, facts)
    return {"is_transcribed": True, "artifact": artifact.id, "words": words, "reason": ""}
