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
from pipeline.model.tenant import Tenant, Topology
from pipeline.policies.jurisdictions import UNKNOWN, Token
from pipeline.policies.loader import Law

UNRECORDED: Final = "unrecorded"
"""The mode of a call that is never asked and never recorded."""

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
    if owner.settings.topology is Topology.FORWARD:
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


def mode_of(plan: ConsentPlan, owner: Tenant) -> str:
    """Choose how a call is begun, or that it is not recorded at all.

    A forwarded call under R is not recorded: R wants a line inside the recording that everybody hears, and two
    bridged legs can be spoken to only before they are bridged.
    """
    is_silent_forward = owner.settings.topology is Topology.FORWARD and Token.INSIDE in plan.tokens
    if not owner.settings.is_recording_on or not owner.is_active or plan.unscripted or is_silent_forward:
        return UNRECORDED
    return ConsentMode(plan.mode).value


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
