from __future__ import annotations

from sqlalchemy import LargeBinary, Text, UniqueConstraint, text

from pipeline.store.all_tables import ALL_TABLES

MADE_ONCE = {
    "calls": {"tenant", "call_sid"},
    "legs": {"tenant", "call_id", "role", "ordinal"},
    "consent_events": {"tenant", "call_id", "cause", "leg_role", "ordinal", "purpose"},
    "recordings": {"tenant", "recording_sid"},
    "inbox": {"tenant", "provider", "event_id"},
    "artifacts": {"tenant", "object_key"},
    "decisions": {"tenant", "artifact_id", "digest"},
    "endings": {"tenant", "scope_kind", "scope_id", "cause", "source"},
    "review_items": {"tenant", "recording_id"},
    "tombstones": {"tenant", "subject_kind", "subject_id"},
    "numbers": {"tenant", "number_ref"},
    "wordings": {"tenant", "script_id", "locale", "version"},
    "recorder_events": {"tenant", "call_id", "cause"},
    "policy_versions": {"tenant", "policy_id", "version"},
    "policy_notices": {"tenant", "policy_id", "version", "channel"},
    "law_versions": {"tenant", "digest"},
    "redecisions": {"tenant", "cause"},
    "redecision_chunks": {"tenant", "job", "ordinal"},
    "redecision_receipts": {"tenant", "job", "ordinal"},
    "purge_items": {"tenant", "purge_id", "kind", "target"},
    "certificates": {"tenant", "purge_id", "edition", "part"},
    "ledger_lines": {"tenant", "object_key"},
    "endings_applied": {"tenant", "ending_id"},
    "closure_exceptions": {"tenant", "artifact_id"},
    "dataset_rows": {"tenant", "dataset_id", "artifact_id"},
    "recalls": {"tenant", "recording_id", "cause"},
    "subject_requests": {"tenant", "token_sha256"},
    "subject_tries": {"tenant", "bucket", "began_at"},
    "blind_terms": {"tenant", "term", "source_id", "whose"},
    "access_revocations": {"tenant", "grant_id"},
    "purpose_revocations": {"tenant", "consent_id"},
    "redaction_versions": {"tenant", "recording_id", "number"},
    "word_index": {"tenant", "recording_id"},
    "users": {"tenant", "login"},
    "quality_samples": {"tenant", "recording_id"},
    "webhook_attempts": {"tenant", "delivery_id", "number"},
    "webhook_deliveries": {"tenant", "endpoint_id", "seq"},
    "quality_readings": {"tenant", "reader", "sample_id"},
    "api_allowances": {"tenant", "key_id"},
    "api_answers": {"tenant", "key_id", "name_sha256"},
    "bulk_items": {"tenant", "job", "key"},
    "bulk_evidence": {"tenant", "job", "key"},
}


def test_what_must_exist_once_is_unique_in_the_database_as_in_the_tables(database):
    known = {
        table.name: {c.name for c in constraint.columns}
        for table in ALL_TABLES
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) > 1
    }
    with database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "select c.conrelid::regclass::text as name, array_agg(a.attname::text) as columns from pg_constraint c "
                "join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey) "
                "where c.contype = 'u' and c.connamespace = 'earmark'::regnamespace group by c.oid, 1"
            )
        ).all()
    made = {r.name.removeprefix("earmark."): set(r.columns) for r in rows if len(r.columns) > 1}
    assert made == known == MADE_ONCE


def test_only_sealed_columns_hold_bytes_and_no_column_is_named_for_what_a_person_said():
    columns = [(t.name, c) for t in ALL_TABLES for c in t.columns]
    assert {(t, c.name) for t, c in columns if isinstance(c.type, LargeBinary)} == {
        ("tenants", "sealed"),
        ("calls", "sealed"),
        ("numbers", "sealed"),
        ("attestations", "sealed"),
        ("signing_keys", "sealed"),
        ("signing_keys", "public_key"),
        ("justifications", "sealed"),
        ("closures", "sealed"),
        ("closures", "signer_sealed"),
        ("matters", "sealed"),
        ("subject_requests", "sealed"),
        ("subject_request_events", "sealed"),
        ("legal_requests", "sealed"),
        ("legal_acts", "sealed"),
        ("access_grants", "sealed"),
        ("transfer_notices", "sealed"),
        ("redaction_changes", "sealed"),
        ("review_outcomes", "sealed"),
        ("reveals", "sealed"),
        ("review_moves", "sealed"),
        ("saved_searches", "sealed"),
        ("word_searches", "sealed"),
        ("reasons", "sealed"),
        ("oidc_providers", "sealed"),
        ("settings_drafts", "sealed"),
        ("settings_drafts", "sealed_reason"),
        ("webhook_endpoints", "sealed"),
        ("quality_rates", "sealed"),
        ("quality_samples", "sealed"),
        ("quality_samples", "settled_why"),
        ("quality_readings", "sealed"),
        ("api_answers", "sealed"),
        ("bulk_jobs", "sealed"),
        ("bulk_items", "sealed"),
        ("bulk_evidence", "sealed"),
    }
    named = {c.name for _, c in columns if isinstance(c.type, Text)}
    assert not named & {"text", "words", "transcript", "number", "phone", "email", "name_of_caller", "url", "body"}
