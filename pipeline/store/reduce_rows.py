"""Rows of a recording and its call, reduced to what a tombstone may keep.

Which columns identify a person, and what becomes of them once nothing with words, sound or numbers is left:

- `calls.sealed` (both numbers): sealed anew without any. `calls.started_at`, `recordings.started_at`: cut to the day,
  which the proof of consent runs from. `calls.ended_at`, `calls.conference_sid`, `recordings.duration_s`: blanked.
- `legs.number_ref` (keyed digest of a number), `legs.leg_sid`, `legs.joined_at`, `legs.left_at`: blanked.
- `consent_events.digit`, `.confidence`, `.phrase`: blanked. Outcome, method, script and moment stay: they are the
  proof that somebody agreed or refused, of nobody that is named.
- `recordings.facts` (ages, types of data found, lengths), `recordings.encryption` (the wrapped key): emptied.
- `inbox.body` (what the vendor told): emptied. Its event id stays, so that a late repetition is still a repetition.
- `review_items.reasons`, `.points`, `.marks`, `.entity_types`, `.risk`: emptied, and the item is closed.
- `review_moves.sealed` (what reviewers wrote): emptied, and `word_index` (keyed digests of its words) removed, by the
  database with the redacted transcript. `saved_searches`, `word_searches`: of the people who search, of no recording.
- `redaction_changes`, `reveals` (places, types, what was written), `review_outcomes` (what was written): emptied. Who
  decided what, when and by which code stays. `quality_samples`, `quality_readings` (what readers found): emptied;
  counts stay. `redaction_versions`, `change_batches`: ids, counts and types; stay.
- `artifacts`: id, kind, digests, size and decision stay, with `purged_at`; `name` is a keyed digest that the tenant's
  key ends. `decisions`: facts and records hold ids, places, dates and answers, and are kept to be replayed.
- `recordings.recording_sid`, `calls.call_sid`: stay. The vendor's own ids, which nobody else can resolve; without them
  a late callback would begin the recording anew, and the vendor's metadata could not be followed to its end.
- `blind_terms` (keyed digests of who is in it): removed, a recording's by the database with its last content copy, a
  call's here.
- `subject_requests`, `subject_request_events`, `legal_requests`, `legal_acts`, `matters`, `access_grants`,
  `transfer_notices`: what people wrote is sealed, is no part of a recording, and ends with the tenant's key.
  `holds.scope_id` of a person, `purpose_consents`: keyed digests of the tenant's own records of people; stay with them.
- `child_signals.age`, `recalls`, `dataset_rows`, `policy_notices`: ids, digests and an age beside an id that leads to
  nobody any more; stay.
- `users`, `web_sessions`, `oidc_providers`, `sign_in_attempts`, `quality_rates`, `reasons` (sealed, what the tenant's
  own people typed of an act): of the tenant's people, no part of a recording; end with the tenant's key.
- `settings_drafts`, `webhook_endpoints`: sealed, no part of a recording, end with the tenant's key. `settings_history`,
  `api_keys`, `api_allowances`, `webhook_deliveries`, `webhook_attempts`: names and values of settings, digests, ids,
  codes and moments; stay.
- `api_answers`: sealed, no part of a recording; go after a day, and end with the tenant's key.
- `bulk_jobs`, `bulk_items`: ids, codes, counts and moments; what is sealed says where a file lay, and goes when its
  item is done. `bulk_evidence` (sealed, what proves a consent): emptied with its recording.
- `audit_events`, `tombstones`, `holds`, `endings`, `recorder_events`: ids, codes and moments; stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import func, null, select, update

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.recording import Recording, RecordingState
from pipeline.ports.keys import Keys
from pipeline.store.blind_terms import forget_terms_of_call
from pipeline.store.calls import seal_numbers
from pipeline.store.recordings import add_tombstone, mark_state
from pipeline.store.session import Transaction
from pipeline.store.tables import calls, consent_events, inbox, legs, recordings, review_items
from pipeline.store.tables_bulk import bulk_evidence
from pipeline.store.tables_quality import quality_readings, quality_samples
from pipeline.store.tables_review import redaction_changes, reveals, review_outcomes

PURGED_FACTS: Final = {"is_purged": True}


def reduce_recording(tx: Transaction, recording: Recording, *, why: str) -> Mapping[str, int]:
    """Reduce the rows of a recording and write its tombstone; repeating it changes nothing. Count rows by table."""
    counts = {
        "recordings": _recording(tx, recording.id),
        "inbox": _inbox(tx, recording.recording_sid),
        "review_items": _review(tx, recording.id),
    }
    _decided(tx, recording.id)
    _evidence(tx, recording.id)
    mark_state(tx, recording.id, RecordingState.PURGED)
    add_tombstone(tx, subject_kind="recording", subject_id=recording.id, why=why)
    return counts


def reduce_call(tx: Transaction, call: CallId, *, keys: Keys) -> Mapping[str, int]:
    """Reduce the rows of a call of which nothing is left; repeating it changes nothing. Count rows by table."""
    one = (calls.c.tenant == tx.tenant) & (calls.c.id == call)
    changed = tx.connection.execute(
        update(calls)
        .where(one)
        .values(
            sealed=_no_numbers(tx, keys),
            started_at=func.date_trunc("day", calls.c.started_at, "UTC"),
            ended_at=null(),
            conference_sid=null(),
        )
    )
    people = tx.connection.execute(
        update(legs)
        .where(legs.c.tenant == tx.tenant, legs.c.call_id == call)
        .values(number_ref=null(), leg_sid=null(), joined_at=null(), left_at=null())
    )
    answers = tx.connection.execute(
        update(consent_events)
        .where(consent_events.c.tenant == tx.tenant, consent_events.c.call_id == call)
        .values(digit=null(), confidence=null(), phrase=null())
    )
    forget_terms_of_call(tx, call)
    return {"calls": changed.rowcount, "legs": people.rowcount, "consent_events": answers.rowcount}


def _no_numbers(tx: Transaction, keys: Keys) -> bytes:
    """Seal that there are no numbers; of a tenant whose key is gone, nobody could open that either."""
    try:
        return seal_numbers(tx, {}, keys=keys)
    except NotFound:
        return b""


def _recording(tx: Transaction, recording: RecordingId) -> int:
    changed = tx.connection.execute(
        update(recordings)
        .where(recordings.c.tenant == tx.tenant, recordings.c.id == recording)
        .values(
            facts=PURGED_FACTS,
            encryption=null(),
            duration_s=null(),
            started_at=func.date_trunc("day", recordings.c.started_at, "UTC"),
        )
    )
    return changed.rowcount


def _inbox(tx: Transaction, recording_sid: str) -> int:
    """Empty what the vendor told of a recording. Its event ids begin with the vendor's id and a colon."""
    changed = tx.connection.execute(
        update(inbox)
        .where(
            inbox.c.tenant == tx.tenant,
            inbox.c.provider == "twilio",
            inbox.c.event_id >= f"{recording_sid}:",
            inbox.c.event_id < f"{recording_sid};",
        )
        .values(body={})
    )
    return changed.rowcount


