"""A tenant's keys: digests of secrets, scopes, ends. None is ever removed, so that names in the log lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from pipeline.model.api_key import ApiKey, Scope
from pipeline.model.errors import NotFound
from pipeline.store.session import Transaction
from pipeline.store.tables_settings import api_keys


def add_key(tx: Transaction, key: ApiKey) -> None:
    """Keep a key."""
    tx.connection.execute(
        insert(api_keys).values(
            id=key.id,
            tenant=tx.tenant,
            label=key.label,
            scopes=sorted(key.scopes),
            secret_sha256=key.secret_sha256,
            replaces=key.replaces,
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


def list_keys(tx: Transaction) -> tuple[ApiKey, ...]:
    """List every key of the tenant, the newest first."""
    query = select(api_keys).where(api_keys.c.tenant == tx.tenant)
    rows = tx.connection.execute(query.order_by(api_keys.c.created_at.desc(), api_keys.c.id))
    return tuple(read_row(row) for row in rows)


def is_same_person(tx: Transaction, one: str, other: str) -> bool:
    """Say whether one person may stand behind two actors: a key acts for whoever made it, or a key that it replaces.

    Whoever made a key has seen its text, so what it asks for is not another's opinion.
    """
    return bool(_people_behind(tx, one) & _people_behind(tx, other))


def lock_key(tx: Transaction, id: str) -> ApiKey:
    """Read a key, and keep others from changing it meanwhile.

    Raises:
        NotFound: the tenant has no such key.
    """
    query = select(api_keys).where(api_keys.c.tenant == tx.tenant, api_keys.c.id == id).with_for_update()
    row = tx.connection.execute(query).first()
    if row is None:
        raise NotFound(f"no key {id[:40]}")
    return read_row(row)


def mark_revoked(tx: Transaction, id: str) -> None:
    """Let a key open nothing from now on."""
    mine = (api_keys.c.tenant == tx.tenant) & (api_keys.c.id == id)
    tx.connection.execute(update(api_keys).where(mine).values(revoked_at=tx.now))


def mark_expiring(tx: Transaction, id: str, at: datetime) -> None:
    """Let a key end at a moment."""
    mine = (api_keys.c.tenant == tx.tenant) & (api_keys.c.id == id)
    tx.connection.execute(update(api_keys).where(mine).values(expires_at=at))


def mark_used(tx: Transaction, id: str, at: datetime) -> None:
    """Note when a key was last used."""
    mine = (api_keys.c.tenant == tx.tenant) & (api_keys.c.id == id)
    tx.connection.execute(update(api_keys).where(mine).values(last_used_at=at))


def read_scopes(kept: Iterable[str]) -> frozenset[Scope]:
    """Read what a key may do; a scope that this release does not know opens nothing."""
    return frozenset(Scope(scope) for scope in kept if scope in list(Scope))


def _people_behind(tx: Transaction, actor: str) -> frozenset[str]:
    known = {f"key:{key.id}": key for key in list_keys(tx)} if actor.startswith("key:") else {}
    found: set[str] = set()
    ahead = [actor]
    while ahead:
        name = ahead.pop()
        key = known.get(name) if name not in found else None
        found.add(name)
        if key is not None:
            ahead += [key.created_by, *([f"key:{key.replaces}"] if key.replaces else [])]
    return frozenset(found)


def read_row(row: Row[Any]) -> ApiKey:
    """Read a key as it stands in its row."""
    return ApiKey(
        id=row.id,
        label=row.label,
        scopes=read_scopes(row.scopes),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        replaces=row.replaces,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        secret_sha256=row.secret_sha256,
    )
