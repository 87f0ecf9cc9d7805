"""The same said of many findings at once, and taken back at once while nothing of it is rendered. Never a reveal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from pipeline.decisions.corrections import Reviewer, Saying, say
from pipeline.model.audit import AuditTag
from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput
from pipeline.model.review import (
    BATCH_RENDERS_AFTER,
    CAN_BE_UNDONE,
    MOST_IN_BATCH,
    ChangeState,
    Finding,
    FindingFilter,
    RedactionChange,
)
from pipeline.store.audit import Facts, add_event
from pipeline.store.change_batches import ChangeBatch, add_batch, get_batch, mark_batch_undone
from pipeline.store.redaction_changes import lock_batch, mark_undone
from pipeline.store.session import Transaction


def apply_batch(
    tx: Transaction, findings: Sequence[Finding], saying: Saying, *, filter: FindingFilter, by: Reviewer
) -> ChangeBatch:
    """Say the same of every finding of a preview, all or none.

    Args:
        tx: the tenant's transaction.
        findings: those that were previewed; none that somebody decided about since.
        saying: what is said of each.
        filter: what they were found by, for the record.
        by: who decides.

    Raises:
        InvalidInput: none, or too many.
        Conflict: something about one of them has changed since.
    """
    if not 0 < len(findings) <= MOST_IN_BATCH:
        raise InvalidInput(f"a batch is of 1 to {MOST_IN_BATCH} findings")
    if any(not finding.is_open for finding in findings):
        raise Conflict("somebody has decided about one of them already")
    kept = {name: value for name, value in asdict(filter).items() if value not in (None, ())}
    batch = add_batch(tx, saying.kind, filter=kept, changes=len(findings), actor=by.actor)
    one = replace(saying, batch=batch, renders_after=BATCH_RENDERS_AFTER)
    for finding in sorted(findings, key=lambda f: (f.place.recording, f.place.time)):
        say(tx, finding.place, one, by=by)
    of_types = Counter(finding.place.type.value for finding in findings)
    facts: Facts = {
        "kind": saying.kind.value,
        "code": None if saying.code is None else saying.code.value,
        "changes": len(findings),
        "recordings": len({finding.place.recording for finding in findings}),
        "types": ",".join(sorted(of_types)),
    }
    add_event(tx, AuditTag.REDACTION_BATCHED, actor=by.actor, target=batch, facts=facts)
    return get_batch(tx, batch)


def undo_batch(tx: Transaction, batch: str, *, actor: str) -> tuple[RedactionChange, ...]:
    """Take back what is left of a batch, if nothing of it is rendered.

    Raises:
        NotFound: no such batch.
        IllegalTransition: some of it is rendered, or it was taken back before.
    """
    get_batch(tx, batch)
    changes = lock_batch(tx, batch)
    left = [change for change in changes if change.state in CAN_BE_UNDONE]
    settled = {change.state for change in changes} - CAN_BE_UNDONE - {ChangeState.UNDONE, ChangeState.REFUSED}
    if settled or not left or not mark_batch_undone(tx, batch):
        raise IllegalTransition("some of the batch is rendered already, or it was taken back before")
    mark_undone(tx, [change.id for change in left])
    add_event(tx, AuditTag.REDACTION_UNDONE, actor=actor, target=batch, facts={"changes": len(left)})
    return tuple(replace(change, state=ChangeState.UNDONE) for change in left)
