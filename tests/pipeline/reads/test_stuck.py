from __future__ import annotations

import pytest

from pipeline.decisions.retry_recording import retry_recording
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.recording import RecordingState as S
from pipeline.reads.stuck import read_one_stuck, read_stuck
from pipeline.steps.fail import fail
from pipeline.steps.withhold import withhold
from tests.fakes import NotedQueue


def test_each_has_its_sentence_and_says_whether_trying_again_may_help(line, clock):
    failed, withheld, quarantined = line.record(), line.record(), line.record()
    line.run(fail, failed, "VendorUnavailable")
    line.run(withhold, withheld, "leftovers")
    line.run(withhold, quarantined, "quarantined: child")
    with line.tx() as tx:
        page = read_stuck(tx, S.FAILED)
        others = {one.id: one.is_retryable for one in read_stuck(tx, S.WITHHELD).shown}
    (one,) = page.shown
    assert (one.id, one.is_retryable) == (failed.id, True)
    assert "did not answer" in one.why.means
    assert (page.counts[S.FAILED], page.counts[S.WITHHELD], page.counts[S.ABSENT]) == (1, 2, 0)
    assert others == {withheld.id: True, quarantined.id: False}


def test_a_page_goes_on_where_the_one_before_ended(line, clock):
    for _ in range(3):
        line.run(fail, line.record(), "InvalidInput")
        clock.move(seconds=1)
    with line.tx() as tx:
        first = read_stuck(tx, S.FAILED, limit=2)
        second = read_stuck(tx, S.FAILED, cursor=first.cursor, limit=2)
    assert (len(first.shown), len(second.shown), second.cursor) == (2, 1, None)
    assert len({one.id for one in (*first.shown, *second.shown)}) == 3


def test_why_it_was_tried_before_is_told_to_whoever_looks(line):
    recording, keys = line.record(), line.context.vault.keys
    line.run(fail, recording, "VendorUnavailable")
    with line.tx() as tx:
        retry_recording(tx, recording.id, actor="user:op", reason="vendor is back", keys=keys, queue=NotedQueue())
        one, tried = read_one_stuck(tx, recording.id, keys=keys)
        assert (one.is_retryable, [reason.text for reason in tried]) == (False, ["vendor is back"])
        with pytest.raises(NotFound):
            read_one_stuck(tx, "rec_other", keys=keys)
        with pytest.raises(InvalidInput):
            read_stuck(tx, S.PUBLISHED)
