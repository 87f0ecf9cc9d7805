"""Writes the rows of one dataset: each recording's artifacts into one shard, one line each into the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.datasets.index import INDEX, IndexWriter, digest_of
from pipeline.datasets.manifest import FilePart, PolicyPart
from pipeline.datasets.shards import MOST_BYTES, ShardWriter
from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import EXTENSIONS, DatasetRow, DatasetScope, member_name

_ORDER: Final = tuple(EXTENSIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """One artifact that may go into the dataset, with what its decision and receipts prove."""

    artifact: str
    recording: str
    kind: ArtifactKind
    body: bytes = field(repr=False)
    sha256: str
    decision: str
    policy: PolicyPart
    receipts: tuple[str, ...]
    scope: DatasetScope
    captured_on: date
    redaction_version: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What lies in the folder."""

    index: FilePart
    shards: tuple[FilePart, ...]
    recordings: int
    policies: tuple[PolicyPart, ...]


class DatasetWriter:
    """Writes shards and index of one dataset, one recording at a time; memory holds no more than that."""

    def __init__(self, folder: Path, scope: DatasetScope, *, shard_bytes: int = MOST_BYTES) -> None:
        """Begin in an empty folder."""
        self._folder = folder
        self._shards = ShardWriter(folder, most_bytes=shard_bytes)
        self._index = IndexWriter(folder / INDEX, scope)
        self._policies: set[tuple[str, str, str]] = set()
        self.rows, self.recordings = 0, 0

    def add(self, admitted: Sequence[Admitted]) -> tuple[DatasetRow, ...]:
        """Write the artifacts of one recording as one row of files.

        Raises:
            IntegrityError: one of them is not for the models that this dataset is for.
        """
        key = f"{self.recordings:09d}"
        ordered = sorted(admitted, key=lambda one: _ORDER.index(one.kind))
        places = self._shards.add([(member_name(key, one.kind), one.body) for one in ordered])
        rows = tuple(
            DatasetRow(
                row=key,
                artifact=one.artifact,
                recording=one.recording,
                kind=one.kind,
                sha256=one.sha256,
                shard=place.shard,
                offset=place.offset,
                size=len(one.body),
                decision=one.decision,
                policy_id=one.policy.id,
                policy_version=one.policy.version,
                policy_digest=one.policy.digest,
                receipts=one.receipts,
                scope=one.scope.scope,
                scope_id=one.scope.scope_id,
                captured_on=one.captured_on,
                redaction_version=one.redaction_version,
                language=one.language,
            )
            for one, place in zip(ordered, places, strict=True)
        )
        for row in rows:
            self._index.add(row)
        self._policies |= {(one.policy.id, one.policy.version, one.policy.digest) for one in ordered}
        self.rows, self.recordings = self.rows + len(rows), self.recordings + 1
        return rows

    def close(self) -> Written:
        """Finish the files and say what they are."""
        shards = self._shards.close()
        self._index.close()
        sha256, size = digest_of(self._folder / INDEX)
        return Written(
            index=FilePart(name=INDEX, sha256=sha256, size=size, rows=self.rows),
            shards=tuple(FilePart(name=s.name, sha256=s.sha256, size=s.size, rows=s.members) for s in shards),
            recordings=self.recordings,
            policies=tuple(PolicyPart(id=i, version=v, digest=d) for i, v, d in sorted(self._policies)),
        )

    def abandon(self) -> None:
        """Let go of the files that are open, whatever is in them."""
        self._shards.abandon()
        self._index.abandon()
