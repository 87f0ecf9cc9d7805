from __future__ import annotations

import pytest
from sqlalchemy import update

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.subject import Identifier, IdentifierKind, Strength, Whose
from pipeline.redaction.person_terms import index_key, said_terms
from pipeline.store.blind_terms import (
    BlindTerm,
    find_person,
    forget_terms_of_call,
    list_terms_of,
    replace_terms,
    want,
)
from pipeline.store.tables import artifacts
from tests.builders import a_call, a_recording, an_artifact_row
from tests.conftest import make_tenant

REC, CALL = RecordingId("rec_1"), CallId("call_1")


def key_of(keys, tenant) -> bytes:
    return index_key(keys.digest_key(tenant.id))


def terms(key, type, said, *, whose=Whose.OTHERS, call=CALL, recording=REC):
    kind = {EntityType.PERSON: IdentifierKind.NAME, EntityType.PHONE_NUMBER: IdentifierKind.NUMBER}[type]
    return [
        BlindTerm(term=t, kind=kind, whose=whose, call=call, recording=recording)
        for t in said_terms(type, said, key=key)
    ]


def named(value, kind=IdentifierKind.NAME):
    return Identifier(kind=kind, value=value)


def test_a_person_is_found_in_other_peoples_calls_and_own_ones_come_first(database, keys, tenant):
    key = key_of(keys, tenant)
    other = RecordingId("rec_2")
    with database.transaction(tenant.id) as tx:
        replace_terms(tx, REC, terms(key, EntityType.PERSON, "Anna Meier"))
        replace_terms(tx, CALL, terms(key, EntityType.PHONE_NUMBER, "+6421234567", whose=Whose.OWN, recording=None))
        replace_terms(tx, other, terms(key, EntityType.PERSON, "Anna", call=CallId("call_2"), recording=other))
        found = find_person(tx, want([named("+6421234567", IdentifierKind.NUMBER), named("Anna Meier")], key=key))
    assert [(m.call, m.recording, m.whose, m.strength) for m in found] == [
        (CALL, None, Whose.OWN, Strength.STRONG),
        (CALL, REC, Whose.OTHERS, Strength.STRONG),
        ("call_2", other, Whose.OTHERS, Strength.POSSIBLE),
    ]


def test_putting_terms_in_place_again_changes_nothing_and_the_old_ones_go(database, keys, tenant):
    key = key_of(keys, tenant)
    with database.transaction(tenant.id) as tx:
        first = replace_terms(tx, REC, terms(key, EntityType.PERSON, "Anna Meier"))
        assert replace_terms(tx, REC, terms(key, EntityType.PERSON, "Anna Meier")) == first
        assert len(list_terms_of(tx, recording=REC, call=None)) == first
        replace_terms(tx, REC, terms(key, EntityType.PERSON, "Ben"))
        assert find_person(tx, want([named("Anna Meier")], key=key)) == ()
        assert len(list_terms_of(tx, recording=REC, call=None)) == 3
        assert list_terms_of(tx, recording=None, call=None) == ()


def test_a_call_forgets_its_numbers_and_keeps_what_was_said(database, keys, tenant):
    key = key_of(keys, tenant)
    with database.transaction(tenant.id) as tx:
        replace_terms(tx, CALL, terms(key, EntityType.PHONE_NUMBER, "+6421234567", whose=Whose.OWN, recording=None))
        replace_terms(tx, REC, terms(key, EntityType.PERSON, "Anna Meier"))
        forget_terms_of_call(tx, CALL)
        assert find_person(tx, want([named("+6421234567", IdentifierKind.NUMBER)], key=key)) == ()
        assert find_person(tx, want([named("Anna Meier")], key=key))


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_whoever_purges_the_last_copy_purges_the_terms_with_it(database, keys, tenant):
    key = key_of(keys, tenant)
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
        rows = [
            an_artifact_row(tx, recording, kind)
            for kind in (
                ArtifactKind.RECORDING_ORIGINAL,
                ArtifactKind.TRANSCRIPT_REDACTED,
                ArtifactKind.CONSENT_RECEIPT,
            )
        ]
        replace_terms(tx, recording.id, terms(key, EntityType.PERSON, "Anna Meier", recording=recording.id))
        for purged, left in zip(rows, (True, False, False), strict=True):
            tx.connection.execute(update(artifacts).where(artifacts.c.id == purged.id).values(purged_at=tx.now))
            assert bool(find_person(tx, want([named("Anna Meier")], key=key))) is left


def test_another_tenant_sees_no_terms_and_makes_others(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        replace_terms(tx, REC, terms(key_of(keys, tenant), EntityType.PERSON, "Anna Meier"))
    with database.transaction(other.id) as tx:
        assert list_terms_of(tx, recording=REC, call=None) == ()
        for key in (key_of(keys, tenant), key_of(keys, other)):
            assert find_person(tx, want([named("Anna Meier")], key=key)) == ()
