"""Recordings and where each one is. News may come twice, late or in any order; a state never goes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any, Final

from sqlalchemy import Row, Text, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from pipeline.model.errors import IllegalTransition, NotFound
from pipeline.model.ids import CallId, RecordingId, TenantId, new_id
from pipeline.model.recording import Recording, RecordingState, advance, is_retryable, merge_news
from pipeline.store.rows import add_rows
from pipeline.store.session import Transaction
from pipeline.store.tables import recordings, tombstones

FOLLOWED: Final = recordings.c.vendor_deleted_at.is_not(None) & recordings.c.vendor_metadata_gone_at.is_(None)
"""Deleted at the vendor, and its metadata was not yet seen to be gone there."""
HELD_THERE: Final = recordings.c.facts["is_held_at_vendor"].as_boolean() & recordings.c.vendor_deleted_at.is_(None)
"""A legal hold kept the vendor's copy, which is the only one or the only whole one."""
_AT_A_TIME: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a vendor tells of one recording, and how it is encrypted if it is."""

    recording: Recording
    encryption: Mapping[str, str] | None = field(default=None, repr=False)


def note_recording(tx: Transaction, news: Recording, *, encryption: Mapping[str, str] | None = None) -> Recording:
    """Add a recording, or take up what is new about it; give it as it now stands.

    The row is locked until the transaction ends.
    """
    (noted,) = note_recordings(tx, [Told(recording=news, encryption=encryption)])
    return noted


def note_recordings(tx: Transaction, told: Sequence[Told]) -> tuple[Recording, ...]:
    """Add recordings, or take up what is new about them, with as few statements for many as for one.

    Returns:
        Each recording as it stands after all of the news; a new one has the id it was first told with.
    """
    # Added without looking whether it is the first of its recording: only what was there is read, and then locked.
    added = _add_missing(tx, told)
    known = {sid: replace(news.recording, tenant=tx.tenant, noted_at=tx.now) for sid, news in added.items()}
    known |= _lock_by_sids(tx, {news.recording.recording_sid for news in told} - known.keys())
    merged, encryptions = dict(known), dict[str, Mapping[str, str]]()
    for news in told:
        sid = news.recording.recording_sid
        merged[sid] = merge_news(merged[sid], news.recording)
        if news.encryption and news is not added.get(sid):
            encryptions[sid] = news.encryption
    for sid in sorted(merged):
        if merged[sid] != known[sid] or sid in encryptions:
            changes = _changes(merged[sid]) | ({"encryption": dict(encryptions[sid])} if sid in encryptions else {})
            tx.connection.execute(update(recordings).where(_is(tx, merged[sid].id)).values(**changes))
    return tuple(merged[news.recording.recording_sid] for news in told)


def lock_recording_by_sid(tx: Transaction, recording_sid: str) -> Recording:
    """Read a recording by the vendor's id and lock its row.

    Raises:
        NotFound: the tenant has no such recording.
    """
    row = tx.connection.execute(
        select(recordings)
        .where(recordings.c.tenant == tx.tenant, recordings.c.recording_sid == recording_sid)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("no such recording")
    return recording_of(row)


def find_recording_by_sid(tx: Transaction, recording_sid: str) -> Recording | None:
    """Find a recording by the vendor's id."""
    query = select(recordings).where(recordings.c.tenant == tx.tenant, recordings.c.recording_sid == recording_sid)
    row = tx.connection.execute(query).first()
    return None if row is None else recording_of(row)


def get_recording(tx: Transaction, recording: RecordingId) -> Recording:
    """Read a recording.

    Raises:
        NotFound: the tenant has no such recording.
    """
    row = tx.connection.execute(select(recordings).where(_is(tx, recording))).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    return recording_of(row)


def list_recordings(tx: Transaction, *, call: CallId | None = None) -> tuple[Recording, ...]:
    """List the tenant's recordings, oldest first, all or those of one call."""
    query = select(recordings).where(recordings.c.tenant == tx.tenant).order_by(recordings.c.created_at)
    if call is not None:
        query = query.where(recordings.c.call_id == call)
    return tuple(recording_of(row) for row in tx.connection.execute(query))


def mark_state(tx: Transaction, recording: RecordingId, state: RecordingState, *, reason: str | None = None) -> bool:
    """Move a recording forward, and say whether it moved; late news changes nothing.

    Raises:
        NotFound: no such recording.
        IllegalTransition: out of an end state into another.
    """
    row = tx.connection.execute(select(recordings.c.state).where(_is(tx, recording)).with_for_update()).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    now = advance(RecordingState(row.state), state)
    changes: dict[str, Any] = {"state": now.value}
    if reason is not None and now is state:
        changes["reason"] = reason
    tx.connection.execute(update(recordings).where(_is(tx, recording)).values(**changes))
    return bool(now.value != row.state)


def withhold_published(tx: Transaction, recording: RecordingId, *, reason: str) -> bool:
    """Take back what was published, which news and steps never do: a reviewer rejected it. False where it was not."""
    changed = tx.connection.execute(
        update(recordings)
        .where(_is(tx, recording), recordings.c.state == RecordingState.PUBLISHED.value)
        .values(state=RecordingState.WITHHELD.value, reason=reason)
    )
    return changed.rowcount == 1


def begin_again(tx: Transaction, recording: RecordingId) -> Recording:
    """Put a recording that is stuck back to where work begins, and give it as it was.

    Raises:
        NotFound: the tenant has no such recording.
        IllegalTransition: it is not stuck, or trying again would change nothing.
    """
    row = tx.connection.execute(select(recordings).where(_is(tx, recording)).with_for_update()).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    was = recording_of(row)
    if not is_retryable(was):
        raise IllegalTransition(f"a recording that is {was.state} is not worked on again")
    changes = {"state": RecordingState.COMPLETED.value, "reason": None}
    tx.connection.execute(update(recordings).where(_is(tx, recording)).values(**changes))
    return was


