"""What named writes of a key were answered with, sealed, for a day; older ones go when the tenant writes again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from pipeline.model.idempotency import KEPT_FOR, Asked, KeptAnswer
from pipeline.model.ids import new_id
from pipeline.ports.keys import Keys
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction
from pipeline.store.tables_api import api_answers


def begin_answer(tx: Transaction, asked: Asked, *, keys: Keys) -> KeptAnswer | None:
    """Take a name for a write; give what is kept under it, or None where it is the first of that name."""
    old = (api_answers.c.tenant == tx.tenant) & (api_answers.c.at <= tx.now - KEPT_FOR)
    tx.connection.execute(delete(api_answers).where(old))
    statement = (
        insert(api_answers)
        .values(
            id=new_id("ans"),
            tenant=tx.tenant,
            key_id=asked.key,
            name_sha256=asked.name_sha256,
            request_sha256=asked.request_sha256,
            at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["tenant", "key_id", "name_sha256"])
        .returning(api_answers.c.id)
    )
    if tx.connection.execute(statement).scalar() is not None:
        return None
    return _opened(tx, tx.connection.execute(select(api_answers).where(_named(tx, asked))).one(), keys)


def keep_answer(tx: Transaction, asked: Asked, *, status: int, body: bytes, keys: Keys) -> None:
    """Keep what a write was answered with."""
    sealed = seal(body, keys=keys, tenant=tx.tenant, context=_bound(asked.key, asked.name_sha256))
    tx.connection.execute(update(api_answers).where(_named(tx, asked)).values(status=status, sealed=sealed))


def forget_answer(tx: Transaction, asked: Asked) -> None:
    """Let the name be used again, because the write was refused and changed nothing."""
    tx.connection.execute(delete(api_answers).where(_named(tx, asked), api_answers.c.status.is_(None)))


def _named(tx: Transaction, asked: Asked) -> ColumnElement[bool]:
    return and_(
        api_answers.c.tenant == tx.tenant,
        api_answers.c.key_id == asked.key,
        api_answers.c.name_sha256 == asked.name_sha256,
    )


def _opened(tx: Transaction, row: Row[Any], keys: Keys) -> KeptAnswer:
    if row.sealed is None:
        return KeptAnswer(request_sha256=row.request_sha256, status=None)
    bound = _bound(row.key_id, row.name_sha256)
    body = open_sealed(row.sealed, keys=keys, tenant=tx.tenant, context=bound)
    return KeptAnswer(request_sha256=row.request_sha256, status=row.status, body=body)


def _bound(key: str, name_sha256: str) -> dict[str, str]:
    return {"api_answer": name_sha256, "key": key}
