"""Everything a decision may know about one artifact, read from what was stored. What is not proved is not claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from pipeline.consent.standing_at import name_of
from pipeline.model.artifact import Artifact, ArtifactKind
from pipeline.model.call import Call, Leg, LegRole
from pipeline.model.consent import ConsentEvent, Outcome, Purpose, standings
from pipeline.model.processor import evidence_of, is_proved
from pipeline.model.recording import UPLOADED, Recording
from pipeline.model.tenant import Tenant
from pipeline.policies.consents import consent_facts
from pipeline.policies.facts import (
    ArtifactFacts,
    CallFacts,
    ChildSign,
    ChildSignal,
    EventFacts,
    EvidenceFact,
    Facts,
    LegFacts,
    ParentTerms,
    ProcessorAsk,
    ProcessorUse,
    RedactionStatus,
    Residue,
    TenantFacts,
)
from pipeline.policies.residue import residue_of
from pipeline.steps.people_heard import cut_of, people_heard, said_of
from pipeline.steps.what_happened import Noted, card_unhidden_on, child_signals, what_happened, with_holds
from pipeline.store.calls import get_call, list_flags, list_legs
from pipeline.store.child_signals import FLAGGED
from pipeline.store.consents import list_consents
from pipeline.store.holds import is_anything_held
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction
from pipeline.store.training_features import find_feature

REDACTION_VERSION: Final = 1
_TWILIO: Final = "twilio"
_HOME: Final = "us"
_REDACTED: Final = (
    ArtifactKind.RECORDING_REDACTED,
    ArtifactKind.TRANSCRIPT_REDACTED,
    ArtifactKind.REDACTION_MANIFEST,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What all artifacts of a recording share: what steps noted, who was on the call and said what, what happened."""

    noted: Noted
    said: tuple[ConsentEvent, ...]
    legs: tuple[Leg, ...]
    call: CallFacts
    events: EventFacts
    feature: str | None
    is_anything_held: bool = field(compare=False)
    """Whether a hold of any kind is in force; which of them cover an artifact is asked artifact by artifact."""


def circumstances(tx: Transaction, recording: Recording, owner: Tenant, *, is_heard: bool = True) -> Circumstances:
    """Read what all artifacts of a recording share, once for all of them; see `gather`."""
    noted, call = read_facts(tx, recording.id), CallFacts()
    said: tuple[ConsentEvent, ...] = ()
    legs: tuple[Leg, ...] = ()
    if recording.call is not None:
        said, legs = tuple(list_consents(tx, recording.call)), tuple(list_legs(tx, recording.call))
        is_proved = not is_heard or bool(noted.get("is_notice_inside"))
        heard = {leg: said_of(leg, said, noted) for leg in people_heard(legs, recording, noted)}
        call = _people(get_call(tx, recording.call), owner, heard, is_notice_proved=is_proved)
    return Circumstances(
        noted=noted,
        said=said,
        legs=legs,
        call=call,
        events=replace(
            what_happened(tx, recording=recording.id, call=recording.call, signals=child_signals(tx, recording, noted)),
            card_unhidden_on=card_unhidden_on(noted),
        ),
        feature=find_feature(tx),
        is_anything_held=is_anything_held(tx),
    )


