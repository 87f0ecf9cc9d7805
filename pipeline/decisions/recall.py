"""Taking a recording out of every dataset that contains it, and noting what ends one so that datasets follow."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.dataset import RecallCause
from pipeline.model.ids import RecordingId
from pipeline.store.datasets import Dataset
from pipeline.store.endings import Ending, add_ending
from pipeline.store.recalls import list_causes, recall_of, recall_scope
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What is known of a recording's recall: why, and which datasets contain it."""

    recording: RecordingId
    causes: tuple[RecallCause, ...]
    datasets: tuple[Dataset, ...]


def recall(tx: Transaction, recording: RecordingId, *, cause: RecallCause, actor: str) -> Recall:
    """Mark a recording as recalled and list every dataset that contains it. Repeating it changes nothing.

    Raises:
        NotFound: the tenant has no such recording.
    """
    get_recording(tx, recording)
    found = recall_of(tx, recording, cause, actor=actor)
    return Recall(recording=recording, causes=list_causes(tx, recording), datasets=found)


def end(tx: Transaction, ending: Ending, *, actor: str, why: str | None = None) -> bool:
    """Note what ends a recording, a call or a tenant, and recall what it covers; False where it was noted.

    Raises:
        InvalidInput: not something that ends a recording, or another kind of scope.
    """
    is_new = add_ending(tx, ending, actor=actor, why=why)
    recall_scope(tx, (ending.scope_kind, ending.scope_id), RecallCause(ending.cause.value), actor=actor)
    return is_new
