"""Destroying one thing at a time: what is gone was looked for again, and a hold that is there by now wins.

Whoever places a hold and whoever destroys wait for each other on the tenant's holds, so that one of them sees the
other; the log is locked only while it is written, since a live call's consents wait for it.
A store or vendor that cannot be asked leaves its item doomed with the reason; nothing is "gone" by assumption.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, StoreError, VendorError
from pipeline.model.ids import ArtifactId, CallId, RecordingId, TenantId
from pipeline.model.purge import Item, ItemKind, ItemState, Purge, Version, merge_versions
from pipeline.policies.keeping import load_keeping
from pipeline.ports.artifacts import Artifacts, ObjectVersion
from pipeline.steps.context import StepContext
from pipeline.store.artifacts import find_row, mark_purged
from pipeline.store.audit import Facts, add_event
from pipeline.store.holds import list_holds_on, lock_holds
from pipeline.store.purges import get_item, put_item
from pipeline.store.recording_pages import read_listed
from pipeline.store.recordings import get_recording, mark_vendor_copy_deleted
from pipeline.store.session import Transaction
from pipeline.store.tenants import account_of, get_tenant

TWILIO: Final = "twilio"
_ACTOR: Final = "system"


def destroy(context: StepContext, tenant: TenantId, purge: Purge, item: Item) -> ItemState:
    """Destroy one item and say how far it is; a failure is noted on it and left for the next attempt."""
    doing = {
        ItemKind.OBJECT: _object,
        ItemKind.VENDOR: _vendor_copy,
        ItemKind.METADATA: _metadata,
        ItemKind.PROCESSOR: _processor,
    }[item.kind]
    try:
        done = doing(context, tenant, purge, item)
    except (StoreError, VendorError, NotFound) as error:
        done = replace(item, reason=type(error).__name__)
        with context.vault.database.transaction(tenant) as tx:
            put_item(tx, purge, done)
    return done.state


def versions_at(objects: Artifacts, key: str) -> tuple[Version, ...]:
    """List every version and delete marker of one key."""
    found: list[ObjectVersion] = []
    for entry in objects.list_versions(key):
        if entry.key != key:
            break
        found.append(entry)
    return tuple(Version(id=entry.version, is_delete_marker=entry.is_delete_marker) for entry in found)


def is_held(tx: Transaction, item: Item, purge: Purge) -> bool:
    """Say whether a hold covers an item now; asked inside the transaction that destroys it, under the holds' lock."""
    if item.kind is ItemKind.OBJECT:
        row = find_row(tx, artifact_of_item(item))
        return bool(list_holds_on(tx, artifact=row[0] if row is not None else None))
    recording, call = _covered(tx, purge)
    return bool(list_holds_on(tx, recording=recording, call=call))


def _covered(tx: Transaction, purge: Purge) -> tuple[RecordingId | None, CallId | None]:
    if purge.subject.kind == "recording":
        found = get_recording(tx, RecordingId(purge.subject.id))
        return found.id, found.call
    return None, CallId(purge.subject.id)


def artifact_of_item(item: Item) -> ArtifactId:
    """Give the artifact of an object's item; a copy under a matter's key is told apart by what follows the colon."""
    return ArtifactId(item.target.partition(":")[0])


def _object(context: StepContext, tenant: TenantId, purge: Purge, item: Item) -> Item:
    key = item.object_key or ""
    objects = context.vault.objects
    _tag_due(objects, key)
    with context.vault.database.transaction(tenant) as tx:
        lock_holds(tx)
        item = get_item(tx, purge, item, is_locked=True)  # another worker may have come before, and waits
        if item.state is not ItemState.DOOMED:
            return item
        if is_held(tx, item, purge):
            done = replace(item, state=ItemState.KEPT, reason="held")
        else:
            report = objects.purge(key)
            gone = tuple(Version(id=v.version, is_delete_marker=v.is_delete_marker) for v in report.purged)
            seen = merge_versions(item.versions, gone)
            if report.is_complete:
                done = replace(item, state=ItemState.GONE, reason=None, versions=seen, at=tx.now)
                _note_gone(tx, purge, done)
            else:
                done = replace(item, reason=_why_not(objects, key), versions=seen)
        put_item(tx, purge, done)
        return done


