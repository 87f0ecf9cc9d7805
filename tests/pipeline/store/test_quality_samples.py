from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model.agreement import Agreement
from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.quality import Counts, Findings, Verdict
from pipeline.model.second_reading import Compared
from pipeline.store.artifacts import mark_purged
from pipeline.store.quality_samples import (
    NewSample,
    Settled,
    add_sample,
    count_drawn,
    count_states,
    get_sample,
    list_cases,
    list_finished,
    list_samples,
    list_without_case,
    mark_case,
    mark_disputed,
    mark_finished,
    read_findings,
)
from tests.builders import a_recording, an_artifact_row
from tests.conftest import make_tenant

FOUND = Findings(verdicts=(Verdict.PERSONAL,))
COUNTS = {EntityType.PIN: Counts(personal=1)}


def drawn(tx, *, rate: int = 100, has_second: bool = False) -> str:
    recording = a_recording(tx, None)
    row = an_artifact_row(tx, recording, ArtifactKind.TRANSCRIPT_REDACTED).id
    made = NewSample(
        recording=recording.id, manifest=row, transcript=row, audio=row, rate=rate, has_second=has_second
    )  # fmt: skip
    sample = add_sample(tx, made)
    assert sample is not None
    assert add_sample(tx, made) is None
    return sample


def done(tx, keys, sample, **more) -> None:
    mark_finished(tx, sample, FOUND, counts=COUNTS, **({"compared": None, "settled": None, "keys": keys} | more))


def test_a_recording_is_drawn_once_and_its_sample_is_read_as_it_was_written(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        sample = drawn(tx, has_second=True)
        compared = Compared(words=Agreement(both=1, neither=9))
        mark_disputed(tx, sample, compared)
        assert get_sample(tx, sample).compared == compared
        done(tx, keys, sample, settled=Settled(by="user:1", why="canary"))
        found = get_sample(tx, sample, is_locked=True)
        assert (found.state, found.counts, found.compared, found.settled_by) == ("finished", COUNTS, compared, "user:1")
        assert read_findings(tx, sample, keys=keys) == FOUND


def test_what_is_not_finished_has_no_findings_and_another_tenants_is_not_there(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        sample = drawn(tx)
        with pytest.raises(NotFound):
            read_findings(tx, sample, keys=keys)
    with database.transaction(other.id) as tx, pytest.raises(NotFound):
        get_sample(tx, sample)


def test_a_period_counts_what_was_drawn_in_it_and_leaves_out_what_can_never_be_read(database, tenant, keys, clock):
    start = clock.now()
    with database.transaction(tenant.id) as tx:
        first, lost, kept = drawn(tx), drawn(tx), drawn(tx, rate=1000)
        done(tx, keys, first)
        for sample in (first, lost):
            mark_purged(tx, get_sample(tx, sample).transcript)
    clock.move(days=1)
    with database.transaction(tenant.id) as tx:
        later = drawn(tx)
        whole = {"since": start, "until": start + timedelta(days=1)}
        assert count_drawn(tx, **whole) == {100: 1, 1000: 1}
        assert [s.id for s in list_finished(tx, **whole)] == [first]
        assert count_drawn(tx, since=start, until=clock.now() + timedelta(seconds=1)) == {100: 2, 1000: 1}
        assert count_states(tx) == {"open": 2}
        assert [s.id for s in list_samples(tx, state="open")] == [kept, later]
        assert [s.id for s in list_samples(tx, state="open", after=kept)] == [later]


def test_cases_are_missing_until_they_are_kept(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        first, second = drawn(tx), drawn(tx)
        done(tx, keys, first)
        assert list_without_case(tx) == (first,)
        case = get_sample(tx, second).transcript
        mark_case(tx, first, case)
        assert (list_without_case(tx), list_cases(tx)) == ((), [case])