def gather(  # noqa: PLR0913 - what only the caller knows, each by its name
    tx: Transaction,
    recording: Recording,
    owner: Tenant,
    artifact: Artifact,
    *,
    parents: tuple[ParentTerms, ...] = (),
    considered: tuple[ProcessorAsk, ...] = (),
    is_heard: bool = True,
    known: Circumstances | None = None,
) -> Facts:
    """Put together what is known about an artifact now.

    Args:
        tx: the tenant's transaction.
        recording: what the artifact was made from.
        owner: its tenant.
        artifact: what is to be judged.
        parents: terms of what it was made from.
        considered: processors asked about.
        is_heard: False before anybody could listen for the notice inside; it then stands as spoken, because
            the recorder was started by the document that speaks it. Afterwards only what was heard counts.
        known: what all artifacts of the recording share, where it was read in this transaction already.
    """
    shared = known or circumstances(tx, recording, owner, is_heard=is_heard)
    return Facts(
        as_of=tx.now,
        artifact=_artifact(recording, owner, artifact, shared.noted, shared.legs, shared.said, as_of=tx.now),
        tenant=_tenant(owner, artifact.kind, shared.noted, feature=shared.feature),
        call=shared.call,
        events=with_holds(tx, shared.events, artifact, call=recording.call)
        if shared.is_anything_held
        else shared.events,
        parents=parents,
        evidence=_evidence(owner),
        considered=considered,
    )


def gather_of_call(tx: Transaction, call: Call, owner: Tenant, artifact: Artifact) -> Facts:
    """Put together what is known now about an artifact of a call that has no recording: nothing was heard of it."""
    is_child = FLAGGED in list_flags(tx, call.id)
    signals = (ChildSignal(sign=ChildSign.AGENT_FLAG, on=call.started_at.date()),) if is_child else ()
    events = list_consents(tx, call.id)
    said = {leg: said_of(leg, events, {}) for leg in _people_of(tx, call)}
    return Facts(
        as_of=tx.now,
        artifact=ArtifactFacts(
            id=artifact.id, kind=artifact.kind, captured_at=call.started_at, region=owner.settings.region
        ),
        tenant=_tenant(owner, artifact.kind, {}, feature=find_feature(tx)),
        call=_people(call, owner, said, is_notice_proved=False),
        events=with_holds(tx, what_happened(tx, call=call.id, signals=signals), artifact, call=call.id),
        evidence=_evidence(owner),
    )


def gather_of_tenant(tx: Transaction, owner: Tenant, artifact: Artifact) -> Facts:
    """Put together what is known now about an artifact that is of a tenant and of no call: no person is in it."""
    return Facts(
        as_of=tx.now,
        artifact=ArtifactFacts(
            id=artifact.id, kind=artifact.kind, captured_at=artifact.created_at, region=owner.settings.region
        ),
        tenant=_tenant(owner, artifact.kind, {}, feature=find_feature(tx)),
        call=CallFacts(),
        events=with_holds(tx, what_happened(tx, call=None, signals=()), artifact, call=None),
        evidence=_evidence(owner),
    )


def _evidence(owner: Tenant) -> tuple[EvidenceFact, ...]:
    return tuple(
        EvidenceFact(name=e.name, regions=e.regions, evidence_on=e.evidence_on, expires_on=e.expires_on)
        for e in owner.registry
    )


def _artifact(
    recording: Recording,
    owner: Tenant,
    artifact: Artifact,
    noted: Mapping[str, Any],
    legs: Sequence[Leg],
    events: Sequence[ConsentEvent],
    *,
    as_of: datetime,
) -> ArtifactFacts:
    is_redacted = artifact.kind in _REDACTED
    is_proved = is_redacted and bool(noted.get("is_redaction_proved"))
    withdrawn = [e.at for e in events if e.outcome is Outcome.WITHDRAWN]
    cut_at = cut_of(noted)
    return ArtifactFacts(
        id=artifact.id,
        kind=artifact.kind,
        captured_at=recording.started_at or artifact.created_at,
        region=owner.settings.region,
        redaction=_status(is_redacted, is_proved, noted),
        redaction_version=REDACTION_VERSION if is_redacted else 0,
        is_language_supported=bool(noted.get("is_language_supported")),
        residue=_residue(noted, is_proved=is_proved),
        is_speaker_map_known=bool(noted.get("is_speaker_map_known")),
        has_only_consented_speakers=_everyone_granted(people_heard(legs, recording, noted), events, Purpose.TRAIN),
        is_before_withdrawal=not withdrawn or (cut_at is not None and cut_at <= min(withdrawn)),
        processors=_processors(recording, owner, noted, on=as_of.date()),
    )


