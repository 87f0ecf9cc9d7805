from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from pipeline.datasets.recalls import read_recalls
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import NotFound
from pipeline.model.ids import TenantId
from pipeline.steps.list_recalls import list_recalls, recall_missed
from pipeline.store.recalls import list_causes, recall_of
from pipeline.store.signing_keys import list_public_keys
from tests.builders import answer
from tests.training import COOL_OFF, a_line, agreed, export, rows_of


@pytest.fixture
def exported(database, keys, tmp_path: Path, clock):
    """A tenant with one recording in a dataset."""
    line = a_line(database, keys, tmp_path)
    recording = agreed(line)
    clock.move(days=COOL_OFF)
    export(line, tmp_path / "ds")
    return line, recording, rows_of(tmp_path / "ds")


def test_the_list_names_the_recalled_rows_and_is_signed_by_the_tenant(exported) -> None:
    line, recording, rows = exported
    assert list_recalls(line.context, line.owner.id, actor="test").rows == 0
    with line.tx() as tx:
        recall_of(tx, recording.id, RecallCause.OBJECTION)
        keys = {key.kid: key.public_key for key in list_public_keys(tx)}
    listed = list_recalls(line.context, line.owner.id, actor="test")
    part, signed = read_recalls(listed.token.encode(), pinned=keys)
    assert (part.tenant, signed.kid, part.sha256) == (line.owner.id, listed.kid, listed.sha256)
    assert [(r.row, r.artifact, r.sha256) for r in part.rows] == sorted((r.row, r.artifact, r.sha256) for r in rows)
    assert "objection" not in part.model_dump_json()
    assert [e["rows"] for e in line.events("training:recalls:listed")] == [0, 2]


def test_a_withdrawal_that_no_hook_was_told_of_is_on_the_list(exported) -> None:
    line, recording, _ = exported
    line.withdraw(recording.call, after_s=0)
    assert recall_missed(line.context, line.owner.id) == 1
    assert recall_missed(line.context, line.owner.id) == 0
    with line.tx() as tx:
        assert list_causes(tx, recording.id) == (RecallCause.WITHDRAWAL,)


def test_a_withdrawal_of_somebody_who_is_not_in_the_recording_recalls_nothing(exported) -> None:
    line, recording, _ = exported
    with line.tx() as tx:
        answer(tx, recording.call, Outcome.WITHDRAWN, role=LegRole.CALLEE, purposes=(Purpose.TRAIN,))
    assert recall_missed(line.context, line.owner.id) == 0


def test_a_withdrawal_recalls_what_is_purged_by_now(exported, postgres, database_name) -> None:
    line, recording, _ = exported
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.artifacts set purged_at = now() where recording_id = %s", (recording.id,))
    line.withdraw(recording.call, after_s=0)
    assert recall_missed(line.context, line.owner.id) == 1


def test_no_tenant_has_no_list(exported) -> None:
    line, _, _ = exported
    with pytest.raises(NotFound):
        list_recalls(line.context, TenantId("nobody"), actor="test")
