from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.calls import list_legs, read_numbers
from pipeline.store.consents import list_consents
from pipeline.store.inbox import add_message, has_message
from pipeline.store.recordings import get_recording, merge_facts, read_facts
from pipeline.store.reduce_rows import PURGED_FACTS, reduce_call, reduce_recording
from tests.builders import a_call, a_recording, answer

KNOWN = {
    "access_grants", "access_revocations", "api_allowances", "api_answers", "api_keys",
    "artifacts", "attestations", "audit_checkpoints",
    "audit_events",
    "blind_terms", "calls", "certificates", "child_signals", "closure_exceptions", "closures", "consent_events",
    "dataset_rows", "datasets", "decisions", "endings", "endings_applied", "holds", "inbox", "justifications",
    "law_versions", "ledger_lines", "legal_acts", "legal_requests", "legs", "matters", "notices_to_tenant", "numbers",
    "policy_notices", "policy_versions", "processor_evidence", "purge_items", "purges", "purpose_consents",
    "purpose_revocations", "recalls", "reconciliations", "recorder_events", "recordings", "redecision_chunks",
    "redecision_receipts", "redecisions", "retention_runs", "review_items", "review_moves",
    "saved_searches", "signing_keys", "subject_codes",
    "subject_request_events", "subject_requests", "subject_tries", "tenants", "tombstones", "training_features",
    "change_batches", "redaction_changes", "redaction_versions", "reveals", "review_outcomes",
    "settings_drafts", "settings_history", "transfer_notices", "webhook_attempts", "webhook_deliveries",
    "webhook_endpoints", "word_index", "word_searches", "wordings",
    "users", "web_sessions", "oidc_providers", "sign_in_attempts", "reasons",
    "quality_rates", "quality_samples", "quality_readings", "bulk_jobs", "bulk_items", "bulk_evidence",
}  # fmt: skip


@pytest.fixture
def made(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
        answer(tx, recording.call)
        merge_facts(tx, recording.id, {"stated_age": 9})
        add_message(tx, provider="twilio", event_id=f"{recording.recording_sid}:completed", body={"duration": 6})
        add_message(tx, provider="twilio", event_id="RE0:completed", body={"duration": 6})
        yield tx, recording


def test_a_reduced_recording_keeps_its_ids_and_day_and_its_news_stays_known(made):
    tx, recording = made
    assert reduce_recording(tx, recording, why="child") == {"recordings": 1, "inbox": 1, "review_items": 0}
    now = get_recording(tx, recording.id)
    assert (now.recording_sid, now.duration_s, now.state) == (recording.recording_sid, None, "purged")
    assert (now.started_at.date(), now.started_at.hour) == (recording.started_at.date(), 0)
    assert read_facts(tx, recording.id) == PURGED_FACTS
    assert has_message(tx, provider="twilio", event_id=f"{recording.recording_sid}:completed")
    bodies = tx.connection.execute(text("select body from earmark.inbox order by event_id desc")).scalars()
    assert sorted(map(str, bodies)) == ["{'duration': 6}", "{}"]


def test_a_reduced_call_keeps_who_agreed_to_what_and_no_way_to_find_them(made, keys):
    tx, recording = made
    outcomes = [(e.purpose, e.outcome, e.method, e.at) for e in list_consents(tx, recording.call)]
    assert reduce_call(tx, recording.call, keys=keys)["calls"] == 1
    assert read_numbers(tx, recording.call, keys=keys) == {}
    assert all(leg.number_ref is None and leg.candidates for leg in list_legs(tx, recording.call))
    assert [(e.purpose, e.outcome, e.method, e.at) for e in list_consents(tx, recording.call)] == outcomes
    assert reduce_call(tx, recording.call, keys=keys)["calls"] == 1


def test_where_personal_data_was_said_and_why_somebody_thought_so_is_forgotten(made):
    tx, recording = made
    tx.connection.execute(
        text(
            "insert into earmark.redaction_changes (id, tenant, recording_id, kind, entity_type, channel, start_ms,"
            " end_ms, sealed, base_version, actor, at, due_at, state) values ('chg_1', 'acme', :recording, 'add',"
            " 'PERSON', 0, 100, 300, 'x', 1, 'user:ada', now(), now(), 'rendered')"
        ),
        {"recording": recording.id},
    )
    reduce_recording(tx, recording, why="child")
    row = tx.connection.execute(text("select * from earmark.redaction_changes")).one()
    assert (row.entity_type, row.start_ms, row.end_ms, row.sealed) == ("OTHER", 0, 1, None)
    assert (row.actor, row.kind, row.state) == ("user:ada", "add", "rendered")


def test_what_readers_found_of_a_call_is_forgotten_and_how_many_it_was_stays(made):
    tx, recording = made
    tx.connection.execute(
        text(
            "insert into earmark.quality_samples (id, tenant, recording_id, manifest_id, transcript_id, audio_id, rate,"
            " has_second, state, counts, sealed, drawn_at, finished_at) values ('qs_1', 'acme', :recording, 'm', 't',"
            " 'a', 100, false, 'finished', '{}', 'x', now(), now())"
        ),
        {"recording": recording.id},
    )
    tx.connection.execute(
        text(
            "insert into earmark.quality_readings (id, tenant, sample_id, part, reader, state, sealed, taken_at)"
            " values ('qr_1', 'acme', 'qs_1', 'first', 'user:ada', 'done', 'x', now())"
        )
    )
    reduce_recording(tx, recording, why="child")
    sample = tx.connection.execute(text("select counts, sealed from earmark.quality_samples")).one()
    reading = tx.connection.execute(text("select reader, sealed from earmark.quality_readings")).one()
    assert (tuple(sample), tuple(reading)) == (({}, b""), ("user:ada", b""))


def test_numbers_of_a_tenant_without_a_key_are_blanked(made, keys, tenant):
    tx, recording = made
    keys.destroy_tenant_key(tenant.id)
    assert reduce_call(tx, recording.call, keys=keys)["calls"] == 1
    assert tx.connection.execute(text("select sealed from earmark.calls")).scalar() == b""


def test_outcomes_of_the_log_of_answers_can_still_not_be_changed(made):
    tx, _ = made
    with pytest.raises(Exception, match="permission denied"):
        tx.connection.execute(text("update earmark.consent_events set outcome = 'granted'"))


def test_every_table_was_looked_at():
    """A new table must be looked at here: which of its columns identify a person, and what becomes of them."""
    assert {table.name for table in ALL_TABLES} == KNOWN