def _review(tx: Transaction, recording: RecordingId) -> int:
    changed = tx.connection.execute(
        update(review_items)
        .where(review_items.c.tenant == tx.tenant, review_items.c.recording_id == recording)
        .values(
            state="purged",
            reasons=[],
            risk=0,
            points=[],
            marks=[],
            entity_types=[],
            entities=0,
            consent=null(),
            assignee=null(),
            escalated_to=null(),
        )
    )
    return changed.rowcount


def _evidence(tx: Transaction, recording: RecordingId) -> None:
    own = (bulk_evidence.c.tenant == tx.tenant) & (bulk_evidence.c.recording_id == recording)
    tx.connection.execute(update(bulk_evidence).where(own).values(sealed=b""))


def _decided(tx: Transaction, recording: RecordingId) -> None:
    """Empty what reviewers decided of where personal data was said, of which type, and why they thought so."""
    nowhere = {"entity_type": EntityType.OTHER.value, "start_ms": 0, "end_ms": 1}
    for table, emptied in (
        (redaction_changes, nowhere | {"sealed": null()}),
        (reveals, nowhere | {"sealed": b""}),
        (review_outcomes, {"sealed": null()}),
    ):
        own = (table.c.tenant == tx.tenant) & (table.c.recording_id == recording)
        tx.connection.execute(update(table).where(own).values(**emptied))
    samples = (quality_samples.c.tenant == tx.tenant) & (quality_samples.c.recording_id == recording)
    readings = quality_readings.c.sample_id.in_(select(quality_samples.c.id).where(samples))
    for table, which in ((quality_samples, samples), (quality_readings, readings)):
        tx.connection.execute(update(table).where(which, table.c.sealed.is_not(None)).values(sealed=b""))
