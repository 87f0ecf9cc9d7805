"""Put in force what `redact_anew` made. The earlier version is kept; it stays in force where anything stands against.

A review that had ended well is opened again where more or less is hidden now.
"""

from __future__ import annotations

from pipeline.model.audit import AuditTag
from pipeline.model.bulk import BulkOutcome
from pipeline.model.dataset import RecallCause
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.publish_version import add_rendered
from pipeline.store.audit import Facts, add_event
from pipeline.store.datasets import list_datasets_of
from pipeline.store.outdated import why_left
from pipeline.store.recalls import recall_of
from pipeline.store.recordings import merge_facts
from pipeline.store.reviews import open_again


def publish_anew(context: StepContext, tenant: TenantId, recording: RecordingId, rendered: Receipt) -> Receipt:
    """Put a version in force, unless the recording ended, is held or was changed meanwhile. Repeating changes nothing.

    Returns:
        The `outcome`, and whether an approved review `is_reopened`.

    Raises:
        Conflict: another version was put in force meanwhile.
    """
    with context.recording(tenant, recording) as (tx, before, _):
        left = why_left(tx, before)
        if left is not None:
            return {"outcome": left.value, "is_reopened": False}
        is_new = add_rendered(tx, recording, rendered)
        is_otherwise = bool(rendered["more"] or rendered["less"])
        is_reopened = is_new and is_otherwise and open_again(tx, recording)
        if is_new:
            merge_facts(tx, recording, rendered["facts"])
        if is_reopened:
            facts: Facts = {"version": rendered["number"], "more": rendered["more"], "less": rendered["less"]}
            add_event(tx, AuditTag.REVIEW_REOPENED, actor="system", target=recording, facts=facts)
        if is_new and rendered["more"] and list_datasets_of(tx, recording):
            # It was exported while something of it stood open.
            recall_of(tx, recording, RecallCause.OPERATOR, actor="system")
    return {"outcome": BulkOutcome.NEW_VERSION.value, "is_reopened": is_reopened}
