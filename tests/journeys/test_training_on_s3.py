"""The tag that lets a training role in, on a real S3 server: written, read back, taken away, tampered with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.datasets.verify import verify_dataset
from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import NotPermitted
from pipeline.store.recalls import recall_of
from pipeline.store.vault import Vault
from pipeline.vendors.s3 import S3Artifacts
from tests.training import COOL_OFF, a_line, agreed, bare, export, recordings_in


@pytest.mark.timeout(600)
def test_on_s3_what_is_exported_is_tagged_true_and_what_is_refused_is_not(
    database, keys, tmp_path: Path, clock, seaweedfs
) -> None:  # fmt: skip
    house = a_line(database, keys, tmp_path, f"s3-{tmp_path.name[-8:].replace('_', '-')}")
    vault = Vault(database=database, objects=S3Artifacts(replace(seaweedfs)), keys=house.context.vault.keys)
    line = house.with_parts(vault=vault)
    hers, his = agreed(line, 1), agreed(line, 2)

    def tag(recording) -> str:
        return vault.objects.read_tags(line.artifact(recording, ArtifactKind.RECORDING_REDACTED).object_key)[
            "training-eligible"
        ]

    assert [tag(hers), tag(his)] == ["false", "false"]
    clock.move(days=COOL_OFF)
    export(line, tmp_path / "first")
    assert [tag(hers), tag(his)] == ["true", "true"]
    assert verify_dataset(tmp_path / "first").is_whole

    line.withdraw(hers.call, after_s=0)
    with line.tx() as tx:
        recall_of(tx, hers.id, RecallCause.WITHDRAWAL)
    export(line, tmp_path / "second")
    assert [tag(hers), tag(his)] == ["false", "true"]
    assert recordings_in(tmp_path / "second") == {his.id: 2}

    for kind in (ArtifactKind.RECORDING_REDACTED, ArtifactKind.TRANSCRIPT_REDACTED):
        key = line.artifact(his, kind).object_key
        vault.objects.write_tags(key, vault.objects.read_tags(key) | {"training-eligible": "false"})
    with pytest.raises(NotPermitted, match="TAG_DISAGREES 2"):
        export(line, tmp_path / "third")
    assert len(line.events("training:tag:disagrees")) == 2
    assert "third" not in bare(tmp_path)
