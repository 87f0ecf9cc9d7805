"""What really happens to a tenant's calls now, and why: settings held against policy, law, numbers and evidence.

A switch that is on and does nothing is the worst thing a page of settings can show, so each line says what happens, and
where something keeps it from happening, by which rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.consent.resolve import mask
from pipeline.intake.law_of_call import UNRECORDED, mode_of, plan_of, purposes_of, why_unrecorded
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Purpose
from pipeline.model.decision import TrainingScope
from pipeline.model.decision_terms import Clause
from pipeline.model.ids import CallId, LegId
from pipeline.model.processor import evidence_of, is_proved
from pipeline.model.tenant import COMPANY_OF_ENGINE, Tenant
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import UNKNOWN
from pipeline.policies.leaf import Leaf
from pipeline.policies.loader import Law
from pipeline.policies.processors import lists_processor
from pipeline.store.numbers import OwnNumber

_VENDOR: Final = "twilio"
_SPEECH_TO_TEXT: Final = "speech_to_text"
_HOUSE: Final = "house_choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that happens or not. `code` is an enum value that pages have a sentence for."""

    subject: str
    """What it is about: a masked number, a recogniser, a place."""
    happens: bool
    code: str
    clause: Clause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How long one kind is kept, between the policy's limits. No days: without end, justified again each year."""

    kind: ArtifactKind
    days: int | None
    own: int | None
    default: int | None
    least: int
    most: int | None
    clause: Clause
    why_house_choice: str
    """Why we chose where the policy is silent; empty where it speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSettings:
    """What holds now."""

    numbers: tuple[Effect, ...]
    beginnings: tuple[Effect, ...]
    """How calls begin, by where the caller may be."""
    recognisers: tuple[Effect, ...]
    training: Effect
    periods: tuple[Period, ...]

    @property
    def is_anything_recorded(self) -> bool:
        """Say whether the calls of any number are recorded."""
        return any(number.happens for number in self.numbers)

    @property
    def is_anything_transcribed(self) -> bool:
        """Say whether a recogniser may hear calls."""
        return any(engine.happens for engine in self.recognisers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What settings are held against, beside the policy."""

    law: Law
    configured: Sequence[str]
    """Recognisers that are set up here."""
    feature: str | None
    """The feature that may learn from calls, where one is switched on."""
    today: date


def effective_settings(
    owner: Tenant, bundle: Bundle, numbers: Sequence[OwnNumber], around: Around
) -> EffectiveSettings:
    """Say what holds for a tenant's calls today, under the version of its policy in force.

    Args:
        owner: the tenant.
        bundle: the version of its policy in force.
        numbers: its own numbers.
        around: law, recognisers, feature and day.
    """
    return EffectiveSettings(
        numbers=tuple(_number(owner, bundle, number, law=around.law, today=around.today) for number in numbers),
        beginnings=_beginnings(owner, around.law),
        recognisers=tuple(_recogniser(owner, bundle, name, around) for name in owner.settings.engines),
        training=_training(owner, bundle, around.feature),
        periods=tuple(_period(owner, bundle, kind) for kind in ArtifactKind),
    )


def _number(owner: Tenant, bundle: Bundle, number: OwnNumber, *, law: Law, today: date) -> Effect:
    plan = plan_of(_legs(owner, UNKNOWN), owner, law=law)
    proved = is_proved(_VENDOR, owner.registry, on=today)
    why = why_unrecorded(plan, owner, bundle=bundle, is_armed=number.is_armed, is_vendor_proved=proved)
    leaf = bundle.record if Purpose.RECORD in purposes_of(owner) else bundle.transcribe
    vendor = next((entry for entry in bundle.processors.listed if entry.name == _VENDOR), None)
    cited: Mapping[str, Leaf | None] = {"policy": leaf, "no_evidence": vendor}
    against = cited.get(why or "")
    subject = mask(number.number) or number.id
    if why is None:
        is_recorded = Purpose.RECORD in purposes_of(owner)
        code = "recorded" if is_recorded else "transcribed_only"
        return Effect(subject=subject, happens=is_recorded, code=code, clause=bundle.cite(leaf))
    return Effect(subject=subject, happens=False, code=why, clause=bundle.cite(against) if against else None)