def _status(is_redacted: bool, is_proved: bool, noted: Mapping[str, Any]) -> RedactionStatus:
    if not is_redacted:
        return RedactionStatus.NOT_RUN
    return RedactionStatus.PASSED if is_proved and not noted.get("withheld") else RedactionStatus.FAILED


def _residue(noted: Mapping[str, Any], *, is_proved: bool) -> tuple[Residue, ...]:
    return residue_of(str(noted.get("entity_types") or "").split(","), is_hidden=is_proved)


def _processors(recording: Recording, owner: Tenant, noted: Mapping[str, Any], *, on: date) -> tuple[ProcessorUse, ...]:
    """Name who has had it: where, and that they do not train on it, is what is proved of them."""
    used: list[ProcessorUse] = []
    if recording.source != UPLOADED:
        is_training_off = is_proved(_TWILIO, owner.registry, on=on)
        region = _region_of(_TWILIO, owner)
        used.append(ProcessorUse(name=_TWILIO, purpose="telephony", region=region, is_training_off=is_training_off))
    if noted.get("processor"):
        used.append(
            ProcessorUse(
                name=str(noted["processor"]),
                purpose="speech_to_text",
                region=str(noted.get("processor_region")),
                is_training_off=bool(noted.get("is_processor_training_off")),
            )
        )
    return tuple(used)


def _region_of(company: str, owner: Tenant) -> str | None:
    """Give the region of the contract; of several the one in which the company is at home, where it names that."""
    proof = evidence_of(company, owner.registry)
    if proof is None or not proof.regions:
        return None
    return _HOME if _HOME in proof.regions else proof.regions[0]


def _tenant(owner: Tenant, kind: ArtifactKind, noted: Noted, *, feature: str | None) -> TenantFacts:
    """Take the switches as they were when the recording was settled: one that is switched off later ends nothing."""
    chosen = owner.settings
    is_recorded = bool(noted.get("was_recording_on", chosen.is_recording_on))
    return TenantFacts(
        id=owner.id,
        record=is_recorded,
        transcribe=bool(noted.get("was_transcription_on", chosen.is_transcription_on)),
        store=is_recorded,
        vendor_process=is_recorded,
        train=chosen.asks_for_training,
        feature=feature,
        retention_days=chosen.retention_days.get(kind.value),
        regulated_in=chosen.regulated_in,
    )


def _people(
    call: Call, owner: Tenant, said: Mapping[Leg, Sequence[ConsentEvent]], *, is_notice_proved: bool
) -> CallFacts:
    """Tell who was on a call by what each of them said, in the order of `said`."""
    is_told = is_notice_proved or "R" not in call.tokens
    return CallFacts(
        legs=tuple(_leg(leg, words, is_notice_proved=is_told) for leg, words in said.items()),
        added_places=owner.settings.establishment,
        instance=call.instance,
    )


def _leg(leg: Leg, events: Sequence[ConsentEvent], *, is_notice_proved: bool) -> LegFacts:
    consents = consent_facts(events, leg.role)
    has_agreed = any(c.outcome is Outcome.GRANTED or c.was_granted for c in consents if c.purpose is Purpose.RECORD)
    return LegFacts(
        label=name_of(leg.role, leg.ordinal),
        candidates=leg.candidates,
        is_satisfied=has_agreed and is_notice_proved,
        consents=consents,
    )


def _people_of(tx: Transaction, call: Call) -> tuple[Leg, ...]:
    return tuple(leg for leg in list_legs(tx, call.id) if leg.role is not LegRole.AGENT)


def _everyone_granted(people: Sequence[Leg], events: Sequence[ConsentEvent], purpose: Purpose) -> bool:
    granted = {(s.leg_role, s.ordinal) for s in standings(tuple(events)) if s.purpose is purpose and s.is_granted}
    return bool(people) and {(leg.role, leg.ordinal) for leg in people} <= granted
