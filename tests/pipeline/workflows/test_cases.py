from __future__ import annotations

import time
from datetime import UTC, datetime

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.workflows import engine
from pipeline.workflows.cases import write_whole_case
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.conftest import APP_ROLE
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.quality import ADA, published, read_as, sample_of, set_to


def test_a_case_that_cannot_be_made_is_told_and_ends_nothing():
    def gone():
        raise NotFound("it was purged")

    assert write_whole_case(gone, "acme") == {"artifact": None, "reason": "NotFound"}


def test_the_engine_makes_the_case_that_finishing_a_reading_asked_for(
    postgres, database_name, database, tenant, tmp_path, clock
):
    clock.at = datetime.now(UTC)
    line = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    set_to(line, keeps_cases=True)
    recording = published(line)
    queue = DurableQueue(database.engine, version="1")
    read_as(line, ADA, queue=queue)
    url = postgres.url(database_name, user=APP_ROLE)
    engine.launch(line.context, database_url=url, worker="w", version="1", pace=Pace(concurrency=1))
    try:
        deadline = time.monotonic() + 20
        while sample_of(line, recording).case is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        engine.stop()
        queue.close()
    assert line.artifact(recording, ArtifactKind.EXPORT).id == sample_of(line, recording).case
