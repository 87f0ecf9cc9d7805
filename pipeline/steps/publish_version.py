"""Put a rendered version of a redaction in force, or say why its changes could not be rendered.

The earlier version stays in force until this commits, and for good where nothing could be proved.
"""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.dataset import RecallCause
from pipeline.model.errors import Conflict, IllegalTransition
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.model.review import CORRECTABLE, ChangeKind, ChangeState, RedactionVersion, ReviewState
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import Facts, add_event
from pipeline.store.datasets import list_datasets_of
from pipeline.store.endings import list_endings_of
from pipeline.store.recalls import recall_of
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.redaction_changes import list_changes, mark_failed, mark_rendered
from pipeline.store.redaction_versions import add_version, find_version
from pipeline.store.reviews import lock_review, mark_review
from pipeline.store.session import Transaction


def publish_version(context: StepContext, tenant: TenantId, recording: RecordingId, rendered: Receipt) -> Receipt:
    """Put what `render_version` made in force, and open a review that had ended. Repeating it changes nothing.

    Returns:
        The version in force, and whether the recording has to be decided again because it was rejected before.

    Raises:
        Conflict: another version was put in force meanwhile.
        IllegalTransition: the recording has ended since.
    """
    with context.recording(tenant, recording) as (tx, before, _):
        if before.state not in CORRECTABLE or list_endings_of(tx, recording=recording, call=before.call):
            raise IllegalTransition("the recording has ended since")
        mark_failed(tx, rendered["failed"], failure=rendered["reason"])
        number = rendered["number"]
        if number is None:
            _note_failure(tx, recording, rendered)
            current = find_version(tx, recording)
            return {"version": current.number if current else 0, "is_reopened": False}
        add_rendered(tx, recording, rendered)
        mark_rendered(tx, rendered["changes"], version=number)
        merge_facts(tx, recording, {**rendered["facts"], "withheld": None, "card_unhidden_on": None})
        is_reopened = before.state is RecordingState.WITHHELD
        mark_state(tx, recording, RecordingState.PUBLISHED)
        if lock_review(tx, recording) in (ReviewState.APPROVED, ReviewState.REJECTED):
            mark_review(tx, recording, ReviewState.OPEN)
        if rendered["failed"]:
            _note_failure(tx, recording, rendered)
        _recall(tx, recording, rendered)
    return {"version": number, "is_reopened": is_reopened}


def give_up(context: StepContext, tenant: TenantId, recording: RecordingId, reason: str) -> Receipt:
    """Note that what was taken up of a recording could not be rendered; the version in force stays."""
    with context.vault.database.transaction(tenant) as tx:
        taken = [change.id for change in list_changes(tx, recording, states=(ChangeState.RENDERING,))]
        mark_failed(tx, taken, failure=reason)
        if taken:
            _note_failure(tx, recording, {"failed": taken, "reason": reason})
    return {"is_due": True, "failed": len(taken), "reason": reason}


def add_rendered(tx: Transaction, recording: RecordingId, rendered: Receipt) -> bool:
    """Put a rendered version in force; False where it is already.

    Raises:
        Conflict: another version has its number.
    """
    version = RedactionVersion(
        recording=recording,
        number=rendered["number"],
        manifest=rendered["manifest"],
        audio=rendered["audio"],
        text=rendered["text"],
        made_at=tx.now,
        changes=len(rendered["changes"]),
    )
    if add_version(tx, version):
        facts: Facts = {"version": version.number, "changes": version.changes, "manifest": version.manifest}
        add_event(tx, AuditTag.VERSION_MADE, actor="system", target=recording, facts=facts)
        return True
    there = find_version(tx, recording, version.number)
    if there is None or there.manifest != version.manifest:
        raise Conflict("another version was made meanwhile")
    return False


def _note_failure(tx: Transaction, recording: RecordingId, rendered: Receipt) -> None:
    facts: Facts = {"changes": len(rendered["failed"]), "reason": rendered["reason"]}
    add_event(tx, AuditTag.VERSION_FAILED, actor="system", target=recording, facts=facts)


def _recall(tx: Transaction, recording: RecordingId, rendered: Receipt) -> None:
    """Take a recording out of the datasets that it went into before a reviewer saw what was not hidden."""
    changes = {change.id: change.kind for change in list_changes(tx, recording)}
    is_leak = any(changes[change] is ChangeKind.ADD for change in rendered["changes"])
    if is_leak and list_datasets_of(tx, recording):
        recall_of(tx, recording, RecallCause.OPERATOR, actor="system")
