"""Taking people on, and what they are trusted with.

There is always somebody left who manages the tenant, and nobody changes their own roles.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotPermitted
from pipeline.model.password import check_password
from pipeline.model.user import Role, User, login_name
from pipeline.store.audit import Facts, add_event
from pipeline.store.session import Transaction
from pipeline.store.users import add_user, change_user, count_active_admins, find_credentials, get_user
from pipeline.store.web_sessions import end_sessions

_HASHER: Final = PasswordHasher()
"""Argon2id at the library's own cost: 64 MiB, three rounds."""
NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$hNuUEnBLzrR6ihe4Kfixlw$TLeiVILzMSCngQ4KmFndys9/TUC8n8Qe20t5QtTlQ+A"
)
"""What a password is checked against where there is nobody: it takes as long. Of a random text that nobody has kept."""


def take_on_user(
    tx: Transaction, login: str, roles: Iterable[Role], *, actor: str, locale: str = "en", has_password: bool = True
) -> tuple[User, str]:
    """Add a person; gives the one-time password, which must be changed at the first sign-in and is kept nowhere.

    Raises:
        InvalidInput: the login has another shape, or no role is given.
        Conflict: there is somebody of that login.
    """
    given = frozenset(roles)
    if not given:
        raise InvalidInput("a user has at least one role")
    once = secrets.token_urlsafe(15) if has_password else ""
    hashed = _HASHER.hash(once) if has_password else None
    made = add_user(tx, login_name(login), given, password_hash=hashed, locale=locale, actor=actor)
    facts: Facts = {"login": login, "roles": _named(given), "password": has_password}
    add_event(tx, AuditTag.USER_ADDED, actor=actor, target=made.id, facts=facts)
    return made, once


def set_roles(tx: Transaction, login: str, roles: Iterable[Role], *, actor: str) -> User:
    """Give a person other roles; they count from the next request on.

    Raises:
        NotFound: nobody has that login.
        NotPermitted: their own roles, or the last who manages the tenant would be gone.
        InvalidInput: no role is given.
    """
    user, given = get_user(tx, login), frozenset(roles)
    if not given:
        raise InvalidInput("a user has at least one role")
    _check_other(user, actor)
    if user.is_active and Role.TENANT_ADMIN in user.roles - given:
        _check_admin_left(tx)
    changed = change_user(tx, user, roles=sorted(role.value for role in given))
    facts: Facts = {"login": login, "before": _named(user.roles), "after": _named(given)}
    add_event(tx, AuditTag.USER_CHANGED, actor=actor, target=user.id, facts=facts)
    return changed


def disable_user(tx: Transaction, login: str, *, actor: str) -> User:
    """Let a person in no more; their open sessions end now.

    Raises:
        NotFound: nobody has that login.
        NotPermitted: themselves, or the last who manages the tenant.
    """
    user = get_user(tx, login)
    _check_other(user, actor)
    if user.is_active and Role.TENANT_ADMIN in user.roles:
        _check_admin_left(tx)
    changed = change_user(tx, user, disabled_at=tx.now)
    facts: Facts = {"login": login, "sessions": end_sessions(tx, user)}
    add_event(tx, AuditTag.USER_DISABLED, actor=actor, target=user.id, facts=facts)
    return changed


def enable_user(tx: Transaction, login: str, *, actor: str) -> User:
    """Let a disabled person in again.

    Raises:
        NotFound: nobody has that login.
    """
    changed = change_user(tx, get_user(tx, login), disabled_at=None)
    add_event(tx, AuditTag.USER_ENABLED, actor=actor, target=changed.id, facts={"login": login})
    return changed


def reset_password(tx: Transaction, login: str, *, actor: str) -> str:
    """Give a person another one-time password; their open sessions end now.

    Raises:
        NotFound: nobody has that login.
    """
    user, once = get_user(tx, login), secrets.token_urlsafe(15)
    change_user(tx, user, password_hash=_HASHER.hash(once), must_change_password=True)
    facts: Facts = {"login": login, "sessions": end_sessions(tx, user)}
    add_event(tx, AuditTag.PASSWORD_RESET, actor=actor, target=user.id, facts=facts)
    return once


def change_password(tx: Transaction, user: User, *, present: str, new: str) -> User:
    """Change one's own password; every open session ends, the present one too.

    Raises:
        NotPermitted: the present password is another one.
        InvalidInput: the new one is the present one, or easily guessed.
    """
    found = find_credentials(tx, user.login)
    if found is None or not matches(found.password_hash, present):
        raise NotPermitted("the present password is another one")
    check_password(new, login=user.login)
    if new == present:
        raise InvalidInput("the new password is the present one")
    return _changed(tx, user, new)


def choose_first_password(tx: Transaction, user: User, *, new: str) -> User:
    """Put one's own password in the place of the one-time one, by which the session was opened; every session ends.

    The one-time password is not asked for again: it opens nothing but this.

    Raises:
        NotPermitted: the person has a password of their own.
        InvalidInput: the new one is the one-time one, or easily guessed.
    """
    found = find_credentials(tx, user.login)
    if found is None or not found.user.must_change_password:
        raise NotPermitted("the present password is another one")
    check_password(new, login=user.login)
    if matches(found.password_hash, new):
        raise InvalidInput("the new password is the present one")
    return _changed(tx, user, new)


def choose_language(tx: Transaction, user: User, locale: str) -> User:
    """Choose the language of one's pages."""
    changed = change_user(tx, user, locale=locale)
    add_event(tx, AuditTag.USER_CHANGED, actor=user.actor, target=user.id, facts={"locale": locale})
    return changed


def matches(password_hash: str | None, password: str) -> bool:
    """Say whether a password is the one of a digest; as slow where there is none."""
    try:
        _HASHER.verify(password_hash or NOBODYS_HASH, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def _changed(tx: Transaction, user: User, new: str) -> User:
    changed = change_user(tx, user, password_hash=_HASHER.hash(new), must_change_password=False)
    facts: Facts = {"login": user.login, "sessions": end_sessions(tx, user)}
    add_event(tx, AuditTag.PASSWORD_CHANGED, actor=user.actor, target=user.id, facts=facts)
    return changed


def _check_other(user: User, actor: str) -> None:
    if user.actor == actor:
        raise NotPermitted("nobody changes what they are trusted with themselves")


def _check_admin_left(tx: Transaction) -> None:
    if count_active_admins(tx) < 2:
        raise NotPermitted("somebody must be left who manages the tenant")


def _named(roles: Iterable[Role]) -> str:
    return ",".join(sorted(role.value for role in roles))
