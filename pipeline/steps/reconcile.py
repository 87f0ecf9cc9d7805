"""What the vendor has against what we have: lost news is taken up, what must not be there is stopped or deleted.

Callbacks are best effort, so the list is the truth. News that was lost goes the way of a callback and no other:
settling consent then authorises or refuses it. A comparison that could not be carried to its end leaves no note, and
the next one reaches back over it; each act by itself is whole, and done again does nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pipeline.consent.authorise import authorise
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound, VendorError, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.model.recorder import RecorderAct, RecorderEvent
from pipeline.model.recording import Recording, RecordingState
from pipeline.model.tenant import Tenant
from pipeline.ports.recordings import RecordingsVendor, VendorRecording
from pipeline.steps.context import Receipt
from pipeline.steps.differences import Due, gone_and_overdue, judge, never_made, reach_back
from pipeline.steps.settle_consent import basis_of
from pipeline.store import reconciliations as store
from pipeline.store.audit import Facts, add_event
from pipeline.store.bulk_jobs import is_left_out
from pipeline.store.holds import list_holds_on
from pipeline.store.reconciliations import KnownRecording
from pipeline.store.recorder_events import note_recorder_event
from pipeline.store.recordings import (
    add_tombstone,
    get_recording,
    lock_recording_by_sid,
    mark_metadata_gone,
    mark_vendor_copy_deleted,
    mark_vendor_copy_deleted_again,
)
from pipeline.store.session import Transaction
from pipeline.store.tenants import account_of, get_tenant
from pipeline.store.vault import Vault
from pipeline.telemetry import log

_ACTOR: Final = "system"
_WIDE_EVERY: Final = timedelta(hours=23)
_COUNTED: Final = (
    "listed", "taken_up", "stopped", "not_stopped", "deleted_again", "held", "deleted_elsewhere", "never_made",
    "metadata_gone", "metadata_overdue", "followed", store.WIDE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciling:
    """What a comparison works with. `accept` takes news up exactly as a callback's is."""

    vault: Vault
    vendor: RecordingsVendor
    accept: Callable[[Transaction, VendorRecording], None]

    def transaction(self, tenant: TenantId) -> AbstractContextManager[Transaction]:
        """Open the tenant's transaction."""
        return self.vault.database.transaction(tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How far back a comparison reaches, and what it looks at besides the list."""

    owner: Tenant
    since: datetime
    news_since: datetime
    """An unknown recording is news from here on. An older one was made before Earmark: it is not ours to refuse."""
    is_wide: bool
    announced: tuple[KnownRecording, ...]
    followed: tuple[KnownRecording, ...]


def reconcile(parts: Reconciling, tenant: TenantId, *, since: datetime | None = None) -> Receipt:
    """Compare the vendor's list with ours and act on every difference; give the counts.

    Args:
        parts: vault, vendor, and how news is taken up.
        tenant: whose account.
        since: compare recordings made since then; None: since the last comparison, and over it.

    Returns:
        `is_compared` False, and nothing else, for a tenant without an account; else `since` and the counts.

    Raises:
        NotFound: no such tenant.
        VendorError: the vendor could not be asked, or did not do what it was asked; there is no note of a comparison.
    """
    plan = _plan(parts, tenant, since)
    if not plan.owner.account_sid or not plan.owner.secrets.auth_token:
        return {"is_compared": False}
    listed = parts.vendor.list_recordings(account_of(plan.owner), since=plan.since, with_deleted=True)
    counts = Counter(listed=len(listed))
    for theirs, ours in _known(parts, tenant, listed):
        if ours is not None or not _is_left(parts, plan, theirs):
            counts.update(_act(parts, plan.owner, theirs, ours))
    return _conclude(parts, plan, listed, counts)


def _plan(parts: Reconciling, tenant: TenantId, since: datetime | None) -> _Plan:
    with parts.transaction(tenant) as tx:
        owner = get_tenant(tx, keys=parts.vault.keys)
        last, wide = store.find_last(tx), store.find_last(tx, is_wide=True)
        is_wide = since is None and (wide is None or tx.now - wide.at >= _WIDE_EVERY)
        announced = store.list_announced(tx)
        followed = store.list_followed(tx) if is_wide or since is not None else ()
        reach = reach_back(now=tx.now, last_at=last.at if last else None, announced=announced, followed=followed)
        usual = reach_back(now=tx.now, last_at=last.at if last else None, announced=(), followed=())
        return _Plan(
            owner=owner,
            news_since=usual if since is None else since,
            since=reach if since is None else since,
            is_wide=is_wide,
            announced=announced,
            followed=followed,
        )


def _known(
    parts: Reconciling, tenant: TenantId, listed: Sequence[VendorRecording]
) -> list[tuple[VendorRecording, KnownRecording | None]]:
    with parts.transaction(tenant) as tx:
        known = store.list_known(tx, [theirs.recording_sid for theirs in listed])
    return [(theirs, known.get(theirs.recording_sid)) for theirs in listed]


def _is_left(parts: Reconciling, plan: _Plan, theirs: VendorRecording) -> bool:
    """Say whether an unknown recording stays where it is: older than news is, or left there for want of evidence."""
    if theirs.started_at is not None and theirs.started_at < plan.news_since:
        return True
    with parts.transaction(plan.owner.id) as tx:
        return is_left_out(tx, theirs.recording_sid)


def _act(parts: Reconciling, owner: Tenant, theirs: VendorRecording, ours: KnownRecording | None) -> Mapping[str, int]:
    """Do what one recording asks for, in a transaction of its own."""
    due = judge(theirs, ours)
    if due is Due.TAKE_UP:
        with parts.transaction(owner.id) as tx:
            parts.accept(tx, theirs)
        return {"taken_up": 1}
    if due is Due.JUDGE_RUNNING:
        return _judge_running(parts, owner, theirs, is_news=ours is None)
    if due is Due.DELETE_AGAIN and ours is not None:
        return _delete_again(parts, owner, ours)
    if due is Due.NOTE_DELETED and ours is not None:
        return _note_deleted(parts, owner, theirs, ours)
    return {}


def _judge_running(parts: Reconciling, owner: Tenant, theirs: VendorRecording, *, is_news: bool) -> Mapping[str, int]:
    """Let a recorder run that may, and stop one that may not; what it made is refused once it is complete."""
    with parts.transaction(owner.id) as tx:
        if is_news:
            parts.accept(tx, theirs)
        ours = lock_recording_by_sid(tx, theirs.recording_sid)
        reason = _why_not(tx, replace(ours, started_at=ours.started_at or theirs.started_at), owner)
        if reason is not None:
            _note_stop(tx, ours, reason, is_done=False)
    done = {"taken_up": int(is_news)}
    if reason is None:
        return done
    log().error("recorder.unauthorised", tenant=owner.id, recording=ours.id, reason=reason)
    try:
        is_stopped = parts.vendor.stop(account_of(owner), theirs.call_sid)
    except (NotFound, InvalidInput, VendorError) as error:
        log().error("recorder.not_stopped", tenant=owner.id, recording=ours.id, error=type(error).__name__)
        return done | {"not_stopped": 1}
    with parts.transaction(owner.id) as tx:
        _note_stop(tx, ours, reason, is_done=True)
    return done | {"stopped" if is_stopped else "not_stopped": 1}


def _why_not(tx: Transaction, ours: Recording, owner: Tenant) -> str | None:
    """Say why a recording that runs may not; None where it may. The judgement is the one of settling consent."""
    answer = authorise(ours, basis_of(tx, ours), owner)
    if not answer.is_authorised:
        return answer.reason
    return None if answer.cut_at_ms is None else answer.cut_reason or "cut"


def _note_stop(tx: Transaction, ours: Recording, reason: str, *, is_done: bool) -> None:
    """Note the wish before the vendor is asked, and the deed after; a recorder of no known call is only audited."""
    if ours.call is None:
        facts: Facts = {"recording_sid": ours.recording_sid, "is_done": is_done, "reason": reason}
        add_event(tx, AuditTag.RECORDER_STOPPED, actor=_ACTOR, target=ours.id, facts=facts)
        return
    event = RecorderEvent(
        act=RecorderAct.STOPPED,
        at=tx.now,
        is_done=is_done,
        cause=f"reconciled:{ours.recording_sid}:stopped:{'done' if is_done else 'asked'}",
        actor=_ACTOR,
        recording_sid=ours.recording_sid,
    )
    note_recorder_event(tx, ours.call, event)


def _delete_again(parts: Reconciling, owner: Tenant, ours: KnownRecording) -> Mapping[str, int]:
    """Delete what must not be at the vendor; the only copy of something that is held stays, and a person is called."""
    if not ours.is_held_there:
        log().error("recording.back_at_vendor", tenant=owner.id, recording=ours.id, state=ours.state.value)
    with parts.transaction(owner.id) as tx:
        if not ours.is_deleted_there and list_holds_on(tx, recording=ours.id, call=ours.call):
            log().error("recording.held_at_vendor", tenant=owner.id, recording=ours.id)
            return {"held": 1}
    account = account_of(owner)
    parts.vendor.delete(account, ours.recording_sid)
    if not parts.vendor.is_gone(account, ours.recording_sid):
        raise VendorUnavailable("twilio", "delete a recording again", reason="still there")
    with parts.transaction(owner.id) as tx:
        mark_vendor_copy_deleted_again(tx, ours.id)
        if ours.is_held_there and ours.state is RecordingState.REFUSED:
            why = f"refused: {get_recording(tx, ours.id).reason}"
            add_tombstone(tx, subject_kind="recording", subject_id=ours.id, why=why)
        facts: Facts = {"vendor": "twilio", "state": ours.state.value, "is_again": ours.is_deleted_there}
        add_event(tx, AuditTag.VENDOR_COPY_DELETED, actor=_ACTOR, target=ours.id, facts=facts)
    return {"deleted_again": 1}


def _note_deleted(
    parts: Reconciling, owner: Tenant, theirs: VendorRecording, ours: KnownRecording
) -> Mapping[str, int]:
    """Note that somebody else deleted the vendor's copy; where only its beginning was known, there is none."""
    with parts.transaction(owner.id) as tx:
        if ours.state is RecordingState.ANNOUNCED:
            parts.accept(tx, _as_absent(theirs.call_sid, ours))
        if mark_vendor_copy_deleted(tx, ours.id):
            facts = {"vendor": "twilio", "by": "somebody_else"}
            add_event(tx, AuditTag.VENDOR_COPY_DELETED, actor=_ACTOR, target=ours.id, facts=facts)
    return {"deleted_elsewhere": 1}


def _conclude(parts: Reconciling, plan: _Plan, listed: Sequence[VendorRecording], counts: Counter[str]) -> Receipt:
    """Judge what is not on the list, and note that the comparison was carried to its end."""
    with parts.transaction(plan.owner.id) as tx:
        missing = never_made(plan.announced, listed, since=plan.since, now=tx.now)
        for ours in missing:
            parts.accept(tx, _as_absent("", ours))
        gone, overdue = gone_and_overdue(plan.followed, listed, since=plan.since, now=tx.now)
        counts.update(
            never_made=len(missing),
            metadata_gone=mark_metadata_gone(tx, [one.id for one in gone]),
            metadata_overdue=len(overdue),
            followed=store.count_followed(tx),
        )
        counts[store.WIDE] = int(plan.is_wide)
        found = {name: counts[name] for name in _COUNTED}
        store.add_reconciliation(tx, since=plan.since, counts=found)
        facts: Facts = {"since": plan.since.isoformat(), **found}
        add_event(tx, AuditTag.RECORDINGS_RECONCILED, actor=_ACTOR, target=plan.owner.id, facts=facts)
    if overdue:
        log().warning("recording.metadata_overdue", tenant=plan.owner.id, count=len(overdue))
    return {"is_compared": True, "since": plan.since.isoformat(), **found}


def _as_absent(call_sid: str, ours: KnownRecording) -> VendorRecording:
    """Say of a recording what a callback would have said: that there is none."""
    return VendorRecording(
        recording_sid=ours.recording_sid,
        call_sid=call_sid,
        status="absent",
        source="",
        channels=0,
        started_at=ours.started_at,
        duration_s=None,
    )
