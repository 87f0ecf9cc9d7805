"""How often somebody tried to sign in, counted under keyed digests: neither a login nor an address can be read here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select

from pipeline.store.session import Transaction
from pipeline.store.tables_people import sign_in_attempts

WINDOW: Final = timedelta(minutes=15)


def count_attempts(tx: Transaction, ref: str) -> int:
    """Count what failed under a digest within the last quarter of an hour."""
    counted = tx.connection.execute(
        select(func.count()).where(
            sign_in_attempts.c.tenant == tx.tenant,
            sign_in_attempts.c.ref == ref,
            sign_in_attempts.c.at > tx.now - WINDOW,
        )
    )
    return int(counted.scalar_one())


def note_attempt(tx: Transaction, refs: Sequence[str]) -> None:
    """Note a failure under each digest; older ones go."""
    tx.connection.execute(
        delete(sign_in_attempts).where(sign_in_attempts.c.tenant == tx.tenant, sign_in_attempts.c.at <= tx.now - WINDOW)
    )
    tx.connection.execute(insert(sign_in_attempts), [{"tenant": tx.tenant, "ref": ref, "at": tx.now} for ref in refs])


def forget_attempts(tx: Transaction, ref: str) -> None:
    """Forget the failures under a digest, because the right password came."""
    tx.connection.execute(
        delete(sign_in_attempts).where(sign_in_attempts.c.tenant == tx.tenant, sign_in_attempts.c.ref == ref)
    )
