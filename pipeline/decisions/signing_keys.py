"""A person retires the key that a tenant's receipts are signed with, and has another made."""

from __future__ import annotations

from pipeline.model.errors import InvalidInput
from pipeline.ports.keys import Keys
from pipeline.store.session import Transaction
from pipeline.store.signing_keys import Signer, rotate_key
from pipeline.store.tenants import get_tenant


def rotate(tx: Transaction, *, keys: Keys, actor: str, reason: str) -> Signer:
    """Sign with a new key from now on; what the old one signed is verified with its public part for ever.

    Raises:
        InvalidInput: no reason.
        NotFound: there is no such tenant, or its key was destroyed.
        VendorUnavailable: the keeper of keys cannot be reached.
    """
    if not reason.strip():
        raise InvalidInput("rotating a key needs a reason")
    get_tenant(tx, keys=keys)
    return rotate_key(tx, keys=keys, actor=actor, reason=reason)
