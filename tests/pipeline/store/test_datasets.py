from __future__ import annotations

import pytest
from sqlalchemy import func, select

from pipeline.model.artifact import ArtifactKind
from pipeline.model.dataset import DatasetScope, RecallCause
from pipeline.model.decision import TrainingScope
from pipeline.model.ids import RecordingId
from pipeline.store.audit import list_events
from pipeline.store.datasets import find_last_dataset, is_recalled_in, list_datasets_of, list_redacted_recordings
from pipeline.store.recalls import recall_of
from pipeline.store.tables_training import dataset_rows
from tests.builders import a_recording, an_artifact_row
from tests.datasets import VENDOR
from tests.lineage import a_dataset

A, B = (DatasetScope(scope=TrainingScope.OWN_INSTANCE, scope_id=name) for name in "ab")
ONE, TWO = RecordingId("rec_1"), RecordingId("rec_2")


def test_a_recording_leads_to_every_dataset_that_contains_it_oldest_first(database, tenant, clock):
    made = []
    for recordings in ((ONE, TWO), (TWO,), (ONE,)):
        with database.transaction(tenant.id) as tx:
            made.append(a_dataset(tx, recordings))
        clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        assert list_datasets_of(tx, ONE) == (made[0], made[2])
        assert list_datasets_of(tx, RecordingId("rec_3")) == ()


def test_many_rows_are_added_a_page_at_a_time_with_one_event(database, tenant):
    with database.transaction(tenant.id) as tx:
        made = a_dataset(tx, [RecordingId(f"rec_{n}") for n in range(2_300)])
        count = tx.connection.execute(select(func.count()).select_from(dataset_rows)).scalar_one()
        (event,) = (e for e in list_events(tx, target=made.id))
    assert (count, event.entry.facts["rows"]) == (2_300, 2_300)


@pytest.mark.clause("connekz", "2", "used for your own Connekz instance")
def test_the_dataset_before_is_the_last_one_for_the_same_models(database, tenant, clock):
    made = {}
    for scope in (A, A, B, VENDOR):
        with database.transaction(tenant.id) as tx:
            made[scope] = a_dataset(tx, (ONE,), scope=scope)
        clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        assert [find_last_dataset(tx, scope) for scope in (A, B, VENDOR)] == [made[A], made[B], made[VENDOR]]
        other = DatasetScope(scope=TrainingScope.TENANT_FEATURE, scope_id="a")
        assert find_last_dataset(tx, other) is None


def test_a_dataset_is_recalled_in_when_one_of_its_recordings_is(database, tenant):
    with database.transaction(tenant.id) as tx:
        made, other = a_dataset(tx, (ONE, TWO)), a_dataset(tx, (TWO,))
        recall_of(tx, ONE, RecallCause.OPERATOR)
        assert [is_recalled_in(tx, dataset.id) for dataset in (made, other)] == [True, False]


def test_recordings_with_something_redacted_are_listed_once_by_id_after_a_given_one(database, tenant):
    with database.transaction(tenant.id) as tx:
        made = [a_recording(tx, None) for _ in range(3)]
        for recording in made:
            an_artifact_row(tx, recording, ArtifactKind.RECORDING_REDACTED)
            an_artifact_row(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED)
        an_artifact_row(tx, a_recording(tx, None), ArtifactKind.RECORDING_ORIGINAL)
        ids = tuple(sorted(recording.id for recording in made))
        assert list_redacted_recordings(tx, after=RecordingId("")) == ids
        assert list_redacted_recordings(tx, after=ids[0]) == ids[1:]


def test_another_tenants_lineage_is_not_seen(database, keys, tenant):
    from tests.conftest import make_tenant

    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        a_dataset(tx, (ONE,))
    with database.transaction(other.id) as tx:
        assert list_datasets_of(tx, ONE) == ()
        assert find_last_dataset(tx, VENDOR) is None
