"""One decision as it stands, and what would have to be otherwise for each refusal of it: tried, and never written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model.artifact import Artifact
from pipeline.model.decision import told_record
from pipeline.model.errors import IntegrityError, NotFound
from pipeline.model.ids import ArtifactId, RecordingId
from pipeline.policies.what_if import Matter, OtherDay, what_if
from pipeline.reads.replay_decision import inputs_of
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import find_decision
from pipeline.store.legal_requests import list_untold
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A decision in force. `is_tried` False: it cannot be made again from what is stored, so nothing was tried."""

    artifact: Artifact
    record: Mapping[str, Any]
    matters: tuple[Matter, ...]
    days: tuple[OtherDay, ...]
    is_tried: bool


def explain_decision(tx: Transaction, recording: RecordingId, artifact: ArtifactId) -> Explained:
    """Read the decision in force for a copy of a recording, and try what would change it.

    Raises:
        NotFound: the recording has no such copy, or nothing was decided of it.
    """
    copy = next((one for one in list_artifacts(tx, recording=recording) if one.id == artifact), None)
    found = None if copy is None else find_decision(tx, artifact)
    if copy is None or found is None:
        raise NotFound("no such copy, or nothing was decided of it")
    record = told_record(found.record, list_untold(tx))
    try:
        made_from = inputs_of(tx, found)
    except IntegrityError:
        return Explained(artifact=copy, record=record, matters=(), days=(), is_tried=False)
    matters, days = what_if(made_from.facts, made_from.bundle, made_from.matrix, made_from.later)
    return Explained(artifact=copy, record=record, matters=matters, days=days, is_tried=True)
