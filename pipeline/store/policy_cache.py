"""Policy versions as they were last read, so that a call waits for one look at a dictionary and not for documents.

As with tenants, what is kept is used only where the transaction has just read the same version of the tenant's row:
publishing and a delivered notice make it grow. Days need no watching, because the version of a day is chosen at use.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from pipeline.model.ids import TenantId
from pipeline.policies.bundle import Bundle
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.loader import load_bundle
from pipeline.policies.versions import PolicyShelf, PolicyVersion
from pipeline.store.policy_versions import begun_with, find_policies, keep_first, keep_law
from pipeline.store.session import Transaction

_MOST: Final = 10_000
_KEEP_UNSTORED_S: Final = 60.0


class PolicyCache:
    """The versions that this process has read, and the inputs of decisions that it knows to be kept."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[TenantId, str], tuple[int, float, PolicyShelf]] = {}
        self._kept: set[tuple[TenantId, str, str]] = set()

    def policies_of(
        self, tx: Transaction, policy_id: str, *, packaged: Callable[[str], Bundle] = load_bundle
    ) -> PolicyShelf:
        """Give every version of a policy that the transaction's tenant has.

        A tenant without any begins with the packaged one, remembered for a minute: it is kept with the first decision.

        Args:
            tx: the tenant's transaction.
            policy_id: which policy the tenant is under.
            packaged: gives the policy that comes with Earmark.

        Raises:
            NotFound: there is no such policy.
            IntegrityError: a stored version is not the one its digest names.
        """
        known = self._shelves.get((tx.tenant, policy_id))
        if known is not None and known[0] == tx.version and time.monotonic() < known[1]:
            return known[2]
        found = find_policies(tx, policy_id)
        until = math.inf if found else time.monotonic() + _KEEP_UNSTORED_S
        shelf = found or begun_with(packaged(policy_id))
        if tx.version is not None:
            if len(self._shelves) >= _MOST:
                self._shelves.clear()
            self._shelves[(tx.tenant, policy_id)] = (tx.version, until, shelf)
        return shelf

    def keep_inputs(self, tx: Transaction, version: PolicyVersion, matrix: JurisdictionMatrix) -> None:
        """Keep what a decision was made by, in the transaction that keeps the decision; once is enough.

        Only what an earlier transaction kept is remembered: this one may yet be rolled back.
        """
        known = (tx.tenant, version.digest, matrix.digest)
        if known in self._kept:
            return
        is_new = [keep_first(tx, version.bundle), keep_law(tx, matrix)]
        if not any(is_new):
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept.add(known)
