"""The people of a tenant. What may be read of a password is its slow digest, and only by whoever checks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from pipeline.model.errors import Conflict, NotFound
from pipeline.model.ids import TenantId, new_id
from pipeline.model.user import Role, User
from pipeline.store.session import Transaction
from pipeline.store.tables_people import users


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user with what is checked when they sign in."""

    user: User
    password_hash: str | None = field(repr=False)


def add_user(
    tx: Transaction, login: str, roles: Iterable[Role], *, password_hash: str | None, locale: str, actor: str
) -> User:
    """Add a person, whose first password must be changed.

    Raises:
        Conflict: somebody of the tenant has that login, disabled or not: the log names them by it.
    """
    added = tx.connection.execute(
        insert_once(users)
        .values(
            id=new_id("usr"),
            tenant=tx.tenant,
            login=login,
            roles=sorted(role.value for role in roles),
            locale=locale,
            password_hash=password_hash,
            must_change_password=password_hash is not None,
            created_by=actor,
            created_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(users)
    ).first()
    if added is None:
        raise Conflict("there is a user of that login")
    return _user(added)


def get_user(tx: Transaction, login: str) -> User:
    """Read a person by login.

    Raises:
        NotFound: the tenant has nobody of that login.
    """
    found = find_credentials(tx, login)
    if found is None:
        raise NotFound("no such user")
    return found.user


def find_credentials(tx: Transaction, login: str) -> Credentials | None:
    """Find a person by login, with what their password is checked against."""
    row = tx.connection.execute(select(users).where(users.c.tenant == tx.tenant, users.c.login == login)).first()
    return None if row is None else Credentials(user=_user(row), password_hash=row.password_hash)


def list_linked(tx: Transaction) -> frozenset[str]:
    """Name the people, by id, who come in under an identity of the provider."""
    query = select(users.c.id).where(users.c.tenant == tx.tenant, users.c.oidc_ref.is_not(None))
    return frozenset(tx.connection.execute(query).scalars())


def find_user_by_oidc(tx: Transaction, oidc_ref: str) -> User | None:
    """Find whom an identity of the tenant's own provider belongs to, by its keyed digest."""
    row = tx.connection.execute(select(users).where(users.c.tenant == tx.tenant, users.c.oidc_ref == oidc_ref)).first()
    return None if row is None else _user(row)


def list_users(tx: Transaction) -> tuple[User, ...]:
    """List everybody, by login."""
    rows = tx.connection.execute(select(users).where(users.c.tenant == tx.tenant).order_by(users.c.login))
    return tuple(_user(row) for row in rows)


def count_active_admins(tx: Transaction) -> int:
    """Count who may still manage the tenant, locking them: of two who remove each other one is refused."""
    found = tx.connection.execute(
        select(users.c.id)
        .where(
            users.c.tenant == tx.tenant,
            users.c.disabled_at.is_(None),
            users.c.roles.contains([Role.TENANT_ADMIN.value]),
        )
        .order_by(users.c.id)
        .with_for_update()
    )
    return len(found.all())


def change_user(tx: Transaction, user: User, **values: Any) -> User:
    """Change a person's row.

    Args:
        tx: the tenant's transaction.
        user: whose.
        values: columns: `roles` (texts), `locale`, `password_hash`, `must_change_password`, `oidc_ref`, `disabled_at`.

    Raises:
        NotFound: there is no such person.
        Conflict: the identity of the provider is somebody else's.
    """
    if (ref := values.get("oidc_ref")) is not None:
        other = find_user_by_oidc(tx, ref)
        if other is not None and other.id != user.id:
            raise Conflict("that identity is another user's")
    row = tx.connection.execute(
        update(users).where(users.c.tenant == tx.tenant, users.c.id == user.id).values(**values).returning(users)
    ).first()
    if row is None:
        raise NotFound("no such user")
    return _user(row)


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        tenant=TenantId(row.tenant),
        login=row.login,
        roles=frozenset(Role(role) for role in row.roles),
        locale=row.locale,
        is_active=row.disabled_at is None,
        must_change_password=row.must_change_password,
    )
