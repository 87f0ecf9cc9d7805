"""Find personal data once, on words with times; all that is hidden later is rendered from this manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pipeline.consent.authorise import NOTICE_NOT_INSIDE
from pipeline.consent.start_window import CLOCK_TOLERANCE
from pipeline.model.artifact import ArtifactKind
from pipeline.model.bleed import Bleed
from pipeline.model.call import Leg, LegRole
from pipeline.model.errors import InvalidInput, NotFound, Withheld
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.span import TimeSpan
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Conversation, Transcript, to_conversation
from pipeline.model.transcript_file import read_transcript
from pipeline.redaction.amend import hiding
from pipeline.redaction.audio import describe
from pipeline.redaction.bleed import measure_bleed
from pipeline.redaction.coverage import check_coverage, check_words
from pipeline.redaction.inherited import heard_beside
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.media_stream import to_wav
from pipeline.redaction.profile import RedactionProfile, make_profile
from pipeline.redaction.stated_age import find_stated_age
from pipeline.steps.arrived import complete, find_arrived, read_heard
from pipeline.steps.context import Receipt, StepContext, shelf_of
from pipeline.steps.notices import notices_of
from pipeline.steps.people_heard import people_heard
from pipeline.steps.speakers import SpeakerMap, map_speakers
from pipeline.store.artifacts import find_artifact
from pipeline.store.calls import get_call, list_legs
from pipeline.store.recordings import merge_facts, read_facts


def detect(context: StepContext, tenant: TenantId, recording: RecordingId) -> Receipt:
    """Build the manifest of a transcript and note what it found: counts and types, never words.

    Raises:
        Withheld: the sound cannot be decoded, or the transcript cannot be what it says; a language without a
            detector, or a hidden word without its time in the sound; or the notice must be inside this recording, and
            is not heard at its beginning.
    """
    found, owner = context.read(tenant, recording)
    with context.vault.database.transaction(tenant) as tx:
        artifact = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_ORIGINAL)
    if artifact is None:
        raise NotFound(f"recording {recording} was not transcribed")
    conversation, speakers = read_conversation(context, found, owner)
    transcript = read_transcript(context.vault.read(artifact))
    is_notice_needed = _note_heard(context, found, speakers)
    manifest = find_entities(context, found, owner, heard=(transcript, conversation))
    kept = context.vault.keep(
        shelf_of(found), ArtifactKind.REDACTION_MANIFEST, manifest.to_json(), parents=(artifact.id,)
    )
    _note(context, found, manifest, find_stated_age(conversation.turns))
    if is_notice_needed and not speakers.is_notice_inside:
        raise Withheld(NOTICE_NOT_INSIDE)
    return {"artifact": kept.id, "entities": len(manifest.entries), "muted_ms": manifest.muted_ms}


def find_entities(
    context: StepContext, recording: Recording, owner: Tenant, *, heard: tuple[Transcript, Conversation]
) -> Manifest:
    """Build the manifest of what was heard, as a transcript and as a conversation; nothing is kept or noted.

    Raises:
        Withheld: as `detect`, but for the notice.
    """
    transcript, conversation = heard
    arrived = find_arrived(context, recording)
    own = read_heard(context, recording, arrived)
    duration_ms, heard_on = _held_against_sound(context, recording, own or transcript)
    profile = profile_of(owner, words_key=context.vault.keys.digest_key(recording.tenant))
    known = context.detector.detect(conversation, profile=profile)
    manifest = build_manifest(
        conversation,
        known,
        profile=profile,
        duration_ms=duration_ms,
        channels=len(transcript.channels),
        detector_version=context.detector.version,
        heard_on=heard_on,
    )
    if arrived is None:
        return manifest
    places: list[tuple[int, TimeSpan]] = []
    if own is not None:
        check_words(transcript, channels=len(own.channels), duration_ms=duration_ms)
        beside = to_conversation(conversation.id, own, speakers=())
        found = context.detector.detect(beside, profile=profile)
        more, places = heard_beside(beside, found, conversation, known)
        manifest = hiding(manifest, conversation, [*known, *more], profile=profile) if more else manifest
    return complete(manifest, conversation, arrived, places, profile=profile)


def read_conversation(context: StepContext, recording: Recording, owner: Tenant) -> tuple[Conversation, SpeakerMap]:
    """Read the transcript as a conversation, each channel given to the party that the notice shows it to be.

    Raises:
        NotFound: the recording was not transcribed.
    """
    with context.vault.database.transaction(recording.tenant) as tx:
        artifact = find_artifact(tx, recording.id, ArtifactKind.TRANSCRIPT_ORIGINAL)
    if artifact is None:
        raise NotFound(f"recording {recording.id} was not transcribed")
    transcript: Transcript = read_transcript(context.vault.read(artifact))
    with context.vault.database.transaction(recording.tenant) as tx:
        notices = notices_of(tx, owner, context.law, language=transcript.language)
        legs = list_legs(tx, recording.call) if recording.call else ()
        people = people_heard(legs, recording, read_facts(tx, recording.id))
    speakers = map_speakers(
        transcript,
        notices,
        other_side=_other_side(recording, people),
        configured=owner.settings.speaker_channels.get(recording.source, "") or _told_by(context, recording),
    )
    return to_conversation(recording.id, transcript, speakers=speakers.speakers), speakers


def _told_by(context: StepContext, recording: Recording) -> str:
    """Say who is on each channel as the transcript has it that came with a recording."""
    arrived = find_arrived(context, recording)
    return ",".join(arrived.speakers) if arrived else ""


def profile_of(owner: Tenant, *, words_key: bytes) -> RedactionProfile:
    """Give the tenant's redaction settings.

    Args:
        owner: the tenant.
        words_key: under which the profile's digest covers the tenant's words.

    Raises:
        InvalidInput: a setting that cannot be used; nothing is redacted by a guess at what was meant.
    """
    return make_profile(owner.settings, owner.secrets, words_key=words_key)


def _held_against_sound(
    context: StepContext, recording: Recording, transcript: Transcript
) -> tuple[int, tuple[Bleed, ...]]:
    """Check that the transcript can be what the sound says; give how long it is, and what is heard on which channel."""
    with context.vault.database.transaction(recording.tenant) as tx:
        artifact = find_artifact(tx, recording.id, ArtifactKind.RECORDING_ORIGINAL)
    if artifact is None:
        raise NotFound(f"recording {recording.id} was not captured")
    try:
        wav = to_wav(context.vault.read(artifact))
        facts = describe(wav)
    except InvalidInput as error:
        raise Withheld("audio: UNDECODABLE") from error
    check_words(transcript, channels=facts.channels, duration_ms=facts.duration_ms)
    heard_on = measure_bleed(wav, [[w.time for u in channel for w in u.words] for channel in transcript.channels])
    check_coverage(wav, transcript, heard_on=heard_on)
    return facts.duration_ms, heard_on


def _other_side(recording: Recording, people: Sequence[Leg]) -> str | None:
    """Name whom the caller's leg hears; None where that is more than one party, or the room was recorded itself."""
    callees = [leg for leg in people if leg.role is LegRole.CALLEE]
    if len(callees) > 1 or "Conference" in recording.source:
        return None
    if callees and callees[0].joined_at is not None and _is_later(callees[0].joined_at, recording):
        return None  # somebody else was heard before them on the same channel
    return LegRole.CALLEE.value if callees else LegRole.AGENT.value


