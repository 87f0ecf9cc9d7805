from __future__ import annotations

import pytest

from pipeline.decisions.subject_requests import refuse
from pipeline.model.errors import NotFound
from pipeline.model.subject import RequestKind
from pipeline.store.request_pages import read_requests
from tests.line import Line
from tests.pipeline.steps.asking import asked
from tests.pipeline.workflows.house_of_fakes import scripted_context


def test_the_first_due_comes_first_and_a_page_goes_on(database, tenant, tmp_path, clock):
    line = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    made = []
    for number in range(5):
        clock.move(days=number % 2)
        made.append(asked(line, RequestKind.ACCESS).id)
    with line.tx() as tx:
        first = read_requests(tx, limit=3)
        second = read_requests(tx, after=first.after, limit=3)
        shown = [*first.requests, *second.requests]
        assert [one.deadline.due_on for one in shown] == sorted(one.deadline.due_on for one in shown)
        assert ({one.id for one in shown}, second.after) == (set(made), None)
        refuse(tx, made[0], actor="user:a", reason="not theirs", keys=line.context.vault.keys)
        assert len(read_requests(tx).requests) == 4
        assert len(read_requests(tx, only_open=False).requests) == 5
        with pytest.raises(NotFound):
            read_requests(tx, after="dsr_other")
