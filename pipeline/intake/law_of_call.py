"""The places a call may be under, leg by leg, and what is played and asked because of them.

A hint of a place only ever adds. Nothing here reads a caller's words or keeps a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.consent.require import ConsentMode, ConsentPlan, plan_consent
from pipeline.consent.resolve import CallResolution, LegResolution, resolve_leg, to_place
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Purpose
from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import UNKNOWN, Token
from pipeline.policies.loader import Law

UNRECORDED: Final = "unrecorded"
"""The mode of a call that is never asked and never recorded."""

_LISTENING: Final = frozenset({Topology.AGENT, Topology.RELAY})
PUT_THROUGH: Final = (Topology.FORWARD, Topology.CONFERENCE)
"""Lines whose calls are put through to a person on another number."""

_LAST_RESORT: Final = "en-US"
_ORDER: Final = (LegRole.CALLER, LegRole.CALLEE, LegRole.AGENT)
"""The languages of people are spoken before that of the tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """What the network says of a call that wants an answer. Numbers are as given, empty where there was none."""

    call_sid: str
    direction: str
    from_number: str = field(default="", repr=False)
    to_number: str = field(default="", repr=False)
    forwarded_from: str = field(default="", repr=False)
    from_place: str = ""
    """Country and part that the network derived from the caller's number, such as `US-CA`."""
    answered_by: str = ""

    @property
    def is_outbound(self) -> bool:
        """Say whether the tenant called: then the person is the one who was called."""
        return self.direction.startswith("outbound")

    @property
    def is_machine(self) -> bool:
        """Say whether a machine or a fax picked up; neither can agree to anything."""
        return self.answered_by.startswith(("machine", "fax"))

    @property
    def is_person(self) -> bool:
        """Say whether a person picked up for certain; silence of the network on it is not that."""
        return self.answered_by == "human"


def candidates_of(ringing: Ringing, owner: Tenant, *, law: Law) -> dict[LegRole, tuple[str, ...]]:
    """Find the places of each leg; the tenant's own leg carries its establishment.

    The tenant's own number adds its place too. Where it has none, as a toll-free number, that makes the call
    unknown only as long as the tenant has not said where it is.
    """
    person, own = ringing.from_number, ringing.to_number
    if ringing.is_outbound:
        person, own = own, person
    caller = resolve_leg(person, law=law).candidates
    if ringing.forwarded_from:
        caller += resolve_leg(ringing.forwarded_from, law=law).candidates
    if law.matrix.is_known(ringing.from_place) and not ringing.is_outbound:
        caller += (ringing.from_place,)
    established = tuple(to_place(place) for place in owner.settings.establishment)
    tenant = resolve_leg(own, law=law).candidates
    if established:
        tenant = (*established, *(place for place in tenant if place != UNKNOWN))
    found = {LegRole.CALLER: caller, LegRole.AGENT: tenant}
    if owner.settings.topology in PUT_THROUGH:
        found[LegRole.CALLEE] = resolve_leg(owner.secrets.forward_to, law=law).candidates
    return {role: tuple(dict.fromkeys(places)) for role, places in found.items()}


def plan_of(legs: Sequence[Leg], owner: Tenant, *, law: Law, training_wanted: bool = False) -> ConsentPlan:
    """Join what the law of every leg asks, from the places that were stored with the call."""
    resolved = tuple(
        LegResolution(label=leg.role.value, number=None, candidates=leg.candidates, how="stored")
        for leg in sorted(legs, key=lambda leg: _ORDER.index(leg.role))
    )
    return plan_consent(
        CallResolution(legs=resolved),
        law=law,
        training_wanted=training_wanted,
        default_locale=voice_of(owner, law=law),
    )


def purposes_of(owner: Tenant) -> tuple[Purpose, ...]:
    """List what a tenant's calls ask for in one breath, by what it has switched on.

    A transcript without a recording is made by the tenant's own agent as it listens. Between people nobody listens
    who could make one, so there is nothing to ask for.
    """
    chosen = owner.settings
    if chosen.is_recording_on:
        return RECORDING_PURPOSES
    if chosen.is_transcription_on and chosen.topology in _LISTENING:
        return tuple(purpose for purpose in RECORDING_PURPOSES if purpose is not Purpose.RECORD)
    return ()


def mode_of(plan: ConsentPlan, owner: Tenant, ringing: Ringing | None = None) -> str:
    """Choose how a call is begun, or that nobody is asked and nothing is kept.

    On a call that we make, only the word that a person picked up makes staying on the line an agreement: a machine
    that goes on has agreed to nothing.
    """
    if why_unrecorded(plan, owner, ringing) is not None:
        return UNRECORDED
    is_unproven = ringing is not None and ringing.is_outbound and not ringing.is_person
    if owner.settings.asks_everyone or is_unproven:
        return ConsentMode.EXPLICIT_GATE.value
    return ConsentMode(plan.mode).value


def why_unrecorded(
    plan: ConsentPlan,
    owner: Tenant,
    ringing: Ringing | None = None,
    *,
    bundle: Bundle | None = None,
    is_armed: bool = True,
    is_vendor_proved: bool = True,
) -> str | None:
    """Say why a call is never asked and never recorded; None where it may be."""
    purposes = purposes_of(owner)
    reasons = {
        "tenant_closed": not owner.is_active,
        "recording_off": not purposes,
        "policy": bundle is not None and not _is_allowed(bundle, purposes),
        "number_not_armed": not is_armed,
        "no_evidence": not is_vendor_proved,
        "machine": ringing is not None and ringing.is_machine,
        "unscripted": bool(plan.unscripted),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _is_allowed(bundle: Bundle, purposes: tuple[Purpose, ...]) -> bool:
    return bundle.record.allowed if Purpose.RECORD in purposes else bundle.transcribe.allowed


def locales_of(plan: ConsentPlan, legs: Sequence[Leg], owner: Tenant, *, law: Law) -> tuple[str, ...]:
    """Say in which languages every line is spoken: those the law asks for, and the tenant's where it asks for none."""
    people = [leg for leg in legs if leg.role is not LegRole.AGENT]
    own = voice_of(owner, law=law)
    if not plan.locales:
        return (own,)
    is_free = any(_asks_for_no_language(place, law) for leg in people for place in leg.candidates)
    return tuple(dict.fromkeys([*plan.locales, *([own] if is_free else [])]))


def voice_of(owner: Tenant, *, law: Law) -> str:
    """Give the script that serves the tenant's own locale; there always is one."""
    return law.places.voice_of(owner.settings.locale, available=law.locales) or _LAST_RESORT


def _asks_for_no_language(place: str, law: Law) -> bool:
    rows = law.matrix.lineage(place)
    return bool(rows) and not any(Token.LOCAL_LANGUAGE in row.req for row in rows)
