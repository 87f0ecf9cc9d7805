"""Making, rotating and revoking the keys by which a tenant's programs speak for it. A key's text is given once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from pipeline.model.api_key import LONGEST_LIFE, LONGEST_OVERLAP, ApiKey, NewSecret, Scope, key_label, new_secret
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.store.api_keys import add_key, list_keys, lock_key, mark_expiring, mark_revoked
from pipeline.store.audit import add_event, lock_log
from pipeline.store.session import Transaction

_MOST_LIVE = 50


def make_key(tx: Transaction, label: str, scopes: Collection[Scope], *, lasts: timedelta, actor: str) -> NewSecret:
    """Make a key; its text is in what is given back, and nowhere else.

    Raises:
        InvalidInput: no label of the allowed form, no scope, no life or one of more than two years.
        IllegalTransition: there are too many live keys already.
    """
    if not scopes:
        raise InvalidInput("a key may do at least one thing")
    if not timedelta(0) < lasts <= LONGEST_LIFE:
        raise InvalidInput(f"a key lasts at most {LONGEST_LIFE.days} days")
    lock_log(tx)
    if sum(key.is_live(tx.now) for key in list_keys(tx)) >= _MOST_LIVE:
        raise IllegalTransition(f"there are {_MOST_LIVE} live keys: revoke one first")
    made = new_secret()
    _add(tx, made, label=key_label(label), scopes=frozenset(scopes), lasts=lasts, actor=actor, replaces=None)
    facts = {"label": label, "scopes": ",".join(sorted(scopes)), "until": (tx.now + lasts).isoformat()}
    add_event(tx, AuditTag.API_KEY_MADE, actor=actor, target=made.id, facts=facts)
    return made


def rotate_key(tx: Transaction, id: str, *, overlap: timedelta, actor: str) -> NewSecret:
    """Make a key that may do what another may and lasts as long as that did; the other ends after the overlap.

    Raises:
        NotFound: the tenant has no such key.
        IllegalTransition: it opens nothing any more.
        InvalidInput: an overlap of more than two weeks.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput(f"both keys hold for at most {LONGEST_OVERLAP.days} days")
    lock_log(tx)
    old = lock_key(tx, id)
    if not old.is_live(tx.now):
        raise IllegalTransition("the key opens nothing any more")
    made = new_secret()
    lasts = min(old.expires_at - old.created_at, LONGEST_LIFE)
    _add(tx, made, label=old.label, scopes=old.scopes, lasts=lasts, actor=actor, replaces=old.id)
    ends = min(old.expires_at, tx.now + overlap)
    if overlap:
        mark_expiring(tx, old.id, ends)
    else:
        mark_revoked(tx, old.id)
    facts = {"replaces": old.id, "old_until": ends.isoformat()}
    add_event(tx, AuditTag.API_KEY_ROTATED, actor=actor, target=made.id, facts=facts)
    return made


def revoke_key(tx: Transaction, id: str, *, actor: str) -> None:
    """Let a key open nothing from this transaction on.

    Raises:
        NotFound: the tenant has no such key.
        IllegalTransition: it was revoked before.
    """
    lock_log(tx)
    if lock_key(tx, id).revoked_at is not None:
        raise IllegalTransition("the key was revoked before")
    mark_revoked(tx, id)
    add_event(tx, AuditTag.API_KEY_REVOKED, actor=actor, target=id)


def _add(
    tx: Transaction,
    made: NewSecret,
    *,
    label: str,
    scopes: frozenset[Scope],
    lasts: timedelta,
    actor: str,
    replaces: str | None,
) -> None:
    key = ApiKey(
        id=made.id,
        label=label,
        scopes=scopes,
        created_by=actor,
        created_at=tx.now,
        expires_at=tx.now + lasts,
        replaces=replaces,
        secret_sha256=made.sha256,
    )
    add_key(tx, key)
