"""Where what a job takes in comes from, sealed: the place of its files, each file's name, each recording's listing.

The key of a file is a keyed digest of its name, since a name may hold anything.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pipeline.consent.attested import Made
from pipeline.model.ids import TenantId
from pipeline.ports.keys import Keys
from pipeline.store.bulk_jobs import read_item, read_sealed
from pipeline.store.seal import open_sealed, seal
from pipeline.store.session import Transaction


def file_key(name: str, *, keys: Keys, tenant: TenantId) -> str:
    """Give the key by which a file is an item once."""
    return hmac.digest(keys.digest_key(tenant), b"bulk-file:" + name.encode(errors="surrogateescape"), "sha256").hex()


def seal_source(source: Mapping[str, Any], *, keys: Keys, tenant: TenantId) -> bytes:
    """Seal a place, a name or a listing."""
    return seal(json.dumps(source).encode(), keys=keys, tenant=tenant, context=_CONTEXT)


def open_place(tx: Transaction, job: str, *, keys: Keys) -> str:
    """Open where a job's files lie; empty for one that lists at the vendor."""
    sealed = read_sealed(tx, job)
    return str(_opened(sealed, keys, tx.tenant)["place"]) if sealed else ""


def open_item(tx: Transaction, job: str, ordinal: int, *, keys: Keys) -> Mapping[str, Any]:
    """Open what is sealed of an item; nothing where it is done."""
    _, sealed = read_item(tx, job, ordinal)
    return _opened(sealed, keys, tx.tenant) if sealed else {}


def plain_made(made: Made) -> dict[str, Any]:
    """Write a recording as its source told of it, to be sealed."""
    return {**asdict(made), "started_at": made.started_at.isoformat()}


def read_made(plain: Mapping[str, Any]) -> Made:
    """Read what `plain_made` wrote."""
    return Made(**{**plain, "started_at": datetime.fromisoformat(plain["started_at"])})


def _opened(sealed: bytes, keys: Keys, tenant: TenantId) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(open_sealed(sealed, keys=keys, tenant=tenant, context=_CONTEXT))
    return read


_CONTEXT = {"kind": "bulk.source"}
