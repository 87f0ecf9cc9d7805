"""What would happen to a call, without one: the same rules as for a real call, and nothing is asked, kept or written.

A call is supposed from numbers and answers, or taken from one that was made. Announcements stand as spoken and
redaction as proved: what is foreseen is what the rules allow, not whether the machine succeeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pipeline.consent.require import ConsentPlan
from pipeline.consent.resolve import mask
from pipeline.intake.law_of_call import (
    UNRECORDED,
    Ringing,
    candidates_of,
    locales_of,
    mode_of,
    plan_of,
    purposes_of,
    why_unrecorded,
)
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, ConsentEvent, Method, Outcome, Purpose, ScriptRef
from pipeline.model.decision import DecisionRecord
from pipeline.model.entity import EntityType
from pipeline.model.ids import CallId, LegId
from pipeline.model.processor import is_proved
from pipeline.model.tenant import Tenant
from pipeline.policies.consents import consent_facts
from pipeline.policies.decide import parent_terms
from pipeline.policies.facts import (
    ArtifactFacts,
    CallFacts,
    EvidenceFact,
    Facts,
    LegFacts,
    ParentTerms,
    RedactionStatus,
    TenantFacts,
)
from pipeline.policies.loader import Law
from pipeline.policies.residue import residue_of
from pipeline.policies.versions import PolicyShelf, judge

_VENDOR: Final = "twilio"
_WAIT: Final = timedelta(seconds=5)
_MADE: Final[Mapping[ArtifactKind, ArtifactKind | None]] = {
    ArtifactKind.RECORDING_ORIGINAL: None,
    ArtifactKind.TRANSCRIPT_ORIGINAL: ArtifactKind.RECORDING_ORIGINAL,
    ArtifactKind.REDACTION_MANIFEST: ArtifactKind.TRANSCRIPT_ORIGINAL,
    ArtifactKind.TRANSCRIPT_REDACTED: ArtifactKind.TRANSCRIPT_ORIGINAL,
    ArtifactKind.RECORDING_REDACTED: ArtifactKind.RECORDING_ORIGINAL,
    ArtifactKind.SUMMARY: ArtifactKind.TRANSCRIPT_REDACTED,
}
"""What is made of a recorded call, each of what; parents stand first."""
_EVIDENCE: Final = (ArtifactKind.CONSENT_RECEIPT, ArtifactKind.CALL_METADATA)
"""What is kept of every call."""
_REDACTED: Final = frozenset(
    {ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED, ArtifactKind.REDACTION_MANIFEST}
)
_REDACTION_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """A call as it is supposed: who is on it, and what they answered. Numbers are not kept."""

    legs: tuple[Leg, ...]
    answers: tuple[ConsentEvent, ...]
    entity_types: tuple[EntityType, ...] = ()
    is_armed: bool = True
    at: datetime
    shown: Mapping[LegRole, str] = field(default_factory=dict)
    """Numbers, masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would happen."""

    supposed: Supposed
    plan: ConsentPlan
    mode: str
    why_unrecorded: str | None
    locales: tuple[str, ...]
    records: tuple[DecisionRecord, ...]
    """One for each thing that would be made and kept."""

    @property
    def is_recorded(self) -> bool:
        """Say whether there would be a recording."""
        first = self.records[0]
        return first.kind is ArtifactKind.RECORDING_ORIGINAL and first.permits(Purpose.RECORD)


def suppose(
    ringing: Ringing,
    owner: Tenant,
    *,
    law: Law,
    answers: Mapping[Purpose, Outcome],
    now: datetime,
    method: Method = Method.DTMF,
) -> Supposed:
    """Suppose a call from numbers; everybody answers the same.

    Args:
        ringing: the numbers.
        owner: the tenant.
        law: rows, numbers and languages.
        answers: to the recording question (`Purpose.RECORD`), and to the one on training.
        now: when.
        method: how they answer.
    """
    places = candidates_of(ringing, owner, law=law)
    legs = tuple(
        Leg(id=LegId(role.value), call=CallId("supposed"), role=role, leg_sid=None, number_ref=None, candidates=found)
        for role, found in places.items()
    )
    people = [role for role in places if role is not LegRole.AGENT]
    said = [event for role in people for event in _answers(role, answers, method=method, at=now)]
    shown = {LegRole.CALLER: mask(ringing.from_number) or "", LegRole.AGENT: mask(ringing.to_number) or ""}
    return Supposed(legs=legs, answers=tuple(said), at=now + _WAIT, shown=shown)


def foresee(supposed: Supposed, owner: Tenant, shelf: PolicyShelf, *, law: Law, feature: str | None = None) -> Foreseen:
    """Say how the call is begun, what is asked, and what becomes of all that is made of it.

    Args:
        supposed: the call.
        owner: the tenant, as it stands or as a draft would have it.
        shelf: the versions of its policy.
        law: rows, numbers and languages.
        feature: the one feature that may learn from its calls, where one is switched on.
    """
    bundle = shelf.in_force_on(supposed.at.date()).bundle
    plan = plan_of(supposed.legs, owner, law=law, training_wanted=owner.settings.asks_for_training)
    proved = is_proved(_VENDOR, owner.registry, on=supposed.at.date())
    why = why_unrecorded(plan, owner, bundle=bundle, is_armed=supposed.is_armed, is_vendor_proved=proved)
    case = _Case(supposed=supposed, owner=owner, shelf=shelf, law=law, feature=feature, is_begun=why is None)
    return Foreseen(
        supposed=supposed,
        plan=plan,
        mode=UNRECORDED if why is not None else mode_of(plan, owner),
        why_unrecorded=why,
        locales=locales_of(plan, supposed.legs, owner, law=law),
        records=tuple(case.judged()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    supposed: Supposed
    owner: Tenant
    shelf: PolicyShelf
    law: Law
    feature: str | None
    is_begun: bool

    def judged(self) -> Iterable[DecisionRecord]:
        records: dict[ArtifactKind, DecisionRecord] = {}
        if self.is_begun and Purpose.RECORD in purposes_of(self.owner):
            for kind, parent in _MADE.items():
                made_from = (parent_terms(records[parent]),) if parent else ()
                records[kind] = self._judge(kind, made_from)
        for kind in _EVIDENCE:
            records[kind] = self._judge(kind, ())
        return records.values()

    def _judge(self, kind: ArtifactKind, parents: tuple[ParentTerms, ...]) -> DecisionRecord:
        chosen, supposed = self.owner.settings, self.supposed
        facts = Facts(
            as_of=supposed.at,
            artifact=self._artifact(kind),
            tenant=TenantFacts(
                id=self.owner.id,
                record=chosen.is_recording_on,
                transcribe=chosen.is_transcription_on,
                store=chosen.is_recording_on,
                vendor_process=chosen.is_recording_on,
                train=chosen.asks_for_training,
                feature=self.feature,
                retention_days=chosen.retention_days.get(kind.value),
                regulated_in=chosen.regulated_in,
            ),
            call=CallFacts(legs=tuple(self._legs()), added_places=chosen.establishment, instance=chosen.instance),
            parents=parents,
            evidence=tuple(
                EvidenceFact(name=e.name, regions=e.regions, evidence_on=e.evidence_on, expires_on=e.expires_on)
                for e in self.owner.registry
            ),
        )
        return judge(self.shelf, facts, self.law.matrix).record

    def _artifact(self, kind: ArtifactKind) -> ArtifactFacts:
        is_hidden = kind in _REDACTED or kind is ArtifactKind.SUMMARY
        agreed = {e.leg_role for e in self.supposed.answers if _agrees(e, Purpose.TRAIN)}
        return ArtifactFacts(
            id=f"supposed-{kind.value}",
            kind=kind,
            captured_at=self.supposed.at,
            region=self.owner.settings.region,
            redaction=RedactionStatus.PASSED if is_hidden else RedactionStatus.NOT_RUN,
            redaction_version=_REDACTION_VERSION if is_hidden else 0,
            is_language_supported=True,
            residue=residue_of(self.supposed.entity_types, is_hidden=is_hidden),
            is_speaker_map_known=True,
            has_only_consented_speakers=bool(agreed) and agreed == {leg.role for leg in _people(self.supposed.legs)},
        )

    def _legs(self) -> Iterable[LegFacts]:
        for leg in _people(self.supposed.legs):
            own = [event for event in self.supposed.answers if event.leg_role is leg.role]
            yield LegFacts(
                label=leg.role.value,
                candidates=leg.candidates,
                is_satisfied=any(_agrees(event, Purpose.RECORD) for event in own),
                consents=consent_facts(own, leg.role),
            )


def _people(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.role is not LegRole.AGENT)


def _agrees(event: ConsentEvent, purpose: Purpose) -> bool:
    return event.purpose is purpose and event.outcome is Outcome.GRANTED


def _answers(
    role: LegRole, answers: Mapping[Purpose, Outcome], *, method: Method, at: datetime
) -> Iterable[ConsentEvent]:
    """Spread the answer on recording over all that is asked in one breath; training has its own."""
    script = ScriptRef(id="ask_record", locale="en-US", sha256="0" * 64)
    spread = {purpose: answers[Purpose.RECORD] for purpose in RECORDING_PURPOSES if Purpose.RECORD in answers}
    for purpose, outcome in (spread | {p: o for p, o in answers.items() if p is Purpose.TRAIN}).items():
        yield ConsentEvent(leg_role=role, purpose=purpose, outcome=outcome, method=method, at=at, script=script)