def _is_later(moment: datetime, recording: Recording) -> bool:
    return recording.started_at is None or moment > recording.started_at + CLOCK_TOLERANCE


def _note_heard(context: StepContext, recording: Recording, speakers: SpeakerMap) -> bool:
    """Note where the notice was heard and whether the speakers are known; say whether the notice must be inside."""
    with context.vault.database.transaction(recording.tenant) as tx:
        merge_facts(
            tx,
            recording.id,
            {
                "is_speaker_map_known": speakers.is_known,
                "is_notice_heard": speakers.notice_at_ms is not None,
                "is_notice_inside": speakers.is_notice_inside,
                "notice_at_ms": speakers.notice_at_ms,
            },
        )
        return recording.call is not None and "R" in get_call(tx, recording.call).tokens


def _note(context: StepContext, recording: Recording, manifest: Manifest, stated_age: int | None) -> None:
    with context.vault.database.transaction(recording.tenant) as tx:
        merge_facts(
            tx,
            recording.id,
            {
                "entities": len(manifest.entries),
                **count_types(manifest),
                "muted_ms": manifest.muted_ms,
                "heard_on": ",".join(sorted({f"{bleed.channel}>{bleed.on}" for bleed in manifest.heard_on})) or None,
                "detector": manifest.detector_version,
                "is_redaction_proved": False,  # what is rendered from this manifest has yet to be proved
                "is_language_supported": True,
                "stated_age": stated_age,
            },
        )


def count_types(manifest: Manifest) -> dict[str, str]:
    """Write which types of entity are hidden, and how many of each, as facts."""
    types = Counter(entry.type.value for entry in manifest.entries)
    return {
        "entity_types": ",".join(sorted(types)),
        "entity_counts": ",".join(f"{name}={types[name]}" for name in sorted(types)),
    }
