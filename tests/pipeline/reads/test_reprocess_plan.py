from __future__ import annotations

import pytest

from pipeline.model.bulk import BulkOutcome
from pipeline.reads.reprocess_plan import plan_reprocessing
from pipeline.store.audit import list_events
from pipeline.store.outdated import Outdated
from tests.bulk import made_by_first
from tests.corrections import an_ending
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


def test_a_plan_counts_what_would_be_done_and_what_is_left_and_writes_nothing(line):
    made_by_first(line)
    an_ending(line, made_by_first(line))
    with line.tx() as tx:
        before = len(list(list_events(tx)))
        planned = plan_reprocessing(tx, Outdated(before="2"))
        assert len(list(list_events(tx))) == before
        assert plan_reprocessing(tx, Outdated(before="1")).due == 0
    assert (planned.by_detector, planned.left, planned.due) == ({"1": 2}, {BulkOutcome.ENDED: 1}, 1)
    assert planned.plain() == {"by_detector": {"1": 2}, "left": {"ended": 1}, "due": 1}