def read_encryption(tx: Transaction, recording: RecordingId) -> dict[str, str] | None:
    """Read how the vendor encrypted a recording; None where it did not."""
    found = tx.connection.execute(select(recordings.c.encryption).where(_is(tx, recording))).scalar()
    return dict(found) if found else None


def merge_facts(tx: Transaction, recording: RecordingId, facts: Mapping[str, str | int | bool | None]) -> None:
    """Note what steps found out about a recording, for the decision: counts, enum values, digests."""
    row = tx.connection.execute(select(recordings.c.facts).where(_is(tx, recording)).with_for_update()).first()
    if row is None:
        raise NotFound(f"no recording {recording}")
    merged = {**row.facts, **facts}
    tx.connection.execute(update(recordings).where(_is(tx, recording)).values(facts=merged))


def read_facts(tx: Transaction, recording: RecordingId) -> dict[str, Any]:
    """Read what steps noted about a recording."""
    return dict(tx.connection.execute(select(recordings.c.facts).where(_is(tx, recording))).scalar() or {})


def mark_vendor_copy_deleted(tx: Transaction, recording: RecordingId) -> bool:
    """Note that the vendor's copy is gone; False where that was noted before."""
    changed = tx.connection.execute(
        update(recordings)
        .where(_is(tx, recording), recordings.c.vendor_deleted_at.is_(None))
        .values(vendor_deleted_at=tx.now)
    )
    return changed.rowcount == 1


def mark_vendor_copy_deleted_again(tx: Transaction, recording: RecordingId) -> None:
    """Note that the vendor's copy had come back and is gone again: it is followed from now."""
    tx.connection.execute(
        update(recordings).where(_is(tx, recording)).values(vendor_deleted_at=tx.now, vendor_metadata_gone_at=None)
    )


def mark_metadata_gone(tx: Transaction, found: Iterable[RecordingId]) -> int:
    """Note that the vendor has no metadata of recordings any more; count those it was not noted of before."""
    changed = 0
    for ids in batched(found, _AT_A_TIME):
        mine = (recordings.c.tenant == tx.tenant) & recordings.c.id.in_(ids)
        marked = tx.connection.execute(update(recordings).where(mine, FOLLOWED).values(vendor_metadata_gone_at=tx.now))
        changed += marked.rowcount
    return changed


def is_vendor_copy_deleted(tx: Transaction, recording: RecordingId) -> bool:
    """Say whether the vendor's copy was seen to be gone."""
    found = tx.connection.execute(select(recordings.c.vendor_deleted_at).where(_is(tx, recording))).scalar()
    return found is not None


def add_tombstone(tx: Transaction, *, subject_kind: str, subject_id: str, why: str) -> None:
    """Record that something existed and why it went; repeating it changes nothing."""
    tx.connection.execute(
        insert(tombstones)
        .values(
            id=new_id("tomb"), tenant=tx.tenant, subject_kind=subject_kind, subject_id=subject_id, why=why, at=tx.now
        )
        .on_conflict_do_nothing()
    )


def _lock_by_sids(tx: Transaction, sids: Collection[str]) -> dict[str, Recording]:
    """Read and lock what is there, in the order of the SIDs, so that two who lock many never wait for each other."""
    if not sids:
        return {}
    rows = tx.connection.execute(
        select(recordings)
        .where(recordings.c.tenant == tx.tenant, recordings.c.recording_sid == any_(literal(list(sids), ARRAY(Text))))
        .order_by(recordings.c.recording_sid)
        .with_for_update()
    )
    return {row.recording_sid: recording_of(row) for row in rows}


def _add_missing(tx: Transaction, told: Sequence[Told]) -> dict[str, Told]:
    """Add the first news of each recording; those that are there already are left out."""
    first = {news.recording.recording_sid: news for news in reversed(told)}
    added = set(add_rows(tx, recordings, [_row(tx, first[sid]) for sid in sorted(first)], returning=recordings.c.id))
    return {sid: news for sid, news in first.items() if news.recording.id in added}


def _row(tx: Transaction, news: Told) -> dict[str, Any]:
    recording = news.recording
    return _changes(recording) | {
        "id": recording.id,
        "tenant": tx.tenant,
        "recording_sid": recording.recording_sid,
        "encryption": dict(news.encryption) if news.encryption else None,
        "facts": {},
        "created_at": tx.now,
    }


def _changes(recording: Recording) -> dict[str, Any]:
    return {
        "call_id": recording.call,
        "state": recording.state.value,
        "source": recording.source,
        "channels": recording.channels,
        "started_at": recording.started_at,
        "duration_s": recording.duration_s,
        "reason": recording.reason,
        "error_code": recording.error_code,
    }


def _is(tx: Transaction, recording: RecordingId) -> Any:
    return (recordings.c.tenant == tx.tenant) & (recordings.c.id == recording)


def recording_of(row: Row[Any]) -> Recording:
    """Read a recording from a row that has every column of its table."""
    return Recording(
        id=RecordingId(row.id),
        tenant=TenantId(row.tenant),
        call=CallId(row.call_id) if row.call_id else None,
        recording_sid=row.recording_sid,
        state=RecordingState(row.state),
        source=row.source,
        channels=row.channels,
        started_at=row.started_at,
        duration_s=row.duration_s,
        reason=row.reason,
        error_code=row.error_code,
        noted_at=row.created_at,
    )