def _beginnings(owner: Tenant, law: Law) -> tuple[Effect, ...]:
    """Say how a call begins whose caller is where the tenant is, and one whose caller could be anywhere."""
    found = []
    for place in dict.fromkeys((*(place.upper() for place in owner.settings.establishment), UNKNOWN)):
        plan = plan_of(_legs(owner, place), owner, law=law, training_wanted=owner.settings.asks_for_training)
        mode = mode_of(plan, owner)
        clauses = {c.token: Clause(document="jurisdictions", section=c.place, key=c.cite) for c in plan.citations}
        decisive = next(iter([clauses[token] for token in reversed(plan.tokens) if token in clauses]), None)
        found.append(Effect(subject=place, happens=mode != UNRECORDED, code=mode, clause=decisive))
    return tuple(found)


def _legs(owner: Tenant, place: str) -> tuple[Leg, ...]:
    places = {
        LegRole.CALLER: (place,),
        LegRole.AGENT: tuple(p.upper() for p in owner.settings.establishment) or (place,),
    }
    return tuple(
        Leg(id=LegId(role.value), call=CallId("supposed"), role=role, leg_sid=None, number_ref=None, candidates=found)
        for role, found in places.items()
    )


def _recogniser(owner: Tenant, bundle: Bundle, name: str, around: Around) -> Effect:
    company = COMPANY_OF_ENGINE.get(name)
    code, leaf = _against_recogniser(owner, bundle, company, around.today)
    if code is None and name not in around.configured:
        code = "not_set_up"
    if code is None and not owner.settings.is_transcription_on:
        code, leaf = "transcription_off", bundle.transcribe
    if code is None:
        return Effect(subject=name, happens=True, code="hears", clause=bundle.cite(leaf or bundle.transcribe))
    return Effect(subject=name, happens=False, code=code, clause=bundle.cite(leaf) if leaf else None)


def _against_recogniser(
    owner: Tenant, bundle: Bundle, company: str | None, today: date
) -> tuple[str | None, Leaf | None]:
    if company is None:
        return None, None
    entries: list[Leaf] = [entry for entry in bundle.processors.listed if entry.name == company]
    if not lists_processor(bundle, company, _SPEECH_TO_TEXT):
        refused: list[Leaf] = [entry for entry in bundle.processors.refused if entry.name == company]
        return "not_listed", (entries or refused or [bundle.processors])[0]
    if evidence_of(company, owner.registry) is None:
        return "no_evidence", entries[0]
    if not is_proved(company, owner.registry, on=today):
        return "evidence_expired", entries[0]
    return None, entries[0]


def _training(owner: Tenant, bundle: Bundle, feature: str | None) -> Effect:
    training = bundle.training
    clause, scope = bundle.cite(training), training.scope
    if scope is TrainingScope.NONE:
        exception = training.feature_exception
        if exception is None:
            return Effect(subject="training", happens=False, code="policy_forbids", clause=clause)
        cited = bundle.cite(exception)
        if feature is None:
            return Effect(subject="training", happens=False, code="only_for_a_feature", clause=cited)
        clause, scope = cited, exception.scope
    if not owner.settings.asks_for_training:
        return Effect(subject="training", happens=False, code="nobody_is_asked", clause=clause)
    return Effect(subject="training", happens=True, code=f"asked_{scope.value}", clause=clause)


def _period(owner: Tenant, bundle: Bundle, kind: ArtifactKind) -> Period:
    rule, own = bundle.retention[kind], owner.settings.retention_days.get(kind.value)
    return Period(
        kind=kind,
        days=rule.days if own is None else own,
        own=own,
        default=rule.days,
        least=rule.tenant_min_days,
        most=rule.tenant_max_days,
        clause=bundle.cite(rule),
        why_house_choice=rule.reason if rule.basis == _HOUSE else "",
    )
