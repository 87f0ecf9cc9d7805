from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.model.ids import ArtifactId, CallId, RecordingId, new_id
from pipeline.store.artifacts import (
    add_artifact,
    find_artifact,
    find_artifact_at,
    get_artifact,
    list_artifacts,
    list_exports_of,
    mark_purged,
)
from tests.builders import a_call, a_recording, an_artifact_row
from tests.conftest import make_tenant

ORIGINAL, REDACTED = ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED


@pytest.fixture
def recording(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        return a_recording(tx, a_call(tx, keys))


def test_a_row_is_read_back_as_it_was_added(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        made = an_artifact_row(tx, recording, parents=(ArtifactId("art_1"), ArtifactId("art_2")))
    with database.transaction(tenant.id) as tx:
        assert get_artifact(tx, made.id) == made
        assert find_artifact_at(tx, made.object_key) == made


def test_an_object_has_one_row_however_often_it_is_added(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        made = an_artifact_row(tx, recording)
        assert not add_artifact(tx, replace(made, id=ArtifactId(new_id("art"))))
        assert list_artifacts(tx) == (made,)


def test_the_newest_of_a_kind_is_the_one_in_force(database, tenant, recording, clock):
    with database.transaction(tenant.id) as tx:
        an_artifact_row(tx, recording)
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        newer = an_artifact_row(tx, recording)
        an_artifact_row(tx, recording, REDACTED)
    with database.transaction(tenant.id) as tx:
        assert find_artifact(tx, recording.id, ORIGINAL) == newer
        assert find_artifact(tx, recording.id, ArtifactKind.SUMMARY) is None


def test_artifacts_are_listed_oldest_first_by_recording_and_by_call(database, keys, tenant, recording, clock):
    with database.transaction(tenant.id) as tx:
        first = an_artifact_row(tx, recording, REDACTED)
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        second = an_artifact_row(tx, recording)
        other = an_artifact_row(tx, a_recording(tx, a_call(tx, keys)))
        same_call = an_artifact_row(tx, a_recording(tx, recording.call))
    with database.transaction(tenant.id) as tx:
        assert list_artifacts(tx, recording=recording.id) == (first, second)
        assert set(list_artifacts(tx, call=recording.call)) == {first, second, same_call}
        assert set(list_artifacts(tx)) == {first, second, other, same_call}
        assert list_artifacts(tx, recording=RecordingId("rec_none")) == ()
        assert list_artifacts(tx, call=CallId("call_none")) == ()


def test_what_was_purged_is_found_no_more_by_any_way(database, tenant, recording, postgres, database_name):
    with database.transaction(tenant.id) as tx:
        made = an_artifact_row(tx, recording)
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute("update earmark.artifacts set purged_at = now()")
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            get_artifact(tx, made.id)
        assert find_artifact(tx, recording.id, ORIGINAL) is None
        assert find_artifact_at(tx, made.object_key) is None
        assert list_artifacts(tx) == ()
        assert not add_artifact(tx, replace(made, id=ArtifactId("art_again")))


def test_another_tenants_artifact_is_absent(database, keys, tenant, recording):
    with database.transaction(tenant.id) as tx:
        made = an_artifact_row(tx, recording)
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        with pytest.raises(NotFound):
            get_artifact(tx, made.id)
        assert (list_artifacts(tx), find_artifact(tx, recording.id, ORIGINAL)) == ((), None)


def test_an_artifact_of_no_recording_or_call_stands_alone(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        row = an_artifact_row(tx, replace(recording, id=None, call=None), ArtifactKind.EXPORT)
        assert (get_artifact(tx, row.id).recording, get_artifact(tx, row.id).call) == (None, None)


def test_living_exports_are_found_by_what_they_were_made_from(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        one, other = an_artifact_row(tx, recording), an_artifact_row(tx, recording, REDACTED, parents=())
        exports = [an_export(tx, recording, parents) for parents in ((one.id, other.id), (other.id,), ())]
        an_artifact_row(tx, recording, REDACTED, parents=(one.id,))  # made from it too, and no export
        assert list_exports_of(tx, {one.id}) == (exports[0],)
        assert set(list_exports_of(tx, {one.id, other.id})) == set(exports[:2])
        assert list_exports_of(tx, ()) == ()
        mark_purged(tx, exports[0].id)
        assert list_exports_of(tx, {one.id}) == ()


def an_export(tx, recording, parents):
    id = ArtifactId(new_id("art"))
    row = an_artifact_row(tx, recording)
    made = replace(
        row, id=id, recording=None, call=None, kind=ArtifactKind.EXPORT, object_key=f"exports/{id}", parents=parents
    )
    assert add_artifact(tx, made)
    return made
