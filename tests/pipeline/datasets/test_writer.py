from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.datasets.writer import DatasetWriter
from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import DatasetScope
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import IntegrityError
from tests.datasets import VENDOR, an_admitted, write

SCOPES = (
    VENDOR,
    DatasetScope(scope=TrainingScope.OWN_INSTANCE, scope_id="a"),
    DatasetScope(scope=TrainingScope.OWN_INSTANCE, scope_id="b"),
)


def test_every_row_leads_to_its_bytes(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(9))
    assert len(made.manifest.shards) > 1
    for row in made.rows:
        body = (made.folder / row.shard).read_bytes()[row.offset : row.offset + row.size]
        assert body == an_admitted(int(row.recording[4:]), row.kind).body


def test_the_artifacts_of_a_recording_share_one_row_and_one_shard(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(9))
    assert [row.member for row in made.rows[:4]] == ["000000000.json", "000000000.wav", "000000001.json",
                                                     "000000001.wav"]  # fmt: skip
    assert all(a.shard == b.shard for a, b in zip(made.rows[::2], made.rows[1::2], strict=True))


def test_counts_and_policies_are_of_what_was_written(tmp_path: Path) -> None:
    made = write(tmp_path / "ds", range(3)).manifest
    assert (made.recordings, made.index.rows, sum(s.rows for s in made.shards)) == (3, 6, 6)
    assert [policy.id for policy in made.policies] == ["connekz"]


@given(given_to=st.sampled_from(SCOPES), offered=st.lists(st.sampled_from(SCOPES), min_size=1, max_size=12))
@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
@pytest.mark.clause("connekz", "2", "used to train other connekz models")
def test_a_dataset_of_one_instance_holds_rows_of_that_instance_alone(tmp_path_factory, given_to, offered) -> None:
    """Whatever is offered in whatever order: what is of another instance, or of none, stops the writer."""
    writer = DatasetWriter(tmp_path_factory.mktemp("ds"), given_to)
    for number, scope in enumerate(offered):
        admitted = [an_admitted(number, ArtifactKind.RECORDING_REDACTED, scope=scope, size=9)]
        if scope == given_to:
            (row,) = writer.add(admitted)
            assert (row.scope, row.scope_id) == (given_to.scope, given_to.scope_id)
        else:
            with pytest.raises(IntegrityError):
                writer.add(admitted)
            break
    writer.abandon()


def test_memory_does_not_grow_with_the_dataset(tmp_path: Path) -> None:
    """Twelve times the rows, and hardly more held at once: one recording, and a page of the index."""
    peaks = []
    for name, count in (("few", 25), ("many", 300)):
        tracemalloc.start()
        write(tmp_path / name, range(count), size=40_000, shard_bytes=1 << 20)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert sum(path.stat().st_size for path in (tmp_path / "many").iterdir()) > 30_000_000
    assert peaks[1] - peaks[0] < 1_500_000
