"""A hold as it really is: what it covers, each lock read back from the store, and who wants it released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from pipeline.model.artifact import Artifact
from pipeline.model.errors import NotFound, StoreError
from pipeline.ports.artifacts import Artifacts
from pipeline.ports.keys import Keys
from pipeline.reads.told_holds import get_told_hold
from pipeline.store.holds import Hold, iter_covered
from pipeline.store.matters import Matter, find_matter
from pipeline.store.reasons import read_reasons
from pipeline.store.session import Transaction

_SHOWN = 50


class LockState(StrEnum):
    """What the store says of an object."""

    LOCKED = "locked"
    NOT_LOCKED = "not_locked"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """The store did not answer: nothing is claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredArtifact:
    """One artifact under the hold."""

    artifact: Artifact
    lock: LockState


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldState:
    """A hold with what was read back. `after` asks for what else it covers; None where that is all."""

    hold: Hold
    matter: Matter | None
    covered: tuple[CoveredArtifact, ...]
    after: str | None
    reasons: Mapping[str, str] = field(repr=False)

    @property
    def is_whole(self) -> bool:
        """Say whether everything that is shown is locked."""
        return all(one.lock is LockState.LOCKED for one in self.covered)

    def words_of(self, reason: str | None) -> str:
        """Give a reason in its own words, whether it was sealed or told in plain ones."""
        return self.reasons.get(reason or "", reason or "")


def read_hold_state(tx: Transaction, objects: Artifacts, hold: str, *, keys: Keys, after: str = "") -> HoldState:
    """Read a hold, and ask the store for the lock of each object on this page.

    Raises:
        NotFound: the tenant has no such hold, or may not know of it yet.
    """
    found = get_told_hold(tx, hold)
    some = list(dict.fromkeys(islice(iter_covered(tx, found, after=after), 2 * _SHOWN + 1)))
    shown = some[:_SHOWN]
    return HoldState(
        hold=found,
        matter=find_matter(tx, found.matter, keys=keys),
        covered=tuple(CoveredArtifact(artifact=one, lock=_lock_of(objects, one)) for one in shown),
        after=shown[-1].id if len(some) > _SHOWN else None,
        reasons=read_reasons(tx, (found.reason, found.release_reason), keys=keys),
    )


def _lock_of(objects: Artifacts, artifact: Artifact) -> LockState:
    try:
        return LockState.LOCKED if objects.read_lock(artifact.object_key).is_held else LockState.NOT_LOCKED
    except NotFound:
        return LockState.MISSING
    except StoreError:
        return LockState.UNKNOWN
