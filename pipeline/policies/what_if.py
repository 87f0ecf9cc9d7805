"""What would have to be otherwise for a decision to come out otherwise: found by trying, never guessed.

Each single change of the facts is tried by `decide` itself, and told only where the answer differs. A reason that no
change takes away stands in the policy or the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision import DecisionRecord
from pipeline.model.decision_terms import Reason
from pipeline.policies.bundle import Bundle
from pipeline.policies.case import moment_to_day
from pipeline.policies.decide import decide
from pipeline.policies.facts import (
    ConsentFact,
    EventFacts,
    EvidenceFact,
    Facts,
    LegFacts,
    RedactionStatus,
)
from pipeline.policies.jurisdictions import JurisdictionMatrix


class Change(StrEnum):
    """One thing that is otherwise."""

    SWITCHED_ON = "switched_on"
    NOT_STOPPED = "not_stopped"
    LEG_KNOWN = "leg_known"
    AGREED = "agreed"
    NOT_WITHDRAWN = "not_withdrawn"
    LAW_MET = "law_met"
    NO_CHILD = "no_child"
    NOT_REQUESTED = "not_requested"
    NOT_CLOSED = "not_closed"
    NO_HOLD = "no_hold"
    REQUEST_ANSWERED = "request_answered"
    NO_OBJECTION = "no_objection"
    TRANSFER_BASIS = "transfer_basis"
    REDACTED = "redacted"
    NO_RESIDUE = "no_residue"
    SPEAKERS_KNOWN = "speakers_known"
    PROVED_COMPANIES = "proved_companies"
    UNTAINTED = "untainted"
    LIES_ELSEWHERE = "lies_elsewhere"
    WAITED = "waited"
    NO_LATER_POLICY = "no_later_policy"
    PARENTS_FREE = "parents_free"
    DEFAULT_PERIOD = "default_period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A change, with what it is about: a purpose or a region; empty where it is about nothing more."""

    change: Change
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that was decided against. `name` is of the kind, such as the purpose or company it is about.

    `alone` are changes each of which is enough. `takes_away` says for each reason which changes make it go.
    """

    kind: str
    name: str
    reasons: tuple[Reason, ...]
    alone: tuple[Tried, ...]
    takes_away: tuple[tuple[Reason, tuple[Tried, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDay:
    """A change under which the artifact is kept until another day; None: no day is set, or a hold is in force."""

    tried: Tried
    until: date | None


def what_if(
    facts: Facts, bundle: Bundle, matrix: JurisdictionMatrix, later: Mapping[str, Bundle]
) -> tuple[tuple[Matter, ...], tuple[OtherDay, ...]]:
    """Try every single change of the facts, and say what it does to all that was decided against, and to the day.

    Args:
        facts: what a decision was made from.
        bundle: the policy it was made by.
        matrix: the rows of law.
        later: versions announced since, by digest, as `decide` takes them.
    """
    now = decide(facts, bundle, matrix, later)
    made = [(tried, decide(other, bundle, matrix, later)) for tried, other in _changes(facts, bundle) if other != facts]
    told = [(tried, _against(record)) for tried, record in made]
    matters = tuple(_matter(key, reasons, told) for key, reasons in _against(now).items() if reasons)
    until = now.retention.until
    days = tuple(OtherDay(tried=t, until=r.retention.until) for t, r in made if r.retention.until != until)
    return matters, days


def _matter(
    key: tuple[str, str],
    reasons: tuple[Reason, ...],
    told: list[tuple[Tried, dict[tuple[str, str], tuple[Reason, ...]]]],
) -> Matter:
    takes_away = tuple((r, tuple(tried for tried, against in told if r not in against.get(key, (r,)))) for r in reasons)
    alone = tuple(tried for tried, against in told if not against.get(key, reasons))
    return Matter(kind=key[0], name=key[1], reasons=reasons, alone=alone, takes_away=takes_away)


def _against(record: DecisionRecord) -> dict[tuple[str, str], tuple[Reason, ...]]:
    return {
        **{("permission", p.purpose.value): p.reasons for p in record.permissions},
        ("training", ""): record.training.reasons,
        ("download", ""): record.download.reasons,
        ("region", ""): record.region.reasons,
        **{("processor", " ".join(filter(None, (p.name, p.purpose, p.region)))): p.reasons for p in record.processors},
    }


def _changes(facts: Facts, bundle: Bundle) -> Iterator[tuple[Tried, Facts]]:
    tenant = facts.tenant
    switched = {
        Purpose.RECORD: replace(tenant, record=True),
        Purpose.TRANSCRIBE: replace(tenant, transcribe=True),
        Purpose.STORE: replace(tenant, store=True),
        Purpose.VENDOR_PROCESS: replace(tenant, vendor_process=True),
        Purpose.TRAIN: replace(tenant, train=True),
    }
    for purpose, other in switched.items():
        yield Tried(change=Change.SWITCHED_ON, about=purpose.value), replace(facts, tenant=other)
    yield Tried(change=Change.NOT_STOPPED), replace(facts, tenant=replace(tenant, is_training_stopped=False))
    yield Tried(change=Change.DEFAULT_PERIOD), replace(facts, tenant=replace(tenant, retention_days=None))
    yield from _of_people(facts)
    yield from _of_events(facts)
    yield from _of_artifact(facts, bundle)
    yield Tried(change=Change.PROVED_COMPANIES), replace(facts, evidence=_proved(facts, bundle))
    waited = facts.artifact.captured_at + timedelta(days=bundle.training.cool_off_days + 1)
    yield Tried(change=Change.WAITED), replace(facts, as_of=max(facts.as_of, waited))
    yield Tried(change=Change.NO_LATER_POLICY), replace(facts, later_policies=())
    free = tuple(replace(p, training_failed=(), ended_by=None, ended_on=None) for p in facts.parents)
    yield Tried(change=Change.PARENTS_FREE), replace(facts, parents=free)


def _of_people(facts: Facts) -> Iterator[tuple[Tried, Facts]]:
    if not facts.call.legs:
        known = LegFacts(label="caller", is_satisfied=True, consents=tuple(_yes(facts, p) for p in Purpose))
        yield Tried(change=Change.LEG_KNOWN), _with_legs(facts, lambda _leg: known, (known,))
    for purpose in Purpose:
        yield Tried(change=Change.AGREED, about=purpose.value), _with_legs(facts, _agreeing(facts, purpose))
    yield Tried(change=Change.NOT_WITHDRAWN), _with_legs(facts, _not_withdrawn)
    yield Tried(change=Change.LAW_MET), _with_legs(facts, lambda leg: replace(leg, is_satisfied=True))


def _of_events(facts: Facts) -> Iterator[tuple[Tried, Facts]]:
    events = facts.events
    others: Mapping[Change, EventFacts] = {
        Change.NO_CHILD: replace(events, child_signals=()),
        Change.NOT_REQUESTED: replace(events, deletion_requested_on=None),
        Change.NOT_CLOSED: replace(events, closed_on=None),
        Change.NO_HOLD: replace(events, holds=()),
        Change.REQUEST_ANSWERED: replace(events, is_request_open=False),
        Change.NO_OBJECTION: replace(events, has_objection=False),
        Change.TRANSFER_BASIS: replace(events, has_transfer_basis=True),
    }
    for change, other in others.items():
        yield Tried(change=change), replace(facts, events=other)


def _of_artifact(facts: Facts, bundle: Bundle) -> Iterator[tuple[Tried, Facts]]:
    it = facts.artifact
    safe = tuple(replace(used, is_training_off=True) for used in it.processors)
    others = {
        Change.REDACTED: replace(
            it,
            redaction=RedactionStatus.PASSED,
            redaction_version=max(bundle.training.min_redaction_version, it.redaction_version),
            is_language_supported=True,
        ),
        Change.NO_RESIDUE: replace(it, residue=()),
        Change.SPEAKERS_KNOWN: replace(it, is_speaker_map_known=True, has_only_consented_speakers=True),
        Change.UNTAINTED: replace(it, processors=safe),
    }
    for change, other in others.items():
        yield Tried(change=change), replace(facts, artifact=other)
    for region in sorted({"local", *(r for one in bundle.processors.listed for r in one.regions)}):
        if it.region.split("-", maxsplit=1)[0] != region:
            yield Tried(change=Change.LIES_ELSEWHERE, about=region), replace(facts, artifact=replace(it, region=region))


def _with_legs(facts: Facts, change: Callable[[LegFacts], LegFacts], legs: tuple[LegFacts, ...] | None = None) -> Facts:
    changed = legs if legs is not None else tuple(change(leg) for leg in facts.call.legs)
    return replace(facts, call=replace(facts.call, legs=changed))


def _agreeing(facts: Facts, purpose: Purpose) -> Callable[[LegFacts], LegFacts]:
    def agree(leg: LegFacts) -> LegFacts:
        others = tuple(one for one in leg.consents if one.purpose is not purpose)
        return replace(leg, consents=(*others, _yes(facts, purpose)))

    return agree


def _yes(facts: Facts, purpose: Purpose) -> ConsentFact:
    """A key press at the words of a script, as the recorder starts."""
    at = facts.artifact.captured_at
    return ConsentFact(purpose=purpose, outcome=Outcome.GRANTED, method=Method.DTMF, at=at, script_sha256="0" * 64)


def _not_withdrawn(leg: LegFacts) -> LegFacts:
    stands = tuple(
        replace(one, outcome=Outcome.GRANTED) if one.outcome is Outcome.WITHDRAWN and one.was_granted else one
        for one in leg.consents
    )
    return replace(leg, consents=stands)


def _proved(facts: Facts, bundle: Bundle) -> tuple[EvidenceFact, ...]:
    """A contract of today with every company that the policy lists, for the regions that it lists."""
    day = moment_to_day(facts.as_of)
    until = day + timedelta(days=365)
    return tuple(
        EvidenceFact(name=one.name, regions=tuple(one.regions), evidence_on=day, expires_on=until)
        for one in bundle.processors.listed
    )
