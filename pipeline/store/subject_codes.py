"""One-time codes and how often somebody tried. A code stands here only as a digest under the tenant's key."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.ids import new_id
from pipeline.ports.keys import Keys
from pipeline.store.session import Transaction
from pipeline.store.tables_subjects import subject_codes, subject_tries

LIVES: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
_C = subject_codes.c
_T = subject_tries.c


def add_code(tx: Transaction, request: str, term: str, *, keys: Keys) -> str:
    """Make a code of six digits for a request; those that were sent before no longer count.

    Args:
        tx: the tenant's transaction.
        request: whose code.
        term: the digest of the number or address that it is sent to.
        keys: whose key the code's own digest is made under.
    """
    code = f"{secrets.randbelow(10**6):06d}"
    tx.connection.execute(delete(subject_codes).where(_C.tenant == tx.tenant, _C.request_id == request))
    tx.connection.execute(
        insert(subject_codes).values(
            id=new_id("code"),
            tenant=tx.tenant,
            request_id=request,
            code_digest=_digest(tx, request, code, keys),
            term=term,
            expires_at=tx.now + LIVES,
            tries=0,
        )
    )
    return code


def use_code(tx: Transaction, request: str, code: str, *, keys: Keys) -> str | None:
    """Take a code once, within its time and its tries; give the term that it proves, None for any wrong one.

    A wrong code counts, so the transaction has to be committed then too.
    """
    row = tx.connection.execute(
        select(subject_codes).where(_C.tenant == tx.tenant, _C.request_id == request).with_for_update()
    ).first()
    given = _digest(tx, request, code, keys)
    # Compared in any case, so that how long it takes says nothing of whether there is a code.
    is_right = hmac.compare_digest(given, row.code_digest if row is not None else "0" * len(given))
    if row is None:
        return None
    is_live = row.used_at is None and row.tries < MOST_TRIES and tx.now <= row.expires_at
    is_taken = is_right and is_live
    values = {"tries": row.tries + 1, **({"used_at": tx.now} if is_taken else {})}
    tx.connection.execute(update(subject_codes).where(_C.tenant == tx.tenant, _C.id == row.id).values(**values))
    return str(row.term) if is_taken else None


def count_try(tx: Transaction, bucket: str, *, most: int, within: timedelta, keys: Keys) -> bool:
    """Count a try of somebody, and say whether it is one of those that are allowed in that time.

    Args:
        tx: the tenant's transaction.
        bucket: who tries what, such as an address; only its digest under the tenant's key is kept.
        most: how many are allowed.
        within: in how long, counted from the hour or day on.
        keys: whose key the digest is made under.
    """
    began_at = _start(tx.now, within)
    digest = hmac.digest(keys.digest_key(tx.tenant), b"try:" + bucket.encode(), "sha256").hex()
    tx.connection.execute(delete(subject_tries).where(_T.tenant == tx.tenant, _T.began_at < tx.now - timedelta(days=2)))
    tries = tx.connection.execute(
        insert(subject_tries)
        .values(tenant=tx.tenant, bucket=digest, began_at=began_at, tries=1)
        .on_conflict_do_update(index_elements=["tenant", "bucket", "began_at"], set_={"tries": _T.tries + 1})
        .returning(_T.tries)
    ).scalar_one()
    return int(tries) <= most


def _start(now: datetime, within: timedelta) -> datetime:
    seconds = int(within.total_seconds())
    return now - timedelta(seconds=now.timestamp() % seconds)


def _digest(tx: Transaction, request: str, code: str, keys: Keys) -> str:
    return hmac.digest(keys.digest_key(tx.tenant), f"code:{request}:{code}".encode(), "sha256").hex()
