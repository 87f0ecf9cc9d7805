"""A recording's way into a dataset and out of the next one, held by the trainer's own check at every turn."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.consent.jws import write_jwks
from pipeline.consent.receipt_proof import Trusted, read_trusted
from pipeline.datasets.verify import verify_dataset
from pipeline.decisions.recall import end
from pipeline.intake.withdraw import Withdrawal, withdraw
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotPermitted
from pipeline.model.retention import RetentionBasis
from pipeline.steps.list_recalls import list_recalls
from pipeline.store.calls import get_call
from pipeline.store.endings import Ending
from pipeline.store.signing_keys import list_public_keys
from tests.conftest import MovableClock
from tests.line import Line
from tests.training import COOL_OFF, a_line, agreed, export, recordings_in, rows_of

pytestmark = pytest.mark.timeout(600)


def keys_of(line: Line) -> Trusted:
    with line.tx() as tx:
        return read_trusted(
            json.dumps(write_jwks([k.public_key for k in list_public_keys(tx)], tenant=tx.tenant)).encode()
        )


@pytest.mark.clause("connekz", "2", "Train and improve our AI models")
def test_a_recording_goes_into_a_dataset_and_after_a_withdrawal_out_of_the_next(
    database, keys, tmp_path: Path, clock: MovableClock
) -> None:
    """Connekz §2 allows it, the caller pressed the key, the waiting time is over; then she takes it back (D.3-11)."""
    line = a_line(database, keys, tmp_path)
    hers, his = agreed(line, 1), agreed(line, 2)
    with pytest.raises(NotPermitted, match="COOL_OFF 4"):
        export(line, tmp_path / "early")
    assert not (tmp_path / "early").exists()

    clock.move(days=COOL_OFF)
    first = export(line, tmp_path / "first")
    trusted = keys_of(line)
    assert (first.rows, first.recordings, first.refused) == (4, 2, {})
    recalls = list_recalls(line.context, line.owner.id, actor="test")
    verdict = verify_dataset(tmp_path / "first", recalls=recalls.token.encode(), trusted=trusted)
    assert (verdict.faults, verdict.is_pinned, recalls.rows) == ((), True, 0)

    with line.tx() as tx:
        withdraw(tx, get_call(tx, hers.call).call_sid, Withdrawal(digit="2"), actor="test")  # type: ignore[arg-type]
    assert line.events("training:recording:recalled") == [
        {"cause": "withdrawal", "datasets": 1, "newest": first.dataset}
    ]
    recalls = list_recalls(line.context, line.owner.id, actor="test")
    verdict = verify_dataset(tmp_path / "first", recalls=recalls.token.encode(), trusted=trusted)
    gone = [row.member for row in rows_of(tmp_path / "first") if row.recording == hers.id]
    assert [str(fault) for fault in verdict.faults] == [f"row {member}: recalled" for member in gone]
    assert recalls.rows == len(gone) == 2

    second = export(line, tmp_path / "second")
    assert recordings_in(tmp_path / "second") == {his.id: 2}
    assert (second.previous, second.excluded, second.refused["WITHDRAWN"]) == (first.dataset, 2, 2)
    recalls = list_recalls(line.context, line.owner.id, actor="test")
    verdict = verify_dataset(tmp_path / "second", recalls=recalls.token.encode(), trusted=trusted)
    assert verdict.is_whole
    assert verdict.manifest is not None
    assert verdict.manifest.recalls_sha256 == recalls.sha256
    assert {row.sha256 for row in rows_of(tmp_path / "first") if row.recording == hers.id} == set(
        verdict.manifest.excluded
    )


def test_a_deletion_request_recalls_and_the_whole_of_it_is_in_the_log(
    database, keys, tmp_path: Path, clock: MovableClock
) -> None:
    line = a_line(database, keys, tmp_path)
    asked = agreed(line, 1)
    clock.move(days=COOL_OFF)
    made = export(line, tmp_path / "ds")
    ending = Ending(
        scope_kind="recording", scope_id=asked.id, cause=RetentionBasis.DELETION_REQUEST, source="dsr_1",
        ends_on=date(2027, 1, 20),
    )  # fmt: skip
    with line.tx() as tx:
        assert [end(tx, ending, actor="user:1") for _ in range(2)] == [True, False]
    (exported,) = line.events("training:dataset:exported")
    assert (exported["rows"], exported["index_sha256"]) == (2, made.index_sha256)
    assert len(line.events("training:recording:recalled")) == 1
    with pytest.raises(NotPermitted, match="ENDED 2"):
        export(line, tmp_path / "next")
    (refused,) = line.events("training:dataset:refused")
    assert refused["ENDED"] == 2
    assert line.artifact(asked, ArtifactKind.DATASET_MANIFEST) is None
