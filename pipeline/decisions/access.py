"""Letting somebody look for fraud, abuse, a security incident or a question of support: by another, and for a day.

A grant opens nothing that ordinary review may not see, and is no reason to keep anything: no date of any artifact
depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.model.access import LONGEST, AccessGrant, AccessPurpose
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput, NotPermitted
from pipeline.model.ids import CallId, RecordingId, new_id
from pipeline.ports.keys import Keys
from pipeline.store.access_grants import add_grant, add_revocation, get_grant
from pipeline.store.audit import add_event
from pipeline.store.calls import get_call
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAsk:
    """What is asked for."""

    who: str
    """The actor who is to read, such as `user:ada`."""
    purpose: AccessPurpose
    scope: tuple[str, str]
    """`("recording", id)` or `("call", id)`."""
    lasts: timedelta
    reason: str = field(repr=False)
    """Kept sealed."""
    starts_at: datetime | None = None
    """From when; None for now."""


def grant_access(tx: Transaction, ask: AccessAsk, *, keys: Keys, actor: str) -> AccessGrant:
    """Let somebody read what is redacted of a recording or call for a purpose, for at most 24 hours.

    Raises:
        InvalidInput: no reason, longer than 24 hours or not at all, a start that is past, another kind of scope.
        NotPermitted: nobody grants it to themselves.
        NotFound: no such recording or call.
    """
    start = ask.starts_at or tx.now
    if not ask.reason.strip() or not ask.who.strip():
        raise InvalidInput("a grant names who may read, and why")
    if not timedelta(0) < ask.lasts <= LONGEST or start < tx.now:
        raise InvalidInput("a grant lasts at most 24 hours, and not from the past")
    if ask.who == actor:
        raise NotPermitted("nobody grants access to themselves")
    _check_scope(tx, ask.scope)
    grant = AccessGrant(
        id=new_id("acc"),
        actor=ask.who,
        purpose=ask.purpose,
        scope_kind=ask.scope[0],
        scope_id=ask.scope[1],
        starts_at=start,
        ends_at=start + ask.lasts,
        granted_by=actor,
    )
    add_grant(tx, grant, reason=ask.reason, keys=keys)
    facts = {
        "who": ask.who,
        "purpose": ask.purpose.value,
        "scope": ask.scope[1],
        "until": grant.ends_at.isoformat(),
    }
    add_event(tx, AuditTag.ACCESS_GRANTED, actor=actor, target=grant.id, facts=facts)
    return grant


def revoke_access(tx: Transaction, grant: str, *, actor: str) -> AccessGrant:
    """End a grant now; whoever holds it may give it back as well.

    Raises:
        NotFound: no such grant.
        IllegalTransition: it was revoked, or is over.
    """
    found = get_grant(tx, grant)
    if found.ends_at <= tx.now or not add_revocation(tx, grant, actor=actor):
        raise IllegalTransition("the grant is over")
    add_event(tx, AuditTag.ACCESS_REVOKED, actor=actor, target=grant, facts={"purpose": found.purpose.value})
    return get_grant(tx, grant)


def _check_scope(tx: Transaction, scope: tuple[str, str]) -> None:
    kind, subject = scope
    if kind == "recording":
        get_recording(tx, RecordingId(subject))
    elif kind == "call":
        get_call(tx, CallId(subject))
    else:
        raise InvalidInput("access is granted to one recording or one call")
