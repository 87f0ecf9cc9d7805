from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.period import Period
from pipeline.model.recording import RecordingState as S
from pipeline.store import figures
from pipeline.store.artifacts import mark_purged
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.reviews import open_review
from pipeline.store.tables import artifacts
from tests.builders import a_call, a_recording, an_artifact_row, answer
from tests.conftest import make_tenant

MONTH = Period(since=date(2026, 10, 23), until=date(2026, 11, 21))


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def told(counts) -> dict:
    return {(one.step.isoformat() if one.step else None, one.key): one.count for one in counts}


def test_a_call_counts_by_the_worst_of_what_its_people_answered_last(tx, keys):
    both = (LegRole.CALLER, LegRole.CALLEE)
    agreed, refused, silent, left = (a_call(tx, keys, roles=both) for _ in range(4))
    for call in (agreed, refused, left):
        answer(tx, call, Outcome.NO_ANSWER)
        answer(tx, call, Outcome.GRANTED, at=tx.now + timedelta(seconds=5))
        answer(tx, call, Outcome.GRANTED, role=LegRole.CALLEE)
    answer(tx, refused, Outcome.DECLINED, role=LegRole.CALLEE, at=tx.now + timedelta(seconds=9))
    answer(tx, left, Outcome.WITHDRAWN, at=tx.now + timedelta(seconds=1))
    answer(tx, agreed, Outcome.DECLINED, purposes=[Purpose.TRAIN], at=tx.now + timedelta(seconds=9))
    assert silent
    day = "2026-11-21"
    assert told(figures.count_consent(tx, MONTH)) == {
        (day, "granted"): 1,
        (day, "declined"): 1,
        (day, "withdrawn"): 1,
        (day, "not_asked"): 1,
    }


def test_a_period_counts_what_lies_in_it_by_its_steps_and_nobody_elses(tx, keys, database, clock):
    a_call(tx, keys)
    year = Period(since=date(2026, 1, 1), until=date(2026, 12, 31))
    assert told(figures.count_consent(tx, year)) == {("2026-11-01", "not_asked"): 1}
    assert figures.count_consent(tx, Period(since=date(2026, 10, 1), until=date(2026, 11, 20))) == ()
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as theirs:
        assert figures.count_consent(theirs, year) == ()
        assert figures.count_states(theirs) == {}


def test_what_was_hidden_is_counted_by_type_and_once_where_no_number_was_noted(tx):
    for facts in (
        {"entity_types": "PERSON,URL", "entity_counts": "PERSON=3,URL=1"},
        {"entity_types": "PERSON", "entity_counts": "PERSON=2"},
        {"entity_types": "PHONE_NUMBER"},
        {"entity_types": ""},
        {},
    ):
        merge_facts(tx, a_recording(tx, None).id, facts)
    found = [(one.key, one.count) for one in figures.count_hidden(tx, MONTH)]
    assert found == [("PERSON", 5), ("PHONE_NUMBER", 1), ("URL", 1)]


def test_failures_are_counted_by_state_and_reason(tx):
    for state, reason in ((S.FAILED, "VendorUnavailable"), (S.FAILED, "VendorUnavailable"), (S.WITHHELD, "leak")):
        mark_state(tx, a_recording(tx, None).id, state, reason=reason)
    a_recording(tx, None, state=S.ABSENT)
    a_recording(tx, None)
    found = [(one.key, one.count) for one in figures.count_failures(tx, MONTH)]
    assert found == [("failed:VendorUnavailable", 2), ("absent", 1), ("withheld:leak", 1)]
    assert figures.count_states(tx) == {"failed": 2, "withheld": 1, "absent": 1, "completed": 1}


def test_due_is_by_its_day_and_done_by_its_moment(tx):
    recording = a_recording(tx, None)
    rows = [an_artifact_row(tx, recording) for _ in range(4)]
    for row, day in zip(rows, ("2026-11-20", "2026-11-20", "2026-11-21", "2027-01-01"), strict=True):
        due = update(artifacts).where(artifacts.c.id == row.id).values(retain_until=date.fromisoformat(day))
        tx.connection.execute(due)
    mark_purged(tx, rows[0].id)
    assert told(figures.count_deletions(tx, MONTH)) == {
        ("2026-11-20", "due"): 2,
        ("2026-11-21", "due"): 1,
        ("2026-11-21", "done"): 1,
    }
    assert figures.count_overdue(tx) == 2


def test_what_waits_is_counted_by_how_long(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        assert figures.find_longest_waiting(tx) is None
        assert [one.count for one in figures.count_waiting(tx)] == [0, 0, 0, 0, 0]
    first = clock.now()
    for number, hours in enumerate((0, 24, 120, 20, 3.5)):  # ages at the end: 168 h, 144 h, 24 h, 4 h, half an hour
        clock.move(hours=hours)
        with database.transaction(tenant.id) as tx:
            open_review(tx, f"rec_{number}", risk=1, reasons=())
    clock.move(hours=0.5)
    with database.transaction(tenant.id) as tx:
        found = [one.count for one in figures.count_waiting(tx)]
        assert figures.find_longest_waiting(tx) == first
    assert found == [1, 1, 1, 1, 1]
