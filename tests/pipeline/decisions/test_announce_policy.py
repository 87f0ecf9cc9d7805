from __future__ import annotations

from datetime import date

from pipeline.decisions.announce_policy import announce, cause_of, start_redecision
from pipeline.policies.loader import load_bundle
from pipeline.store.policy_versions import add_version, find_policies, keep_first
from tests.disposal import a_whole_recording
from tests.fakes import NotedQueue
from tests.pipeline.policies.variants import variant

FIRST = load_bundle("nejix")


def published(line, bundle) -> NotedQueue:
    queue = NotedQueue()
    with line.tx() as tx:
        keep_first(tx, FIRST)
        add_version(tx, bundle, notice_days=14, actor="test")
        announce(tx, queue, "nejix", actor="test")
    return queue


def test_a_first_version_starts_nothing_a_looser_one_its_notice_and_a_narrower_one_judging_too(line):
    a_whole_recording(line)
    alone = NotedQueue()
    with line.tx() as tx:
        announce(tx, alone, "nejix", actor="test")
        keep_first(tx, FIRST)
        announce(tx, alone, "nejix", actor="test")
    assert (alone.notices, alone.judgings) == ([], [])
    looser = variant(FIRST, {"training/cool_off_days": 1}, version="2027-01", effective=date(2027, 1, 1))
    queue = published(line, looser)
    assert (queue.notices, queue.judgings) == ([("2027-01", "published")], [])
    narrower = variant(looser, {"download/kinds": ["export"]}, version="2027-02", effective=date(2027, 3, 1))
    queue = published(line, narrower)
    assert queue.notices == [("2027-02", "published")]
    [(job, chunks, _)] = queue.judgings
    assert (job.startswith("job_") or bool(job), chunks) == (True, (1,))


def test_one_cause_starts_one_judging(line):
    a_whole_recording(line)
    queue = NotedQueue()
    with line.tx() as tx:
        keep_first(tx, FIRST)
        cause = cause_of("announced", find_policies(tx, "nejix").newest)
        assert start_redecision(tx, queue, cause=cause, actor="test") is not None
        assert start_redecision(tx, queue, cause=cause, actor="test") is None
    assert (cause, len(queue.judgings)) == (f"announced:nejix:{FIRST.version}", 1)
