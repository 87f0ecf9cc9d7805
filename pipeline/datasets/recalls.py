"""The list of recalled rows of a tenant, signed, that trainers fetch and hold their datasets against.

It says which rows must not be used any more, and not why: why is nobody's business but the tenant's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

from pydantic import AwareDatetime

from pipeline.consent import jws
from pipeline.datasets.manifest import Digest, Name, SignedPart, read_signed
from pipeline.model.dataset import DatasetRow, RecalledRow
from pipeline.model.errors import IntegrityError

RECALLS: Final = "recalls.jws"
TYP: Final = "earmark-training-recalls"


class RecalledPart(SignedPart):
    """One recalled artifact in one dataset."""

    dataset: Name
    row: Name
    recording: Name
    artifact: Name
    sha256: Digest


class RecallsPart(SignedPart):
    """What is signed."""

    format: Literal[1] = 1
    tenant: Name
    created_at: AwareDatetime
    sha256: Digest
    """Digest of the rows alone: the same rows have the same, whenever they are listed."""
    rows: tuple[RecalledPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """Recalled rows, to be asked of many."""

    digests: frozenset[str]
    recordings: frozenset[str]
    artifacts: frozenset[str]

    def forbids(self, row: DatasetRow) -> bool:
        """Say whether a row was recalled: by its bytes, as that artifact, or with its recording."""
        return row.sha256 in self.digests or row.artifact in self.artifacts or row.recording in self.recordings


def recalled_of(rows: Iterable[RecalledRow | RecalledPart]) -> Recalled:
    """Put recalled rows together so that many can be held against them."""
    kept = tuple(rows)
    return Recalled(
        digests=frozenset(row.sha256 for row in kept),
        recordings=frozenset(row.recording for row in kept),
        artifacts=frozenset(row.artifact for row in kept),
    )


def digest_rows(rows: Iterable[RecalledRow | RecalledPart]) -> str:
    """Digest recalled rows, in the order in which they are listed."""
    plain = [row.model_dump() if isinstance(row, RecalledPart) else asdict(row) for row in rows]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_recalls(token: bytes, *, pinned: Mapping[str, bytes] | None) -> tuple[RecallsPart, jws.Signed]:
    """Check a recall list's signature and read it.

    Raises:
        IntegrityError: it was altered, is signed with another key, or is no recall list.
    """
    part, signed = read_signed(RecallsPart, token, typ=TYP, pinned=pinned)
    if digest_rows(part.rows) != part.sha256:
        raise IntegrityError("the recall list does not have the digest that it names")
    return part, signed