def _note_gone(tx: Transaction, purge: Purge, item: Item) -> None:
    artifact = artifact_of_item(item)
    is_first = mark_purged(tx, artifact)
    facts: Facts = {
        "purge": purge.id,
        "cause": purge.ground.cause.value,
        "kind": item.detail,
        "sealed_sha256": item.sealed_sha256,
        "versions": len(item.versions),
    }
    tag = AuditTag.ARTIFACT_PURGED if is_first else AuditTag.ARTIFACT_PURGED_AGAIN
    add_event(tx, tag, actor=_ACTOR, target=artifact, facts=facts)


def _tag_due(objects: Artifacts, key: str) -> None:
    """Tag an object that is about to go, so that the lifecycle backstop of the store may end what we did not."""
    try:
        tags = objects.read_tags(key)
        if tags.get("disposition") != "due":
            objects.write_tags(key, tags | {"disposition": "due"})
    except NotFound:
        return  # only delete markers, or gone already


def _why_not(objects: Artifacts, key: str) -> str:
    """Say what keeps the store from destroying an object, from its lock as it reads back."""
    try:
        lock = objects.read_lock(key)
    except NotFound:
        return "not_destroyed"
    if lock.is_held:
        return "object_held"
    return f"locked_until:{lock.retain_until:%Y-%m-%d}" if lock.retain_until else "not_destroyed"


def _vendor_copy(context: StepContext, tenant: TenantId, purge: Purge, item: Item) -> Item:
    with context.vault.database.transaction(tenant) as tx:
        lock_holds(tx)
        if is_held(tx, item, purge):
            done = replace(item, state=ItemState.KEPT, reason="held")
        else:
            account = account_of(get_tenant(tx, keys=context.vault.keys))
            context.vendor.delete(account, item.target)
            is_gone = context.vendor.is_gone(account, item.target)
            done = replace(item, reason="still_there")
            done = replace(item, state=ItemState.GONE, reason=None) if is_gone else done
        if done.state is ItemState.GONE and mark_vendor_copy_deleted(tx, RecordingId(purge.subject.id)):
            facts: Facts = {"vendor": TWILIO, "purge": purge.id}
            add_event(tx, AuditTag.VENDOR_COPY_DELETED, actor=_ACTOR, target=purge.subject.id, facts=facts)
        put_item(tx, purge, done)
        return done


def _metadata(context: StepContext, tenant: TenantId, purge: Purge, item: Item) -> Item:
    """Take up what the hourly comparison saw of a deleted copy's metadata; until then it is followed."""
    with context.vault.database.transaction(tenant) as tx:
        listed = read_listed(tx, RecordingId(purge.subject.id))
        if listed.vendor_metadata_gone_at is not None:
            done = replace(item, state=ItemState.GONE, reason=None)
        elif listed.vendor_deleted_at is not None:
            days = load_keeping()[TWILIO].metadata_days
            until = (listed.vendor_deleted_at + timedelta(days=days)).date()
            done = replace(item, state=ItemState.FOLLOWED, reason="listed_by_vendor", until=until)
        elif get_item(tx, purge, replace(item, kind=ItemKind.VENDOR)).state is ItemState.KEPT:
            done = replace(item, state=ItemState.KEPT, reason="held")
        else:
            done = replace(item, reason="copy_not_deleted")
        if done != item:
            put_item(tx, purge, done)
    return done


def _processor(context: StepContext, tenant: TenantId, purge: Purge, item: Item) -> Item:
    known = load_keeping().get(item.target)
    if known is None:
        done = replace(item, reason="keeping_unknown")
    elif known.keeps == "nothing":
        done = replace(item, state=ItemState.GONE, reason=None, detail="keeps_nothing")
    else:
        done = replace(item, reason="keeps_a_copy")
    with context.vault.database.transaction(tenant) as tx:
        put_item(tx, purge, done)
    return done
