"""A policy's text before it is published: what is wrong with it, what it changes and moves. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.model.errors import PipelineError
from pipeline.policies.bundle import Bundle
from pipeline.policies.changes import Change, Effect, list_changes
from pipeline.policies.faults import Fault, read_with_faults
from pipeline.policies.jurisdictions import JurisdictionMatrix
from pipeline.policies.publishable import begin_next, refusals_of
from pipeline.ports.keys import Keys
from pipeline.reads.policy_versions import VersionPreview, preview_bundle
from pipeline.store.policy_versions import policies_of
from pipeline.store.session import Transaction
from pipeline.store.tenants import get_tenant, policy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLook:
    """What a text is worth. With a fault there is no version, and nothing is compared."""

    bundle: Bundle | None = None
    faults: tuple[Fault, ...] = ()
    refusals: tuple[PipelineError, ...] = ()
    """Why the version could not be published today, though it is whole."""
    changes: tuple[Change, ...] = ()
    """What differs from the newest version and decides something."""
    wordings: tuple[Change, ...] = ()
    """What differs in words, dates and clauses alone."""
    preview: VersionPreview | None = field(default=None, repr=False)

    @property
    def is_publishable(self) -> bool:
        """Whether it may be published today."""
        return self.bundle is not None and not self.refusals


def look_at_policy(tx: Transaction, text: str, matrix: JurisdictionMatrix, *, keys: Keys) -> PolicyLook:
    """Say what a policy's text is worth to the transaction's tenant; of what it moves at most a thousand are counted.

    Raises:
        NotFound: no such tenant.
    """
    bundle, faults = read_with_faults(text)
    if bundle is None:
        return PolicyLook(faults=faults)
    owner = get_tenant(tx, keys=keys)
    shelf = policies_of(tx, owner.policy_id)
    refusals = tuple(refusals_of(owner, shelf, bundle, today=tx.now.date()))
    is_another = bundle.id != owner.policy_id or any(bundle.version == one.bundle.version for one in shelf.versions)
    found = list_changes(shelf.newest.bundle, bundle)
    return PolicyLook(
        bundle=bundle,
        refusals=refusals,
        changes=tuple(change for change in found if change.effect is not Effect.NEUTRAL),
        wordings=tuple(change for change in found if change.effect is Effect.NEUTRAL),
        preview=None if is_another else preview_bundle(tx, shelf, bundle, matrix),
    )


def begin_policy(tx: Transaction) -> str:
    """Write the text that the tenant's next version is edited from."""
    return begin_next(policies_of(tx, policy_of(tx)), today=tx.now.date())
