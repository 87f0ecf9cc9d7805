"""Who is signed in. A browser has a random token; only the token's SHA-256 is kept, so the table opens no door.

A session ends after half an hour without a request and after twelve hours in any case, when it is ended, and when its
person is disabled.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from pipeline.model.errors import NotFound
from pipeline.model.user import User
from pipeline.store.session import Transaction
from pipeline.store.tables_people import users, web_sessions
from pipeline.store.users import get_user

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_SEEN_EVERY: Final = timedelta(minutes=1)
"""Not every request writes."""
_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """One browser that somebody is signed in with."""

    id: str
    user: User
    method: str
    """`password` or `oidc`."""
    created_at: datetime
    seen_at: datetime


def open_session(tx: Transaction, user: User, *, method: str) -> str:
    """Sign a person in; gives the token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    tx.connection.execute(
        web_sessions.insert().values(
            id=digest_of(token), tenant=tx.tenant, user_id=user.id, method=method, created_at=tx.now, seen_at=tx.now
        )
    )
    tx.connection.execute(
        delete(web_sessions).where(web_sessions.c.tenant == tx.tenant, web_sessions.c.created_at < tx.now - _KEPT)
    )
    return token


def find_session(tx: Transaction, session_id: str) -> WebSession | None:
    """Find an open session by its token's digest, and note that it was used."""
    query = (
        select(web_sessions, users.c.login)
        .join_from(web_sessions, users, users.c.id == web_sessions.c.user_id)
        .where(
            web_sessions.c.tenant == tx.tenant,
            users.c.tenant == tx.tenant,
            web_sessions.c.id == session_id,
            web_sessions.c.ended_at.is_(None),
            web_sessions.c.seen_at > tx.now - IDLE,
            web_sessions.c.created_at > tx.now - LONGEST,
            users.c.disabled_at.is_(None),
        )
    )
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    if row.seen_at <= tx.now - _SEEN_EVERY:
        tx.connection.execute(
            update(web_sessions)
            .where(web_sessions.c.tenant == tx.tenant, web_sessions.c.id == session_id)
            .values(seen_at=tx.now)
        )
    return WebSession(
        id=row.id, user=get_user(tx, row.login), method=row.method, created_at=row.created_at, seen_at=row.seen_at
    )


def list_sessions(tx: Transaction, user: User) -> tuple[WebSession, ...]:
    """List a person's open sessions, newest first."""
    rows = tx.connection.execute(
        select(web_sessions)
        .where(
            web_sessions.c.tenant == tx.tenant,
            web_sessions.c.user_id == user.id,
            web_sessions.c.ended_at.is_(None),
            web_sessions.c.seen_at > tx.now - IDLE,
            web_sessions.c.created_at > tx.now - LONGEST,
        )
        .order_by(web_sessions.c.created_at.desc())
    )
    return tuple(
        WebSession(id=row.id, user=user, method=row.method, created_at=row.created_at, seen_at=row.seen_at)
        for row in rows
    )


def end_session(tx: Transaction, user: User, session_id: str) -> None:
    """End one session of a person.

    Raises:
        NotFound: they have no such open session.
    """
    ended = tx.connection.execute(
        update(web_sessions)
        .where(
            web_sessions.c.tenant == tx.tenant,
            web_sessions.c.user_id == user.id,
            web_sessions.c.id == session_id,
            web_sessions.c.ended_at.is_(None),
        )
        .values(ended_at=tx.now)
        .returning(web_sessions.c.id)
    )
    if ended.first() is None:
        raise NotFound("no such session")


def end_sessions(tx: Transaction, user: User) -> int:
    """End every session of a person; says how many there were."""
    ended = tx.connection.execute(
        update(web_sessions)
        .where(web_sessions.c.tenant == tx.tenant, web_sessions.c.user_id == user.id, web_sessions.c.ended_at.is_(None))
        .values(ended_at=tx.now)
        .returning(web_sessions.c.id)
    )
    return len(ended.all())


def end_sessions_by(tx: Transaction, method: str) -> int:
    """End every session of the tenant that was opened in one way; says how many there were."""
    ended = tx.connection.execute(
        update(web_sessions)
        .where(web_sessions.c.tenant == tx.tenant, web_sessions.c.method == method, web_sessions.c.ended_at.is_(None))
        .values(ended_at=tx.now)
        .returning(web_sessions.c.id)
    )
    return len(ended.all())


def digest_of(token: str) -> str:
    """Give what a token is kept as."""
    return hashlib.sha256(token.encode()).hexdigest()
