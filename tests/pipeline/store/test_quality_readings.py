from __future__ import annotations

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.quality import Findings, Part, Verdict
from pipeline.store.artifacts import mark_purged
from pipeline.store.quality_readings import (
    count_waiting,
    get_reading,
    has_had,
    list_own_readings,
    list_readings_of,
    mark_done,
    mark_returned,
    open_findings,
    take_reading,
)
from pipeline.store.quality_samples import get_sample
from tests.pipeline.store.test_quality_samples import drawn

FOUND = Findings(verdicts=(Verdict.UNSURE,))


def test_the_oldest_comes_first_and_each_part_goes_to_one_reader(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        old = drawn(tx, has_second=True)
    clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        new = drawn(tx)
        assert [count_waiting(tx, who) for who in ("user:1", "user:2")] == [2, 2]
        taken = [take_reading(tx, who) for who in ("user:1", "user:2", "user:3", "user:4", "user:1")]
    assert [(t.sample, t.part) if t else None for t in taken] == [
        (old, Part.FIRST), (old, Part.SECOND), (new, Part.FIRST), None, None,
    ]  # fmt: skip


def test_what_is_given_back_is_free_for_another_and_never_for_the_same(database, tenant):
    with database.transaction(tenant.id) as tx:
        sample = drawn(tx)
        first = take_reading(tx, "user:1")
        assert mark_returned(tx, first.id)
        assert not mark_returned(tx, first.id)
        assert (count_waiting(tx, "user:1"), count_waiting(tx, "user:2")) == (0, 1)
        assert take_reading(tx, "user:1") is None
        assert take_reading(tx, "user:2").sample == sample
        assert (has_had(tx, sample, "user:1"), has_had(tx, sample, "user:3")) == (True, False)


def test_what_somebody_else_takes_at_this_moment_is_passed_over(database, tenant):
    with database.transaction(tenant.id) as tx:
        first = drawn(tx)
    with database.transaction(tenant.id) as one:
        assert take_reading(one, "user:1").sample == first
        with database.transaction(tenant.id) as other:
            assert take_reading(other, "user:2") is None


def test_what_was_purged_waits_for_nobody(database, tenant):
    with database.transaction(tenant.id) as tx:
        mark_purged(tx, get_sample(tx, drawn(tx)).transcript)
        assert count_waiting(tx, "user:1") == 0
        assert take_reading(tx, "user:1") is None


def test_a_reading_is_its_readers_alone_and_what_was_found_is_opened_as_it_was_kept(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        sample = drawn(tx)
        reading = take_reading(tx, "user:1")
        assert list_own_readings(tx, "user:1") == (reading,)
        with pytest.raises(NotFound):
            open_findings(tx, reading.id, keys=keys)
        assert mark_done(tx, reading.id, FOUND, keys=keys)
        assert not mark_done(tx, reading.id, FOUND, keys=keys)
        assert open_findings(tx, reading.id, keys=keys) == FOUND
        assert [one.id for one in list_readings_of(tx, sample)] == [reading.id]
        assert list_own_readings(tx, "user:1") == ()
        assert [one.id for one in list_own_readings(tx, "user:1", state="done")] == [reading.id]
        with pytest.raises(NotFound):
            get_reading(tx, reading.id, reader="user:2")
