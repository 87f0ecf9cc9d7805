"""Which provider vouches for a tenant's people, and which of its identities is whose.

An identity stands here only as a digest under the tenant's own key, over issuer and subject: neither can be read back,
and one provider's subject is never another's.
"""

from __future__ import annotations

import hashlib
import hmac

from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, NotFound, NotPermitted
from pipeline.model.identity import Provider, checked_subject
from pipeline.model.user import User
from pipeline.ports.keys import Keys
from pipeline.store.audit import Facts, add_event
from pipeline.store.oidc_providers import drop_provider, find_provider, keep_provider
from pipeline.store.session import Transaction
from pipeline.store.users import change_user, get_user, list_linked
from pipeline.store.web_sessions import end_sessions, end_sessions_by


def set_provider(tx: Transaction, provider: Provider, *, keys: Keys, actor: str) -> None:
    """Have a provider vouch for the tenant's people; whom another issuer let in is out."""
    before = find_provider(tx, keys=keys, is_locked=True)
    ended = end_sessions_by(tx, "oidc") if before and before.issuer != provider.issuer else 0
    keep_provider(tx, provider, keys=keys)
    digest = hashlib.sha256(provider.issuer.encode()).hexdigest()
    facts: Facts = {"change": "set", "issuer_sha256": digest, "sessions": ended}
    add_event(tx, AuditTag.OIDC_CHANGED, actor=actor, target=tx.tenant, facts=facts)


def remove_provider(tx: Transaction, *, actor: str) -> None:
    """Have nobody vouch for the tenant's people any more; whom the provider let in is out.

    Raises:
        NotFound: there is none.
    """
    if not drop_provider(tx):
        raise NotFound("the tenant has no identity provider")
    facts: Facts = {"change": "removed", "sessions": end_sessions_by(tx, "oidc")}
    add_event(tx, AuditTag.OIDC_CHANGED, actor=actor, target=tx.tenant, facts=facts)


def link_identity(tx: Transaction, login: str, subject: str, *, keys: Keys, actor: str) -> User:
    """Say under which identity of the provider a person comes; their open sessions end.

    Raises:
        NotFound: nobody has that login, or the tenant has no provider.
        InvalidInput: no provider names anybody so.
        Conflict: the identity is another person's.
    """
    user, provider = get_user(tx, login), find_provider(tx, keys=keys)
    if provider is None:
        raise NotFound("the tenant has no identity provider")
    ref = identity_ref(tx, provider.issuer, checked_subject(subject), keys=keys)
    changed = change_user(tx, user, oidc_ref=ref)
    facts: Facts = {"login": login, "sessions": end_sessions(tx, user)}
    add_event(tx, AuditTag.IDENTITY_LINKED, actor=actor, target=user.id, facts=facts)
    return changed


def unlink_identity(tx: Transaction, login: str, *, actor: str) -> User:
    """Let a person come in under no identity of the provider any more; their open sessions end.

    Raises:
        NotFound: nobody has that login.
        Conflict: no identity is theirs.
        NotPermitted: themselves: whoever did so by mistake could be the last who comes in.
    """
    user = get_user(tx, login)
    if user.actor == actor:
        raise NotPermitted("nobody changes what they are trusted with themselves")
    if user.id not in list_linked(tx):
        raise Conflict("no identity of the provider is this person's")
    changed = change_user(tx, user, oidc_ref=None)
    facts: Facts = {"login": login, "sessions": end_sessions(tx, user)}
    add_event(tx, AuditTag.IDENTITY_UNLINKED, actor=actor, target=user.id, facts=facts)
    return changed


def identity_ref(tx: Transaction, issuer: str, subject: str, *, keys: Keys) -> str:
    """Give what an identity is kept as."""
    said = f"oidc-identity\x00{issuer}\x00{subject}"
    return hmac.digest(keys.digest_key(tx.tenant), said.encode(), "sha256").hex()
