"""Signing how far a tenant's audit log went: only what was read and recomputed, and kept where nobody can destroy it.

The statement is stored under object lock before its row is written. An attempt that died in between left a statement
without a row: the next one takes it up, and never signs beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from pipeline.consent import jws
from pipeline.model.audit import GENESIS, entry_hash
from pipeline.model.checkpoint import CHECKPOINT_TYP, Checkpoint, checkpoint_prefix, read_checkpoint
from pipeline.model.errors import IntegrityError
from pipeline.model.ids import TenantId
from pipeline.steps.context import Receipt
from pipeline.store.audit import list_events
from pipeline.store.checkpoints import (
    SignedCheckpoint,
    add_checkpoint,
    find_last_checkpoint,
    lock_checkpoints,
    read_unsigned,
)
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import get_signer, pinned_keys
from pipeline.store.vault import Vault

LOCKED_DAYS: Final = 7 * 365 + 2
"""House choice: seven years, as long as the longest period that a policy of ours keeps anything by law."""


def checkpoint_log(vault: Vault, tenant: TenantId) -> Receipt:
    """Sign the log as it stands, unless nothing happened since it was signed last.

    Returns:
        Whether something was signed, and up to which event.

    Raises:
        IntegrityError: the log is not the one that was signed before, or its chain is broken: a person is needed.
        StoreError: the statement could not be stored or locked; nothing is noted, and the step is repeated.
        NotFound: the tenant's key was destroyed, so nothing can be signed in its name.
    """
    with vault.database.transaction(tenant) as tx:
        get_signer(tx, keys=vault.keys)  # its key must outlive whatever becomes of this attempt, and is an event itself
    with vault.database.transaction(tenant) as tx:
        lock_checkpoints(tx)
        last = find_last_checkpoint(tx)
        for left in _left_behind(tx, vault, last):
            _check_chain(tx, last, left.checkpoint)
            add_checkpoint(tx, left)
            last = left
        if not read_unsigned(tx).has_news:
            return {"is_signed": False, "seq": last.checkpoint.seq if last else 0}
        signer = get_signer(tx, keys=vault.keys)
        seq, digest = _check_chain(tx, last, None)
        previous = last.sha256 if last else None
        checkpoint = Checkpoint(tenant=tenant, seq=seq, hash=digest, at=tx.now, previous=previous)
        token = signer.sign(checkpoint.payload(), typ=CHECKPOINT_TYP).encode()
        add_checkpoint(tx, _keep(vault, checkpoint, token, signer.kid))
        return {"is_signed": True, "seq": seq}


def _keep(vault: Vault, checkpoint: Checkpoint, token: bytes, kid: str) -> SignedCheckpoint:
    """Store a statement and lock it, both read back."""
    key = checkpoint.object_key
    tags = {"tenant": checkpoint.tenant, "kind": "audit.checkpoint", "training-eligible": "false"}
    stored = vault.objects.put_if_absent(key, token, metadata={"kind": "audit.checkpoint"}, tags=tags)
    _lock(vault, key, checkpoint.at)
    return SignedCheckpoint(checkpoint=checkpoint, sha256=stored.sha256, kid=kid, object_key=key)


def _lock(vault: Vault, key: str, at: datetime) -> None:
    until = (at + timedelta(days=LOCKED_DAYS)).replace(microsecond=0)
    vault.objects.lock(key, retain_until=until)
    found = vault.objects.read_lock(key).retain_until
    if found is None or found < until:
        raise IntegrityError("a checkpoint is not locked as long as it should be")


def _left_behind(tx: Transaction, vault: Vault, last: SignedCheckpoint | None) -> Iterator[SignedCheckpoint]:
    """Give the statements in the store that have no row, in the log's order, each locked as it should be."""
    trusted = pinned_keys(tx)
    after = last.checkpoint.seq if last else 0
    for prefix in _months(tx, last):
        for version in vault.objects.list_versions(prefix):
            if version.is_delete_marker or int(version.key.rsplit("/", 1)[1]) <= after:
                continue
            token = vault.objects.get(version.key, version=version.version)
            signed = jws.verify(token.decode("ascii", "replace"), typ=CHECKPOINT_TYP, pinned=trusted)
            checkpoint = read_checkpoint(signed.payload)
            if checkpoint.tenant != tx.tenant or checkpoint.object_key != version.key:
                raise IntegrityError("a checkpoint lies where another belongs")
            _lock(vault, version.key, checkpoint.at)
            after = checkpoint.seq
            digest = hashlib.sha256(token).hexdigest()
            yield SignedCheckpoint(checkpoint=checkpoint, sha256=digest, kid=signed.kid, object_key=version.key)


def _months(tx: Transaction, last: SignedCheckpoint | None) -> Iterator[str]:
    """Give the prefixes of the months since the last checkpoint; of all where there is none."""
    prefix = checkpoint_prefix(tx.tenant)
    if last is None:
        yield prefix
        return
    month = last.checkpoint.at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= tx.now:
        yield f"{prefix}{month:%Y/%m}/"
        month = (month + timedelta(days=32)).replace(day=1)


def _check_chain(tx: Transaction, last: SignedCheckpoint | None, upto: Checkpoint | None) -> tuple[int, str]:
    """Recompute the log from the last checkpoint on, to another or to its end; give where it ends.

    Raises:
        IntegrityError: an event was changed, removed or moved since, or the log is not the one that was signed.
    """
    seq, digest = (last.checkpoint.seq, last.checkpoint.hash) if last else (0, GENESIS)
    if upto is not None and upto.previous != (last.sha256 if last else None):
        raise IntegrityError("a checkpoint does not follow the one before it")
    for event in list_events(tx, after=seq):
        if upto is not None and seq == upto.seq:
            break
        is_next = event.entry.seq == seq + 1 and event.previous_hash == digest
        if not is_next or event.hash != entry_hash(event.entry, previous_hash=digest):
            raise IntegrityError(f"the audit log is broken at event {seq + 1}")
        seq, digest = event.entry.seq, event.hash
    if upto is not None and (seq, digest) != (upto.seq, upto.hash):
        raise IntegrityError(f"the audit log is not the one that was signed at event {upto.seq}")
    return seq, digest
