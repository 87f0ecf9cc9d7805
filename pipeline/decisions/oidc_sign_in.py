"""Signing in by the tenant's own identity provider.

Whom the provider vouches for comes in only where somebody linked that identity to a person before: nobody is taken on
by coming. An unknown identity and a disabled person are answered alike. A trip is good for one time, and failures count
for the place that they come from, together with wrong passwords.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.decisions.identity_provider import identity_ref
from pipeline.decisions.sign_in import Entered, is_place_too_often, note_place
from pipeline.model.audit import AuditTag
from pipeline.model.identity import Provider, Trip
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.oidc_providers import find_provider
from pipeline.store.session import Transaction
from pipeline.store.sign_in_attempts import count_attempts, note_attempt
from pipeline.store.users import find_user_by_oidc
from pipeline.store.web_sessions import open_session


class Refusal(StrEnum):
    """Why somebody does not come in by the provider."""

    TOO_OFTEN = "too_often"
    ANOTHER_TRIP = "another_trip"
    """What came back is not what was sent, was used before, or the provider has changed meanwhile."""
    PROVIDER = "provider"
    """The provider says no, or what it says proves nothing."""
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """With what somebody comes back, and from where."""

    state: str = field(repr=False)
    is_error: bool
    """The provider sends an error in place of a code."""
    issuer: str = ""
    """Who says to have sent them, where it is said (RFC 9207)."""
    address: str = field(repr=False)


def accept_return(
    tx: Transaction, trip: Trip, issuer: str, returned: Return, *, keys: Keys
) -> tuple[Provider | None, Refusal | None]:
    """Check what somebody comes back with against what they were sent with, and use the trip up.

    Args:
        tx: the tenant's transaction.
        trip: what they were sent with.
        issuer: where they were sent to.
        returned: what came back.
        keys: the tenant's.

    Returns:
        The provider to exchange the code with, or why not.
    """
    if is_place_too_often(tx, returned.address, keys=keys):
        return None, Refusal.TOO_OFTEN
    # Who comes twice at once with the same trip waits here for the first.
    provider = find_provider(tx, keys=keys, is_locked=True)
    is_same = hmac.compare_digest(trip.state.encode(), returned.state.encode())
    is_from_there = provider is not None and provider.issuer == issuer and returned.issuer in ("", issuer)
    if not is_same or not is_from_there or not _use_up(tx, trip, keys):
        return None, refuse(tx, Refusal.ANOTHER_TRIP, returned.address, keys=keys)
    if returned.is_error:
        return None, refuse(tx, Refusal.PROVIDER, returned.address, keys=keys)
    return provider, None


def enter(
    tx: Transaction, provider: Provider, subject: str, address: str, *, keys: Keys
) -> tuple[Entered, Refusal | None]:
    """Open a session for the person whose identity it is; what fails is counted and noted."""
    if find_provider(tx, keys=keys) != provider:
        return Entered(), refuse(tx, Refusal.ANOTHER_TRIP, address, keys=keys)
    user = find_user_by_oidc(tx, identity_ref(tx, provider.issuer, subject, keys=keys))
    if user is None or not user.is_active:
        target = user.id if user else "unknown"
        return Entered(), refuse(tx, Refusal.UNKNOWN, address, keys=keys, target=target)
    token = open_session(tx, user, method="oidc")
    add_event(tx, AuditTag.SIGNED_IN, actor=user.actor, target=user.id, facts={"method": "oidc"})
    return Entered(user=user, token=token), None


def refuse(tx: Transaction, why: Refusal, address: str, *, keys: Keys, target: str = "unknown") -> Refusal:
    """Note that somebody did not come in; a provider that cannot be reached is nobody's guess."""
    if why is not Refusal.UNREACHABLE:
        note_place(tx, address, keys=keys)
    facts: Facts = {"method": "oidc", "reason": why.value}
    add_event(tx, AuditTag.SIGN_IN_FAILED, actor="anonymous", target=target, facts=facts)
    return why


def _use_up(tx: Transaction, trip: Trip, keys: Keys) -> bool:
    """Note that a trip was used; it is remembered longer than it is good for. Says whether it was the first time."""
    ref = hmac.digest(keys.digest_key(tx.tenant), f"oidc-trip:{trip.state}".encode(), "sha256").hex()
    if count_attempts(tx, ref):
        return False
    note_attempt(tx, [ref])
    return True
