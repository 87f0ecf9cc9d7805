"""Deletion certificates for whoever must prove or check them: by purge, by recording, or of a closed account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.consent.deletion_proof import Proof, check_file, write_export
from pipeline.consent.receipt_proof import Trusted
from pipeline.model.errors import IntegrityError, NotFound
from pipeline.model.purge import Item, ItemState, Purge
from pipeline.store.certificates import list_newest
from pipeline.store.closures import find_closure
from pipeline.store.purge_pages import count_items
from pipeline.store.purges import get_purge, list_items, list_purges
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import list_public_keys, pinned_keys

_LEFT: Final = (ItemState.DOOMED, ItemState.KEPT, ItemState.FOLLOWED)
_MOST_LEFT: Final = 100


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionReport:
    """One purge: what belongs to it, how far that is, and its certificate, checked. `proof` None: none is signed."""

    purge: Purge
    counts: Mapping[tuple[str, str], int]
    left: tuple[Item, ...]
    """What is not gone, at most a hundred: doomed, kept by a hold, or still listed by a vendor."""
    proof: Proof | None
    fault: str | None
    """Why a certificate that is there does not hold; None where it does, or there is none."""


def read_deletion(tx: Transaction, purge: str) -> DeletionReport:
    """Read a purge, and check its newest certificate with the tenant's own keys, every signature and count.

    Raises:
        NotFound: the tenant has no such purge.
    """
    found = get_purge(tx, purge)
    left = [one for state in _LEFT for one in list_items(tx, purge, state=state, limit=_MOST_LEFT)]
    proof, fault = _checked(tx, purge)
    return DeletionReport(
        purge=found, counts=count_items(tx, purge), left=tuple(left[:_MOST_LEFT]), proof=proof, fault=fault
    )


def verify_certificate(tx: Transaction, body: bytes) -> Proof:
    """Check a file that somebody has with the tenant's own keys.

    Raises:
        InvalidInput: not such a file.
        IntegrityError: a signature, a part or a count does not hold, or it is another tenant's.
    """
    return check_file(body, trusted=Trusted(keys=pinned_keys(tx), tenant=tx.tenant))


def _checked(tx: Transaction, purge: str) -> tuple[Proof | None, str | None]:
    try:
        exported = export_certificate(tx, purge)
    except NotFound:
        return None, None
    try:
        return verify_certificate(tx, json.dumps(exported).encode()), None
    except IntegrityError as error:
        return None, str(error)


def _purge_of(tx: Transaction, named: str) -> str:
    if named == tx.tenant:
        closure = find_closure(tx)
        if closure is None:
            raise NotFound(f"tenant {named} is not closed")
        return closure.id
    done = [purge.id for purge in list_purges(tx, subject=named) if purge.finished_at is not None]
    return done[-1] if done else named
