"""Deletion certificates for whoever must prove or check them: by purge, by recording, or of a closed account."""

from __future__ import annotations

from typing import Any

from pipeline.consent.deletion_proof import write_export
from pipeline.model.errors import NotFound
from pipeline.store.certificates import list_newest
from pipeline.store.closures import find_closure
from pipeline.store.purges import list_purges
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import list_public_keys


def export_certificate(tx: Transaction, named: str) -> dict[str, Any]:
    """Give the newest edition of a certificate with the keys it is checked with.

    Args:
        tx: the tenant's transaction.
        named: a purge, a recording or call (its newest certified purge), or the tenant itself for its closure.

    Raises:
        NotFound: nothing of that name is certified.
    """
    parts = list_newest(tx, _purge_of(tx, named))
    keys = [key.public_key for key in list_public_keys(tx)]
    return write_export([part.statement for part in parts], keys, tenant=tx.tenant)


def _purge_of(tx: Transaction, named: str) -> str:
    if named == tx.tenant:
        closure = find_closure(tx)
        if closure is None:
            raise NotFound(f"tenant {named} is not closed")
        return closure.id
    done = [purge.id for purge in list_purges(tx, subject=named) if purge.finished_at is not None]
    return done[-1] if done else named
