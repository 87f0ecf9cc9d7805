from __future__ import annotations

from datetime import date

import pytest

from pipeline.decisions.holds import place
from pipeline.decisions.recall import end, recall
from pipeline.intake.withdraw import flag_child
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.retention import RetentionBasis
from pipeline.store.calls import get_call
from pipeline.store.endings import Ending, list_endings_of
from pipeline.store.recalls import list_causes
from tests.fakes import NotedQueue
from tests.lineage import a_dataset


def test_a_recording_is_recalled_and_every_dataset_with_it_named_however_often_it_is_asked(line) -> None:
    recording = line.record()
    with line.tx() as tx:
        made = a_dataset(tx, (recording.id,))
        for _ in range(2):
            found = recall(tx, recording.id, cause=RecallCause.OPERATOR, actor="user:1")
            assert (found.causes, found.datasets) == ((RecallCause.OPERATOR,), (made,))
    assert len(line.events("training:recording:recalled")) == 1


def test_a_recording_that_is_not_there_is_told(line) -> None:
    with line.tx() as tx, pytest.raises(NotFound):
        recall(tx, RecordingId("rec_none"), cause=RecallCause.OPERATOR, actor="user:1")


@pytest.mark.parametrize("cause", [RetentionBasis.DELETION_REQUEST, RetentionBasis.CHILD, RetentionBasis.CLOSURE])
@pytest.mark.parametrize("kind", ["recording", "call", "tenant"])
def test_what_ends_a_recording_recalls_it(line, cause: RetentionBasis, kind: str) -> None:
    recording = line.record()
    scope_id = {"recording": recording.id, "call": recording.call, "tenant": line.owner.id}[kind]
    ending = Ending(scope_kind=kind, scope_id=str(scope_id), cause=cause, source="dsr_1", ends_on=date(2027, 1, 1))
    with line.tx() as tx:
        a_dataset(tx, (recording.id,))
        assert [end(tx, ending, actor="cli") for _ in range(2)] == [True, False]
        assert list_causes(tx, recording.id) == (RecallCause(cause.value),)
        assert list_endings_of(tx, recording=recording.id, call=recording.call) == (ending,)


def test_what_ends_nothing_recalls_nothing(line) -> None:
    recording = line.record()
    ending = Ending(
        scope_kind="recording", scope_id=recording.id, cause=RetentionBasis.POLICY, source="x", ends_on=date(2027, 1, 1)
    )
    with line.tx() as tx:
        with pytest.raises(InvalidInput):
            end(tx, ending, actor="cli")
        assert list_causes(tx, recording.id) == ()


def test_a_hold_placed_later_and_a_child_noticed_later_recall_what_was_exported(line) -> None:
    recording = line.record()
    with line.tx() as tx:
        a_dataset(tx, (recording.id,))
        place(tx, line.context.vault, matter="m", scope=("call", recording.call), actor="u", reason="r")
        flag_child(tx, get_call(tx, recording.call).call_sid, queue=NotedQueue(), actor="api:acme")
        assert list_causes(tx, recording.id) == (RecallCause.HOLD, RecallCause.CHILD)
