from __future__ import annotations

import pytest
from sqlalchemy import select, update

from pipeline.model.artifact import ArtifactKind
from pipeline.store.review_queue import get_item
from pipeline.store.tables import artifacts
from pipeline.store.tables_queue import word_index
from pipeline.workflows.index_tenant import index_tenant
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.quality import published


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


def test_what_was_processed_before_is_found_and_assessed_once_and_what_fails_is_taken_up_again(line):
    made = [published(line) for _ in range(3)]
    broken, text = made[1], line.artifact(made[1], ArtifactKind.TRANSCRIPT_REDACTED)
    with line.tx() as tx:
        assert get_item(tx, made[0].id).consent is None
        mine = update(artifacts).where(artifacts.c.id == text.id)
        tx.connection.execute(mine.values(object_key=f"{text.object_key}-lost"))
    assert index_tenant(line.context, line.owner.id, chunk=2) == {"indexed": 2, "assessed": 2, "failed": 1}
    with line.tx() as tx:
        assert get_item(tx, made[0].id).consent is not None
        assert broken.id not in tx.connection.execute(select(word_index.c.recording_id)).scalars().all()
        tx.connection.execute(update(artifacts).where(artifacts.c.id == text.id).values(object_key=text.object_key))
    assert index_tenant(line.context, line.owner.id, chunk=2) == {"indexed": 1, "assessed": 1, "failed": 0}
    assert index_tenant(line.context, line.owner.id, chunk=2) == {"indexed": 0, "assessed": 0, "failed": 0}
