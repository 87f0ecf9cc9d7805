"""Signing in with a login and a password.

Whoever guesses learns nothing: an unknown login, a disabled person and a wrong password take as long and are answered
alike. Guesses are slowed by the login and by where they come from; the right password of a person who was guessed at
from elsewhere still opens, so that no stranger can lock anybody out.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pipeline.decisions.users import matches
from pipeline.model.audit import AuditTag
from pipeline.model.user import User
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.sign_in_attempts import count_attempts, forget_attempts, note_attempt
from pipeline.store.users import find_credentials
from pipeline.store.web_sessions import WebSession, open_session

_MOST_PAIR: Final = 5
"""Wrong passwords of one login from one place within a quarter of an hour."""
_MOST_PLACE: Final = 30
"""Wrong passwords from one place, whatever the login."""
_MOST_LOGIN: Final = 100
"""Wrong passwords of one login from everywhere; above it only places that are new to it still may try."""

_FRESH: Final = timedelta(minutes=10)
"""How long ago whom the provider let in may have come, where they are asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody typed, and from where."""

    login: str = field(repr=False)
    password: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """How it went: a token where it went well."""

    user: User | None = None
    token: str = field(default="", repr=False)
    is_too_often: bool = False


def sign_in(tx: Transaction, attempt: Attempt, *, keys: Keys) -> Entered:
    """Open a session for who gives the right password; what fails is counted and noted."""
    refs = _refs(tx, attempt, keys=keys)
    if _is_too_often(tx, refs):
        return Entered(is_too_often=True)
    found = find_credentials(tx, attempt.login)
    is_right = matches(found.password_hash if found else None, attempt.password)
    if found is None or not is_right or not found.user.is_active:
        note_attempt(tx, list(refs.values()))
        target = found.user.id if found else "unknown"
        add_event(tx, AuditTag.SIGN_IN_FAILED, actor="anonymous", target=target, facts={"method": "password"})
        return Entered()
    forget_attempts(tx, refs["pair"])
    token = open_session(tx, found.user, method="password")
    facts = {"method": "password"}
    add_event(tx, AuditTag.SIGNED_IN, actor=found.user.actor, target=found.user.id, facts=facts)
    return Entered(user=found.user, token=token)


def prove_again(tx: Transaction, attempt: Attempt, session: WebSession, *, keys: Keys) -> bool:
    """Ask somebody who is signed in who they are once more, before what must not be done from a desk left open.

    Who came with a password gives it again, and wrong ones count as at the door. Whom the provider let in proves it by
    having come within the last ten minutes.
    """
    if session.method == "oidc":
        return tx.now - session.created_at <= _FRESH
    refs = _refs(tx, attempt, keys=keys)
    found = find_credentials(tx, attempt.login)
    if not _is_too_often(tx, refs) and matches(found.password_hash if found else None, attempt.password):
        return True
    note_attempt(tx, list(refs.values()))
    facts: Facts = {"method": "password", "again": True}
    add_event(tx, AuditTag.SIGN_IN_FAILED, actor=session.user.actor, target=session.user.id, facts=facts)
    return False


def is_place_too_often(tx: Transaction, address: str, *, keys: Keys) -> bool:
    """Say whether too much failed from one place, by whatever way in."""
    return count_attempts(tx, _ref(tx, "place", address, keys)) >= _MOST_PLACE


def note_place(tx: Transaction, address: str, *, keys: Keys) -> None:
    """Note that something failed from one place."""
    note_attempt(tx, [_ref(tx, "place", address, keys)])


def _is_too_often(tx: Transaction, refs: dict[str, str]) -> bool:
    most = {"pair": _MOST_PAIR, "place": _MOST_PLACE}
    if any(count_attempts(tx, refs[name]) >= limit for name, limit in most.items()):
        return True
    return count_attempts(tx, refs["login"]) >= _MOST_LOGIN and count_attempts(tx, refs["pair"]) > 0


def _refs(tx: Transaction, attempt: Attempt, *, keys: Keys) -> dict[str, str]:
    said = {"login": attempt.login, "place": attempt.address, "pair": f"{attempt.login}\x00{attempt.address}"}
    return {name: _ref(tx, name, text, keys) for name, text in said.items()}


def _ref(tx: Transaction, name: str, text: str, keys: Keys) -> str:
    return hmac.digest(keys.digest_key(tx.tenant), f"sign-in:{name}:{text}".encode(), "sha256").hex()
