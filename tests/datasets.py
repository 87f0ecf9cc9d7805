"""Datasets for tests of their form: made by the real writers, signed with a key of the test's own."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.consent import jws
from pipeline.consent.receipt_proof import Trusted
from pipeline.datasets.manifest import MANIFEST, TYP, ManifestPart, PolicyPart, write_part
from pipeline.datasets.recalls import TYP as RECALLS_TYP
from pipeline.datasets.recalls import RecallsPart, digest_rows
from pipeline.datasets.writer import Admitted, DatasetWriter
from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import DatasetRow, DatasetScope, RecalledRow
from pipeline.model.decision import TrainingScope

VENDOR = DatasetScope(scope=TrainingScope.VENDOR_MODELS, scope_id=None)
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
TRUSTED = Trusted(keys={jws.thumbprint(PUBLIC): PUBLIC}, tenant="acme")
NO_ROWS = digest_rows(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A dataset on disk, and what went into it."""

    folder: Path
    manifest: ManifestPart
    rows: tuple[DatasetRow, ...]


def an_admitted(number: int, kind: ArtifactKind, *, scope: DatasetScope = VENDOR, size: int = 900) -> Admitted:
    """One artifact of the recording of that number; its bytes are its own."""
    noise = random.Random(f"{number}{kind}").randbytes(size)
    body = json.dumps({"noise": noise.hex()}).encode() if kind is ArtifactKind.TRANSCRIPT_REDACTED else b"RIFF" + noise
    return Admitted(
        artifact=f"art_{number}_{kind.value}",
        recording=f"rec_{number}",
        kind=kind,
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        decision=f"{number:064x}",
        policy=PolicyPart(id="connekz", version="1", digest="a" * 64),
        receipts=("b" * 64,),
        scope=scope,
        captured_on=date(2026, 10, 1),
        redaction_version=1,
        language="en-US",
    )


def write(
    folder: Path,
    recordings: Iterable[int] = range(5),
    *,
    scope: DatasetScope = VENDOR,
    shard_bytes: int = 8_000,
    size: int = 900,
    excluded: tuple[str, ...] = (),
    change: Callable[[ManifestPart], ManifestPart] = lambda part: part,
) -> Made:
    """Write a dataset of a transcript and a sound for each recording."""
    folder.mkdir(parents=True)
    writer, rows = DatasetWriter(folder, scope, shard_bytes=shard_bytes), list[DatasetRow]()
    for number in recordings:
        kinds = (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED)
        rows += writer.add([an_admitted(number, kind, scope=scope, size=size) for kind in kinds])
    written = writer.close()
    manifest = change(
        ManifestPart(
            dataset="ds_1",
            tenant="acme",
            created_at=AT,
            scope=scope.scope,
            scope_id=scope.scope_id,
            index=written.index,
            shards=written.shards,
            recordings=written.recordings,
            refused={},
            policies=written.policies,
            previous=None,
            recalls_sha256=NO_ROWS,
            excluded=excluded,
        )
    )
    resign(folder, manifest)
    return Made(folder=folder, manifest=manifest, rows=tuple(rows))


def resign(folder: Path, manifest: ManifestPart) -> None:
    """Sign a manifest as the tenant would."""
    (folder / MANIFEST).write_text(jws.sign(write_part(manifest), private_key=KEY, typ=TYP))


def recall_list(rows: Sequence[DatasetRow], *, at: datetime = AT, tenant: str = "acme", key: bytes = KEY) -> bytes:
    """The tenant's recall list with these rows."""
    recalled = [
        RecalledRow(dataset="ds_1", row=r.row, recording=r.recording, artifact=r.artifact, sha256=r.sha256)
        for r in rows
    ]
    part = RecallsPart.model_validate(
        {
            "tenant": tenant,
            "created_at": at,
            "sha256": digest_rows(recalled),
            "rows": [
                {n: getattr(r, n) for n in ("dataset", "row", "recording", "artifact", "sha256")} for r in recalled
            ],
        }
    )
    return jws.sign(write_part(part), private_key=key, typ=RECALLS_TYP).encode()
