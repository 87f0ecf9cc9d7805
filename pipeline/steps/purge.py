"""A purge from the first look to the certificate, safe to be killed and repeated anywhere.

Judged on fresh facts, written down, entered in the ledger, destroyed thing by thing, looked for again, certified. What
cannot be destroyed yet (a store that does not answer, a lock, a vendor that refuses) keeps the purge open with its
reason, and the next night tries again; what a hold covers stays, and is told as remaining.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.model.artifact import Artifact
from pipeline.model.audit import AuditTag
from pipeline.model.errors import StoreError
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.purge import Ground, Item, ItemKind, ItemState, Purge, PurgeState, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.certify import certify
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.destroy import destroy, versions_at
from pipeline.steps.ground import ground_of, redecide_subject
from pipeline.steps.plan_purge import enter_line, line_of, plan
from pipeline.store.audit import add_event
from pipeline.store.due import has_content, list_due_of
from pipeline.store.holds import list_holds_on
from pipeline.store.purges import (
    add_items,
    count_doomed,
    finish,
    get_purge,
    keep_open,
    list_items,
    list_purges,
    open_purge,
    put_item,
)
from pipeline.store.recordings import get_recording
from pipeline.store.reduce_rows import reduce_call, reduce_recording
from pipeline.store.session import Transaction

NOTHING: Receipt = {"is_done": True, "purge": None, "objects": 0, "held": 0, "reason": None}


def purge_recording(
    context: StepContext, tenant: TenantId, recording: RecordingId, *, cause: RetentionBasis | None = None
) -> Receipt:
    """Judge a recording anew and purge what of it is then due; with no more than that, its open purge goes on.

    Args:
        context: what steps work with.
        tenant: whose.
        recording: which.
        cause: what the certificate names; None takes it from the decision of what is due.

    Returns:
        `is_done`, `purge` (its id, None where nothing was due), `objects` destroyed, `held`, and the `reason` it waits.

    Raises:
        NotFound: the tenant has no such recording.
    """
    return purge_subject(context, tenant, Subject(kind="recording", id=recording), cause=cause)


def purge_subject(
    context: StepContext, tenant: TenantId, subject: Subject, *, cause: RetentionBasis | None = None
) -> Receipt:
    """Judge a recording, or a call beside its recordings, anew and purge what is then due."""
    redecide_subject(context, tenant, subject)
    with context.vault.database.transaction(tenant) as tx:
        due = list_due_of(tx, subject)
        waiting = [p for p in list_purges(tx, state=PurgeState.OPEN, subject=subject.id) if p.subject == subject]
        if not due and not waiting:
            return NOTHING
        ground = ground_of(tx, due[0]) if due else waiting[0].ground
        ground = ground if cause is None else Ground(cause=cause, clause=ground.clause)
        purge = open_purge(tx, subject, ground)
    return carry_out(context, tenant, purge, due)


def carry_out(context: StepContext, tenant: TenantId, purge: Purge, doomed: Sequence[Artifact]) -> Receipt:
    """Destroy what a purge names, as far as that can be done now."""
    try:
        items = plan(context, tenant, purge, doomed)
        for item in items:
            destroy(context, tenant, purge, item)
        _look_again(context, tenant, purge)
        is_whole = _reduce(context, tenant, purge)
        return _conclude(context, tenant, purge, is_whole=is_whole)
    except StoreError as error:
        with context.vault.database.transaction(tenant) as tx:
            keep_open(tx, get_purge(tx, purge.id), type(error).__name__)
        return {**NOTHING, "is_done": False, "purge": purge.id, "reason": type(error).__name__}


def _look_again(context: StepContext, tenant: TenantId, purge: Purge) -> None:
    """Ask the store again for everything that is said to be gone; what is there again is doomed again."""
    with context.vault.database.transaction(tenant) as tx:
        gone = list_items(tx, purge.id, kind=ItemKind.OBJECT, state=ItemState.GONE)
    for item in gone:
        if versions_at(context.vault.objects, item.object_key or ""):
            with context.vault.database.transaction(tenant) as tx:
                put_item(tx, purge, replace(item, state=ItemState.DOOMED, reason="found_again"))


def _reduce(context: StepContext, tenant: TenantId, purge: Purge) -> bool:
    """Reduce the rows once nothing with words, sound or numbers is left and nobody holds it; say whether that is so."""
    with context.vault.database.transaction(tenant) as tx:
        if count_doomed(tx, purge.id):
            return False
        if purge.subject.kind == "recording":
            return _reduce_recording(context, tx, purge)
        return purge.subject.kind == "call" and _reduce_call(context, tx, purge, CallId(purge.subject.id))


def _reduce_recording(context: StepContext, tx: Transaction, purge: Purge) -> bool:
    recording = get_recording(tx, RecordingId(purge.subject.id))
    if has_content(tx, recording=recording.id) or list_holds_on(tx, recording=recording.id, call=recording.call):
        return False
    counts = reduce_recording(tx, recording, why=purge.ground.cause.value)
    _note_rows(tx, purge, counts)
    facts = {"purge": purge.id, "cause": purge.ground.cause.value}
    add_event(tx, AuditTag.RECORDING_PURGED, actor="system", target=recording.id, facts=facts)
    if recording.call is not None:
        _reduce_call(context, tx, purge, recording.call)
    return True


def _reduce_call(context: StepContext, tx: Transaction, purge: Purge, call: CallId) -> bool:
    """Reduce a call's rows where no recording of it and nothing of its own is left."""
    if has_content(tx, call=call) or list_holds_on(tx, call=call):
        return False
    _note_rows(tx, purge, reduce_call(tx, call, keys=context.vault.keys))
    return True


def _note_rows(tx: Transaction, purge: Purge, tables: Iterable[str]) -> None:
    add_items(
        tx, purge, [Item(kind=ItemKind.ROWS, target=name, state=ItemState.GONE, detail="reduced") for name in tables]
    )


def _conclude(context: StepContext, tenant: TenantId, purge: Purge, *, is_whole: bool) -> Receipt:
    with context.vault.database.transaction(tenant) as tx:
        items = list_items(tx, purge.id)
        doomed = [item for item in items if item.state is ItemState.DOOMED]
        objects = [item for item in items if item.kind is ItemKind.OBJECT]
        told = {
            "purge": purge.id,
            "objects": sum(item.state is ItemState.GONE for item in objects),
            "held": sum(item.state is ItemState.KEPT for item in objects),
        }
        if doomed:
            reason = doomed[0].reason or "not_destroyed"
            keep_open(tx, get_purge(tx, purge.id), reason)
            return {**told, "is_done": False, "reason": reason}
        line = line_of(tx, purge, is_whole=is_whole)
    enter_line(context, tenant, line, name="done")
    certify(context, tenant, purge)
    with context.vault.database.transaction(tenant) as tx:
        finish(tx, get_purge(tx, purge.id))
    if told["held"]:
        redecide_subject(context, tenant, purge.subject)  # what is held says so from now on
    return {**told, "is_done": True, "reason": None}
